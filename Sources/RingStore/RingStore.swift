import Dispatch
import GRDB
package import RingCore
package import RingSnapshots
import Synchronization

/// The database of a coordinator: the roster, every version of every ring, and what happened.
///
/// One connection writes, two answer questions, and a lock file keeps other coordinators off. Every call blocks its
/// thread, for as long as the disk takes where it writes; ``perform(_:)`` is the way in from a task.
///
/// After a commit whose outcome is unknown nothing more is written by this value: the truth is what the next start reads.
package final class RingStore: Sendable {
    /// The path of the database.
    package let path: String
    /// Random, made with the database.
    package let installation: String
    /// The copy that was made before the schema was brought up to date, if it had to be.
    package let migrationBackup: String?
    let writer: DatabaseQueue
    let readers: Readers
    let options: StoreOptions
    private let lock: StoreLock
    private let calls = DispatchQueue(label: "ringd.store.calls", attributes: .concurrent)
    private let unusable = Mutex<StoreError?>(nil)

    init(
        path: String,
        installation: String,
        migrationBackup: String?,
        writer: DatabaseQueue,
        readers: Readers,
        options: StoreOptions,
        lock: StoreLock
    ) {
        self.path = path
        self.installation = installation
        self.migrationBackup = migrationBackup
        self.writer = writer
        self.readers = readers
        self.options = options
        self.lock = lock
    }

    /// Runs `body` on a thread that may block.
    ///
    /// Calls in flight together are not ordered; the coordinator waits for each.
    package func perform<Success: Sendable, Failure: Error>(
        _ body: @escaping @Sendable (RingStore) throws(Failure) -> Success
    ) async throws(Failure) -> Success {
        let result: Result<Success, Failure> = await withCheckedContinuation { continuation in
            calls.async {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body(self)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// What the connection that writes is really set to.
    package func effectiveSettings() throws(StoreError) -> EffectiveSettings {
        try write("read the settings") { db in try EffectiveSettings(of: db) }
    }

    /// Runs SQLite's `quick_check`.
    ///
    /// - Complexity: reads the whole file.
    package func quickCheck() throws(StoreError) {
        try read("check the database") { db in try Self.quickCheck(db, at: self.path) }
    }

    /// Moves the write-ahead log into the database, closes the connections and drops the lock.
    ///
    /// Nothing else may be called afterwards.
    package func close() throws(StoreError) {
        let trouble = unusable.withLock { $0 }
        if trouble == nil { try checkpoint() }
        do {
            try readers.close()
            try writer.close()
        } catch {
            throw StoreError(error, doing: "close the database", at: path)
        }
        lock.drop()
    }

    /// Refuses to go on after a commit of unknown outcome.
    func requireUsable() throws(StoreError) {
        if let trouble = unusable.withLock({ $0 }) { throw trouble }
    }

    /// Refuses every later write.
    func becomeUnusable(because error: StoreError) {
        unusable.withLock { trouble in
            trouble =
                trouble
                ?? StoreError(
                    .unusable,
                    "an earlier write had an unknown outcome (\(error.what))",
                    at: path,
                    hint: "restart ringd: it reads what is there"
                )
        }
    }

    /// Runs `body` on the connection that writes, outside a transaction.
    func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try writer.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error, doing: what, at: path)
        }
    }

    /// Runs `body` in one read transaction: everything it sees is of one moment.
    func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try readers.read(body)
        } catch {
            throw StoreError(error, doing: what, at: path)
        }
    }
}

/// How a database is opened.
package struct StoreOptions: Sendable {
    /// The write-ahead log is moved into the database when it is larger than this.
    package var checkpointBytes: Int64 = 4 << 20
    /// How long a write waits for another program's write lock.
    package var busyTimeout: Duration = .seconds(1)
    /// The time at which a new database says that it was made; `nil` asks the wall clock.
    package var now: WallTime?
    /// Signs each version that is committed; `nil` leaves them unsigned.
    package var signer: Signer?

    /// A key that signs, as far as the database is concerned.
    package struct Signer: Sendable {
        /// The name that signatures call the key by.
        package let keyID: String
        /// Signs the meaning of a version.
        package let sign: @Sendable (Digest) throws -> Snapshot.Signature

        package init(keyID: String, sign: @escaping @Sendable (Digest) throws -> Snapshot.Signature) {
            self.keyID = keyID
            self.sign = sign
        }
    }

    package init() {}
}
