/// What a look at the whole database found: the answer to `POST /v1/db/check`.
package struct DatabaseCheck: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// Whether nothing is wrong.
    package var sound: Bool
    /// Each a sentence without a full stop.
    package var problems: [String]
    /// How many events were checked.
    package var events: Int64
    package var databaseBytes: Int64
    /// The write-ahead log: it grows while a reader holds on to an old state.
    package var logBytes: Int64

    package init(problems: [String], events: Int64, databaseBytes: Int64, logBytes: Int64) {
        sound = problems.isEmpty
        self.problems = problems
        self.events = events
        self.databaseBytes = databaseBytes
        self.logBytes = logBytes
    }

    enum CodingKeys: String, CodingKey {
        case schema, sound, problems, events
        case databaseBytes = "database_bytes"
        case logBytes = "log_bytes"
    }
}

/// Where the database is to be copied to: the body of `POST /v1/db/backup`.
package struct BackupRequest: Codable, Hashable, Sendable {
    /// An absolute path on the daemon's machine.
    package var file: String

    package init(file: String) { self.file = file }
}

/// A checked copy of the database: the answer to `POST /v1/db/backup`.
package struct DatabaseBackup: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var file: String
    package var bytes: Int64
    /// The newest event in it.
    package var event: Int64

    package init(file: String, bytes: Int64, event: Int64) {
        self.file = file
        self.bytes = bytes
        self.event = event
    }
}

/// The length of the database before and after: the answer to `POST /v1/db/compact`.
package struct DatabaseCompaction: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var before: Int64
    package var after: Int64

    package init(before: Int64, after: Int64) {
        self.before = before
        self.after = after
    }

    enum CodingKeys: String, CodingKey {
        case schema
        case before = "before_bytes"
        case after = "after_bytes"
    }
}

/// The long work on the database that is under way: the answer to `GET /v1/db/work`.
package struct DatabaseWork: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// In the order in which it was begun.
    package var running: [Running]

    /// One backup or compaction.
    package struct Running: Codable, Hashable, Sendable {
        /// The request that asked for it.
        package var request: String
        /// `backup` or `compact`.
        package var work: String
        /// `copying` and then `checking` the copy, or `writing` the database anew.
        package var step: String
        /// How much of the step is done; `nil` where that cannot be told.
        ///
        /// It never falls, and never exceeds ``ofBytes``.
        package var doneBytes: Int64?
        /// What the whole step comes to; for `writing` it is what goes to the disk, and may fall as it becomes known.
        package var ofBytes: Int64?
        /// Since the step began.
        package var elapsedMilliseconds: Int64

        package init(
            request: String,
            work: String,
            step: String,
            doneBytes: Int64?,
            ofBytes: Int64?,
            elapsedMilliseconds: Int64
        ) {
            self.request = request
            self.work = work
            self.step = step
            self.doneBytes = doneBytes
            self.ofBytes = ofBytes
            self.elapsedMilliseconds = elapsedMilliseconds
        }

        enum CodingKeys: String, CodingKey {
            case request, work, step
            case doneBytes = "done_bytes"
            case ofBytes = "of_bytes"
            case elapsedMilliseconds = "elapsed_ms"
        }
    }

    package init(running: [Running]) { self.running = running }
}
