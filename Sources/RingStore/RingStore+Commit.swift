import GRDB
package import RingPlanner

extension RingStore {
    /// Writes a change: all of it, durably, or nothing.
    ///
    /// One transaction holds the events, the rows, the version with its slots and its mark 'not published', and the answer
    /// to the request. When this returns, the change is on the disk.
    ///
    /// An error before COMMIT is rolled back, so it is a refusal. An error of COMMIT itself leaves the outcome unknown,
    /// with two exceptions in which SQLite has certainly written no commit record: a deferred rule of the schema was
    /// broken, or the disk was full before the last frame of the log was written (a sector padding after that frame,
    /// which could fail behind it, is not written on file systems with powersafe overwrite, SQLite's default).
    package func commit(_ change: Change) throws(CommitError) -> CommitReceipt {
        do { try requireUsable() } catch { throw .unknown(error) }
        do {
            return try writer.writeWithoutTransaction { db throws in try self.commit(change, db) }
        } catch {
            guard let error = error as? CommitError else {
                throw .refused(StoreError(error, doing: "write the change", at: path))
            }
            if case .unknown(let cause) = error { becomeUnusable(because: cause) }
            throw error
        }
    }

    private func commit(_ change: Change, _ db: Database) throws(CommitError) -> CommitReceipt {
        let receipt: CommitReceipt
        do {
            try db.beginTransaction(.immediate)
        } catch {
            throw .refused(StoreError(error, doing: "begin the change", at: path))
        }
        do {
            var changeWriter = ChangeWriter(change: change, db: db, path: path, signer: options.signer)
            receipt = try changeWriter.write()
        } catch {
            let cause = StoreError(error, doing: "write the change", at: path)
            throw rolledBack(db) ? .refused(cause) : .unknown(cause)
        }
        do {
            try db.commit()
        } catch {
            let cause = StoreError(error, doing: "commit the change", at: path)
            let wasNotWritten = cause.code == .diskFull || cause.code == .constraint
            throw rolledBack(db) && wasNotWritten ? .refused(cause) : .unknown(cause)
        }
        return receipt
    }

    private func rolledBack(_ db: Database) -> Bool {
        guard db.isInsideTransaction else { return true }
        do {
            try db.rollback()
            return true
        } catch {
            return false
        }
    }
}
