import GRDB
package import RingCore
package import RingSnapshots

/// What a check of the audit's chain found.
package struct AuditVerdict: Hashable, Sendable {
    /// Events that were checked and found whole, from the first on.
    package let count: Int64
    /// The hash of the last of them; `nil` where there is none.
    package let head: Digest?
    /// The first defect; `nil` where the chain is whole.
    package let defect: Defect?

    /// Where the chain breaks.
    package struct Defect: Hashable, Sendable {
        package let event: EventID
        /// What is wrong with it, as a sentence without a full stop.
        package let problem: String
    }
}

extension RingStore {
    /// Hashes every event again and follows the chain from the first to the newest.
    ///
    /// Finds an event that was edited, removed (the newest ones included, as long as SQLite's own count of them was not
    /// edited too) or put in. Whoever rewrites the whole chain cannot be found here, but in the snapshots that clients
    /// hold, each of which carries the head of its time.
    ///
    /// - Complexity: O(*n*) in events.
    package func verifyAudit() throws(StoreError) -> AuditVerdict {
        try read("verify the audit") { db in
            var count: Int64 = 0
            var head = EventChain.root
            func verdict(_ event: Int64, _ problem: String?) -> AuditVerdict {
                AuditVerdict(
                    count: count,
                    head: count == 0 ? nil : Digest(head),
                    defect: problem.map { AuditVerdict.Defect(event: EventID(event), problem: $0) }
                )
            }
            let columns = EventChain.columns.joined(separator: ", ")
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT \(columns), previous_hash, hash FROM event ORDER BY id"
            )
            while let row = try rows.next() {
                let id: Int64 = row["id"]
                if id < count + 1 { return verdict(id, "stands before the first event") }
                if id > count + 1 { return verdict(count + 1, "is missing") }
                if row.bytes("previous_hash") != head {
                    return verdict(
                        id,
                        "does not continue the event before: it was put in, or the one before was replaced"
                    )
                }
                let hash = EventChain.hash(after: head, EventChain.columns.map { row[$0] })
                if row.bytes("hash") != hash { return verdict(id, "was edited: its hash does not fit its content") }
                head = hash
                count = id
            }
            let written = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'event'") ?? 0
            let caused = try Int64.fetchOne(db, sql: "SELECT max(event_id) FROM ring_version") ?? 0
            return verdict(count + 1, max(written, caused) > count ? "is missing" : nil)
        }
    }

    /// The newest event and its hash; `nil` where nothing has happened yet.
    package func auditHead() throws(StoreError) -> (event: EventID, hash: Digest)? {
        try read("read the head of the audit") { db in
            let head = try EventChain.head(db)
            return head.id == 0 ? nil : (EventID(head.id), Digest(head.hash))
        }
    }
}
