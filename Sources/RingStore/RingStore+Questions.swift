import GRDB
package import RingCore

/// What a person did, and what it moved.
package struct OperatorChange: Hashable, Sendable {
    package let event: StoredEvent
    /// `nil` where it made no version.
    package let movedShare: Share?
}

/// Who had a slot from one version to another.
package struct Tenancy: Hashable, Sendable {
    package let node: String
    package let address: NodeAddress
    package let from: RingVersion
    package let fromAt: WallTime
    /// The first version without it; `nil` while it lasts.
    package private(set) var to: RingVersion?
    package private(set) var toAt: WallTime?

    fileprivate init(_ row: Row) throws {
        node = row["node"]
        address = try RosterRows.address(row)
        from = RingVersion(row["from_version"])
        fromAt = WallTime(milliseconds: row["from_at"])
        to = (row["to_version"] as Int64?).map(RingVersion.init)
        toAt = (row["to_at"] as Int64?).map(WallTime.init)
    }

    /// Takes in the interval that follows, where it is the same tenant in other clothes.
    fileprivate mutating func absorb(_ next: Tenancy) -> Bool {
        guard to == next.from, node == next.node, address == next.address else { return false }
        to = next.to
        toAt = next.toAt
        return true
    }
}

extension RingStore {
    /// The newest changes that people made to a pool, newest first.
    package func operatorChanges(
        of pool: PoolName,
        since: WallTime?,
        limit: Int
    ) throws(StoreError) -> [OperatorChange] {
        try read("read the changes of \(pool)") { db in
            // The clock may have been set back, so a time alone bounds no identifiers; the first at or after it does.
            let bound = "AND event.id >= (SELECT min(id) FROM event WHERE at >= ?2) AND event.at >= ?2"
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT event.*, ring_version.version AS version, ring_version.moved_parts AS moved_parts
                    FROM event LEFT JOIN ring_version ON ring_version.event_id = event.id
                    WHERE event.pool = ?1 AND event.actor_uid IS NOT NULL AND ?2 IS ?2 \(since == nil ? "" : bound)
                    ORDER BY event.id DESC LIMIT ?3
                    """,
                arguments: [pool.text, since?.milliseconds, limit]
            )
            return try rows.map { row in
                OperatorChange(
                    event: try StoredEvent(row, db),
                    movedShare: (row["moved_parts"] as Int64?).map { Share(parts: UInt64($0)) }
                )
            }
        }
    }

    /// The versions that moved the most keys, the largest move first, of equal ones the newest.
    package func largestMoves(of pool: PoolName, since: WallTime?, limit: Int) throws(StoreError) -> [StoredVersion] {
        try read("read the largest moves of \(pool)") { db in
            guard let since else {
                // Both columns come from the index, so only the rows that are answered are read.
                return try Self.versions(
                    """
                    ring_version.pool = ?
                    ORDER BY ring_version.moved_parts DESC, ring_version.rowid DESC LIMIT ?
                    """,
                    [pool.text, limit],
                    db
                )
            }
            return try Self.versions(
                """
                ring_version.pool = ? AND ring_version.created_at >= ?
                ORDER BY +ring_version.moved_parts DESC, ring_version.version DESC LIMIT ?
                """,
                [pool.text, since.milliseconds, limit],
                db
            )
        }
    }

    /// Who had the slot of that label, the newest tenancy last; empty where the pool never had such a slot.
    ///
    /// Intervals that differ in weight, ramp or state alone are one tenancy.
    package func tenancies(ofSlot label: String, in pool: PoolID, limit: Int) throws(StoreError) -> [Tenancy] {
        try read("read the tenancies of a slot") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT slot_version.*, first.created_at AS from_at, last.created_at AS to_at FROM slot
                    CROSS JOIN slot_version ON slot_version.slot_id = slot.id
                    JOIN ring_version AS first
                        ON first.pool_id = slot_version.pool_id AND first.version = slot_version.from_version
                    LEFT JOIN ring_version AS last
                        ON last.pool_id = slot_version.pool_id AND last.version = slot_version.to_version
                    WHERE slot.pool_id = ? AND slot.label = ?
                    ORDER BY slot_version.from_version DESC LIMIT ?
                    """,
                arguments: [pool.value, label, limit]
            )
            var tenancies: [Tenancy] = []
            for row in rows.reversed() {
                let next = try Tenancy(row)
                if let last = tenancies.indices.last, tenancies[last].absorb(next) { continue }
                tenancies.append(next)
            }
            return tenancies
        }
    }

    /// What was done to the whole pool and changed a slot, by rising identifier: the newest that fit.
    ///
    /// - Parameters:
    ///   - node: only what changed the slot while it was this node's.
    ///   - intervals: how many of the slot's intervals are looked at, the newest; the work grows with these, not with
    ///     the length of history.
    package func poolEvents(
        changingSlot label: String,
        of node: NodeName? = nil,
        in pool: PoolID,
        intervals: Int,
        limit: Int
    ) throws(StoreError) -> [StoredEvent] {
        try read("read what changed a slot") { db in
            // A label is given to another slot when the one before is gone, so the order of slots is mostly that of their
            // times; only which intervals are the newest depends on it.
            let rows = try Row.fetchAll(
                db,
                sql: """
                    WITH newest AS (
                        SELECT slot_version.node, slot_version.from_version, slot_version.to_version FROM slot
                        CROSS JOIN slot_version ON slot_version.slot_id = slot.id
                        WHERE slot.pool_id = ?1 AND slot.label = ?2
                        ORDER BY slot.id DESC, slot_version.from_version DESC LIMIT ?4
                    ), changed AS (
                        SELECT from_version, to_version FROM newest WHERE node = ifnull(?3, node)
                    )
                    SELECT event.*, ring_version.version AS version FROM ring_version
                    CROSS JOIN event ON event.id = ring_version.event_id
                    WHERE ring_version.pool_id = ?1 AND event.node IS NULL AND ring_version.version IN (
                        SELECT from_version FROM changed UNION SELECT to_version FROM changed
                    )
                    ORDER BY ring_version.version DESC LIMIT ?5
                    """,
                arguments: [pool.value, label, node?.text, intervals, limit]
            )
            return try rows.reversed().map { try StoredEvent($0, db) }
        }
    }
}
