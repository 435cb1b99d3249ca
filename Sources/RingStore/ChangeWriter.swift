import GRDB
import RingCore
import RingPlanner
import RingSnapshots

/// Writes one change inside an open transaction.
struct ChangeWriter {
    let change: Change
    let db: Database
    let path: String
    let signer: StoreOptions.Signer?
    private var events: [(id: Int64, hash: [UInt8])] = []

    init(change: Change, db: Database, path: String, signer: StoreOptions.Signer?) {
        self.change = change
        self.db = db
        self.path = path
        self.signer = signer
    }

    /// Writes everything and says what came of it.
    mutating func write() throws -> CommitReceipt {
        var head = try EventChain.head(db)
        for event in change.events {
            head = try EventChain.append(event, after: head, db)
            events.append(head)
        }
        try stepAside()
        for row in change.rows { try write(row) }
        try endHealthOfLeavers()
        let digest = try change.version.map { try write($0) }
        if let answer = change.answer { try write(answer) }
        return CommitReceipt(
            events: events.map { EventID($0.id) },
            auditHead: Digest(head.hash),
            digest: digest
        )
    }

    /// Takes rows that are about to be replaced out of the unique indexes, so that two of them may swap what is unique.
    private func stepAside() throws {
        guard change.rows.count > 1 else { return }
        let retire = try db.cachedStatement(sql: "UPDATE node SET admin = 'retired' WHERE id = ?")
        let vacate = try db.cachedStatement(sql: "UPDATE slot SET node_id = NULL WHERE id = ?")
        for row in change.rows {
            switch row {
            case .node(let node): try retire.execute(arguments: [node.id.value])
            case .slot(let slot): try vacate.execute(arguments: [slot.id.value])
            case .pool, .poolDeleted: continue
            }
        }
    }

    /// Whoever is not on the roster any more is neither up nor down.
    private func endHealthOfLeavers() throws {
        guard let at = change.events.first?.at.milliseconds else { return }
        let sql = """
            UPDATE health_interval SET to_at = max(from_at, ?), evidence = 'removed'
            WHERE to_at IS NULL AND node_id IN (SELECT id FROM node WHERE
            """
        for row in change.rows {
            switch row {
            case .node(let node) where node.admin == .retired:
                try db.cachedStatement(sql: sql + " id = ?)").execute(arguments: [at, node.id.value])
            case .poolDeleted(let pool):
                try db.cachedStatement(sql: sql + " pool_id = ?)").execute(arguments: [at, pool.value])
            case .node, .slot, .pool: continue
            }
        }
    }

    private func write(_ row: RowChange) throws {
        switch row {
        case .pool(let pool): try RosterRows.write(pool, db)
        case .node(let node): try RosterRows.write(node, db)
        case .slot(let slot): try RosterRows.write(slot, db)
        case .poolDeleted(let id):
            guard let event = change.events.first else { throw refusal("a pool is deleted without an event") }
            let delete = try db.cachedStatement(
                sql: "UPDATE pool SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL"
            )
            try delete.execute(arguments: [event.at.milliseconds, id.value])
            guard db.changesCount == 1 else { throw refusal("pool \(id.value) is deleted, but is not there") }
        }
    }

    /// Closes and opens the intervals of slots, then writes the version over what a reader would now find.
    private func write(_ version: NewVersion) throws -> Digest {
        guard let cause = events.first else { throw refusal("a version without an event") }
        let close = try db.cachedStatement(
            sql: "UPDATE slot_version SET to_version = ? WHERE pool_id = ? AND slot_id = ? AND to_version IS NULL"
        )
        for slot in version.removedSlots {
            try close.execute(arguments: [version.version.value, version.pool.value, slot.value])
            guard db.changesCount == 1 else { throw refusal("slot \(slot.value) leaves a ring that it is not in") }
        }
        for slot in version.changedSlots {
            try close.execute(arguments: [version.version.value, version.pool.value, slot.slot.value])
            try insert(slot, of: version)
        }
        let slots = try PublishedSlots.read(pool: version.pool, version: version.version, dialect: version.dialect, db)
        try requireAgreement(of: version, with: slots)
        guard
            let text = try String.fetchOne(
                db,
                sql: "SELECT name FROM pool WHERE id = ?",
                arguments: [version.pool.value]
            )
        else { throw refusal("a version of pool \(version.pool.value), which is not there") }
        let pool = try PoolName(text)
        let keyHash = try KeyHash.name(of: version.dialect)
        let digest = Snapshot.digest(
            pool: pool,
            epoch: version.epoch,
            version: version.version,
            parent: version.parent,
            createdAt: version.createdAt,
            dialect: version.dialect,
            keyHash: keyHash,
            slots: slots.contents,
            agreement: Digest(version.agreement),
            auditHead: Digest(cause.hash)
        )
        try insert(version, of: pool, event: cause.id, keyHash: keyHash, digest: digest)
        return digest
    }

    /// The last gate before a promise to every client: the rows, as they will be read, are the ring that was planned.
    private func requireAgreement(of version: NewVersion, with slots: PublishedSlots) throws {
        guard slots.ring.agreement == version.agreement else {
            throw refusal("the slots of version \(version.version) are another ring than the one planned")
        }
        let contents = Dictionary(slots.contents.map { ($0.label, $0) }) { first, _ in first }
        for changed in version.changedSlots where contents[changed.content.label] != changed.content {
            throw refusal("slot '\(changed.content.label)' of version \(version.version) reads back otherwise")
        }
    }

    private func insert(_ slot: NewVersion.SlotContent, of version: NewVersion) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO slot_version
                    (slot_id, pool_id, from_version, position, label, weight, ramp, state, node, host, port, zone)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let content = slot.content
        try statement.execute(arguments: [
            slot.slot.value, version.pool.value, version.version.value, slot.position, content.label,
            content.weight.value, slot.ramp, content.state.rawValue, content.node.text, content.address.host,
            content.address.port.map { Int64($0) }, content.zone,
        ])
    }

    private func insert(_ version: NewVersion, of pool: PoolName, event: Int64, keyHash: String, digest: Digest) throws
    {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO ring_version (
                    pool_id, pool, version, epoch, parent, created_at, event_id, dialect, options, key_hash, digest,
                    agreement, moved_parts, cold_parts, is_automatic, charge_parts, has_continuum,
                    signature_key_id, signature
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        // Signed once, here: whenever the snapshot is written again it has these bytes, whatever key signs by then.
        let signature = try signer?.sign(digest)
        try statement.execute(arguments: [
            version.pool.value, pool.text, version.version.value, version.epoch.value, version.parent?.value,
            version.createdAt.milliseconds, event, version.dialect.name, RosterRows.options(of: version.dialect),
            keyHash, blob(digest.bytes), blob(version.agreement), Int64(version.movedShare.parts),
            Int64(version.coldShare.parts), version.isAutomatic, Int64(version.charge.parts), version.hasContinuum,
            signature?.keyID, signature.map { blob($0.ed25519) },
        ])
    }

    private func write(_ answer: AnsweredRequest) throws {
        let insert = try db.cachedStatement(
            sql: "INSERT INTO answered_request (request_id, pool, summary, version) VALUES (?, ?, ?, ?)"
        )
        try insert.execute(arguments: [
            answer.request.text, answer.pool.text, answer.summary, answer.version?.value,
        ])
        let forget = try db.cachedStatement(
            sql: """
                DELETE FROM answered_request WHERE id <= (
                    SELECT id FROM answered_request ORDER BY id DESC LIMIT 1 OFFSET \(Roster.recentRequestLimit)
                )
                """
        )
        try forget.execute()
    }

    private func refusal(_ what: String) -> StoreError {
        StoreError(.constraint, what, at: path, hint: "report this with the log: the planner should have refused it")
    }
}
