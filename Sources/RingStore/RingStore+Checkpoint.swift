import GRDB
import Glibc
import RingCore

extension RingStore {
    /// What a checkpoint did.
    package struct Checkpoint: Hashable, Sendable {
        /// Frames of the write-ahead log, and how many of them are in the database now.
        package let frames: Int
        package let done: Int
        /// The length of the log's file afterwards.
        package let logBytes: Int64
        /// A reader still needs the log, so it could not be cut; a long reader makes it grow.
        package var isHeldByReader: Bool { logBytes > 0 }
    }

    /// The length of the write-ahead log, in bytes.
    package var logBytes: Int64 {
        var status = stat()
        return stat("\(path)-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Runs a checkpoint when the log is longer than the limit of the options; `nil` when it is not.
    ///
    /// Also `nil` when the disk is full: the log still has everything, a change that needs space is refused by its commit,
    /// and the next call tries again.
    package func checkpointWhenLarge() throws(StoreError) -> Checkpoint? {
        guard logBytes > options.checkpointBytes else { return nil }
        do {
            return try checkpoint()
        } catch {
            guard error.code == .diskFull else { throw error }
            return nil
        }
    }

    /// Moves the write-ahead log into the database and cuts it where no reader needs it.
    ///
    /// Never waits for readers. SQLite would do this by itself after a commit, but it would keep quiet about errors.
    ///
    /// - Throws: `StoreError`; except for a full disk, the process must stop, and nothing is written any more.
    @discardableResult
    package func checkpoint() throws(StoreError) -> Checkpoint {
        try requireUsable()
        do {
            return try write("move the log into the database") { db in
                var counts = try db.checkpoint(.passive)
                if counts.walFrameCount == counts.checkpointedFrameCount {
                    try db.execute(sql: "PRAGMA busy_timeout = 0")
                    defer {
                        try? db.execute(sql: "PRAGMA busy_timeout = \(self.options.busyTimeout.wholeMilliseconds)")
                    }
                    do {
                        let cut = try db.checkpoint(.truncate)
                        // A log that was cut has no frames to count.
                        if cut.walFrameCount > 0 { counts = cut }
                    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
                }
                return Checkpoint(
                    frames: max(0, counts.walFrameCount),
                    done: max(0, counts.checkpointedFrameCount),
                    logBytes: self.logBytes
                )
            }
        } catch {
            if error.code != .diskFull { becomeUnusable(because: error) }
            throw error
        }
    }
}
