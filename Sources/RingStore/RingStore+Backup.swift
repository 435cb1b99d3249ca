import GRDB
import Glibc
import RingCore
import RingMigrations

/// What a look at the whole database found.
package struct DatabaseFindings: Hashable, Sendable {
    /// What SQLite found wrong, and rows that refer to nothing; empty where all is well.
    package let problems: [String]
    package let databaseBytes: Int64
    /// The write-ahead log: it grows while a reader holds on to an old state.
    package let logBytes: Int64
}

/// A copy of the database that was made and checked.
package struct BackupReceipt: Hashable, Sendable {
    package let path: String
    package let bytes: Int64
    /// The newest event that is in it; 0 where nothing had happened.
    package let event: Int64
}

extension RingStore {
    /// Checks every page, index and reference, on a connection of its own.
    ///
    /// - Complexity: reads the whole file, several times.
    package func check() throws(StoreError) -> DatabaseFindings {
        try reading("check the database") { db in
            var problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            problems += try Row.fetchAll(db, sql: "SELECT * FROM pragma_foreign_key_check LIMIT 20").map { row in
                let table: String = row["table"]
                let parent: String = row["parent"]
                return "a row of \(table) refers to a row of \(parent) that is not there"
            }
            return DatabaseFindings(
                problems: problems,
                databaseBytes: Self.length(of: self.path),
                logBytes: self.logBytes
            )
        }
    }

    /// Copies the database as it is now to a new file, and checks the copy.
    ///
    /// Changes go on meanwhile and are not in it. The file appears under its name whole, or not at all.
    ///
    /// - Parameters:
    ///   - file: an absolute path where nothing is yet.
    ///   - report: hears how far it is.
    package func backUp(
        to file: String,
        report: @escaping (CopyStep) -> Void = { _ in }
    ) throws(StoreError) -> BackupReceipt {
        guard file.utf8.first == 0x2F, !file.utf8.contains(0) else {
            throw StoreError(.constraint, "is not an absolute path", at: file, hint: "name the file with its directory")
        }
        do {
            let source = try DatabaseQueue(path: path, configuration: .reading())
            defer { try? source.close() }
            let copy = try DatabaseCopy(of: source, beside: file, report: report)
            try copy.name(file)
            return BackupReceipt(path: file, bytes: Self.length(of: file), event: copy.event)
        } catch {
            throw StoreError(error, doing: "back the database up", at: file)
        }
    }

    /// Writes the database anew without the holes in it, and says how many bytes it had and has.
    ///
    /// Changes wait for as long as it takes to write the whole file three times: to a temporary file, to the log, and from
    /// there into the database.
    ///
    /// - Parameter report: gets a gauge when the work begins, and a better one when the new length is known; nothing where
    ///   the system does not tell how far it is.
    package func compact(
        report: (CompactionGauge) -> Void = { _ in }
    ) throws(StoreError) -> (before: Int64, after: Int64) {
        try requireUsable()
        try checkpoint()
        let before = Self.length(of: path)
        try write("compact the database") { db in
            let gauge = CompactionGauge(contents: try Self.contents(db))
            if let gauge { report(gauge) }
            // What is written anew would otherwise lie in memory, as long as the database is.
            try db.execute(sql: "PRAGMA temp_store = FILE")
            defer { try? db.execute(sql: "PRAGMA temp_store = MEMORY") }
            try db.execute(sql: "VACUUM")
            if let gauge { report(gauge.beforeCheckpoint(of: try Self.contents(db))) }
        }
        try checkpoint()
        return (before, Self.length(of: path))
    }

    /// Runs `body` on a connection of its own, so that a long look keeps nobody waiting.
    private func reading<Value>(_ what: String, _ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            let queue = try DatabaseQueue(path: path, configuration: .reading())
            defer { try? queue.close() }
            return try queue.read(body)
        } catch {
            throw StoreError(error, doing: what, at: path)
        }
    }

    /// The bytes of the pages that are in use.
    private static func contents(_ db: Database) throws -> Int64 {
        let pages = "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count"
        return try pageSize(db) * (Int64.fetchOne(db, sql: pages) ?? 0)
    }

    fileprivate static func pageSize(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
    }

    private static func length(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

/// How far a copy of a database is, from the first to the last.
package enum CopyStep: Hashable, Sendable {
    /// So many bytes are written.
    case copying(bytes: Int64, of: Int64)
    /// All are, and every page is looked at.
    case checking(bytes: Int64)
    /// The copy is whole; its pools get the numbers that come next.
    case numbering
}

/// A checked copy of a database under a name that nobody looks for, until it is named or dropped.
struct DatabaseCopy: ~Copyable {
    let draft: String
    /// The newest event in it.
    let event: Int64

    /// Small enough that each takes a moment, large enough that a step costs nothing.
    private static let pagesPerStep: CInt = 1024

    /// Copies what `source` shows, as one file that needs no log beside it.
    ///
    /// - Parameter report: hears how far it is.
    init(of source: DatabaseQueue, beside file: String, report: @escaping (CopyStep) -> Void) throws {
        let draft = "\(file).\(UInt32.random(in: .min ... .max)).draft"
        let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreLock.failure(errno, opening: draft) }
        defer { Glibc.close(descriptor) }
        do {
            let newest = try Self.fill(draft, from: source, report)
            guard fsync(descriptor) == 0 else { throw StoreLock.failure(errno, opening: draft) }
            self.init(draft: draft, event: newest)
        } catch {
            unlink(draft)
            throw error
        }
    }

    private init(draft: String, event: Int64) {
        self.draft = draft
        self.event = event
    }

    private static func fill(
        _ draft: String,
        from source: DatabaseQueue,
        _ report: @escaping (CopyStep) -> Void
    ) throws -> Int64 {
        let target = try DatabaseQueue(path: draft)
        try source.read { db in
            // SQLite begins a copy anew when others change the source between two steps, unless a transaction is open that
            // does not see the change. It is open from the first look on.
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
            let pageSize = try RingStore.pageSize(db)
            try target.writeWithoutTransaction { copy in
                try db.backup(to: copy, pagesPerStep: Self.pagesPerStep) { step in
                    let total = Int64(step.totalPageCount) * pageSize
                    report(.copying(bytes: Int64(step.completedPageCount) * pageSize, of: total))
                    if step.isCompleted { report(.checking(bytes: total)) }
                }
            }
        }
        let newest = try target.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            try RingStore.quickCheck(db, at: draft)
            return try Int64.fetchOne(db, sql: "SELECT max(id) FROM event") ?? 0
        }
        try target.close()
        return newest
    }

    /// Gives it its name, unless something has that name, and makes the name durable.
    func name(_ file: String) throws {
        guard link(draft, file) == 0 else {
            let code = errno
            guard code != EEXIST else {
                throw StoreError(
                    .constraint,
                    "exists already",
                    at: file,
                    hint: "name a new file, or move this one away"
                )
            }
            throw StoreLock.failure(code, opening: file)
        }
        guard RingStore.syncDirectory(of: file) else { throw StoreLock.failure(errno, opening: file) }
    }

    deinit { unlink(draft) }
}
