import GRDB
package import RingCore
package import RingPlanner

extension RingStore {
    /// The rings of live pools within the time that an item can live, as the record of versions has them.
    ///
    /// Nothing is stored for it. A pool whose ring is older than that has nothing to tell and is left out.
    /// - Parameter limit: how many versions of a pool are read at most, of so many slots.
    /// - Complexity: O(*v* *n* log *m*) in versions, slots and rows, within ``RecentRings/slotLimit`` slots a pool.
    package func recentRings(
        of roster: Roster,
        at now: WallTime,
        limit: (_ slots: Int) -> Int = RecentRings.versionLimit(slots:)
    ) throws(StoreError) -> [PoolID: RecentRings] {
        try read("read the rings that items may outlive") { db in
            var found: [PoolID: RecentRings] = [:]
            for pool in roster.pools {
                let since = now.milliseconds - pool.policy.maxItemTTL.wholeMilliseconds
                let slots = try Int.fetchOne(db, sql: Self.currentSlots, arguments: [pool.id.value])
                let recent = try Self.recentRings(of: pool, since: since, limit: limit(slots ?? 0), db)
                if !recent.versions.isEmpty { found[pool.id] = recent }
            }
            return found
        }
    }

    private static let currentSlots = "SELECT count(*) FROM slot_version WHERE pool_id = ? AND to_version IS NULL"

    private static func recentRings(
        of pool: PoolRecord,
        since: Int64,
        limit: Int,
        _ db: Database
    ) throws -> RecentRings {
        // One more than is kept shows that there are others.
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT version, created_at, dialect, options FROM ring_version
                WHERE pool = ?1 AND pool_id = ?2 ORDER BY created_at DESC LIMIT ?3
                """,
            arguments: [pool.name.text, pool.id.value, limit + 1]
        )
        let young = rows.prefix { ($0["created_at"] as Int64) >= since }.count
        guard young > 0 else { return RecentRings() }
        let kept = rows.prefix(min(young + 1, limit)).reversed()
        return RecentRings(
            versions: try kept.map { row in
                let dialect = try RosterRows.dialect(row, db)
                return RecentRings.Version(
                    createdAt: WallTime(milliseconds: row["created_at"]),
                    dialect: dialect,
                    slots: try Self.slots(of: pool.id, at: RingVersion(row["version"]), dialect, db)
                )
            },
            // A pool of this name that was deleted had nodes of its own.
            emptied: try Self.emptied(in: pool.name, since: max(since, pool.createdAt.milliseconds), db),
            isCut: young >= limit
        )
    }

    /// The slots of a version in the order of its ring.
    private static func slots(
        of pool: PoolID,
        at version: RingVersion,
        _ dialect: DialectChoice,
        _ db: Database
    ) throws -> [RecentRings.Slot] {
        let rows = try Row.fetchCursor(
            try PublishedSlots.statement(in: dialect, db),
            arguments: [pool.value, version.value]
        )
        var slots: [RecentRings.Slot] = []
        while let row = try rows.next() {
            let state: String = row[2]
            slots.append(
                RecentRings.Slot(
                    label: row[0],
                    weight: try Weight(row[1]),
                    ramp: row[3],
                    isHeld: state == PublishedSlot.State.held.rawValue,
                    address: try NodeAddress(host: row[5], port: (row[6] as Int64?).map { UInt16(clamping: $0) })
                )
            )
        }
        return slots
    }

    /// When nodes of a pool were last seen to hold nothing while they served: by time, the pool's name, the name and value
    /// of the fact, and a limit.
    ///
    /// The plus signs keep SQLite from the index by node, by which it would read all the events there ever were.
    static let emptyings = """
        SELECT node, max(at) AS at FROM event
        WHERE at >= ?1 AND +pool = ?2 AND node IS NOT NULL AND detail ->> ?3 = ?4
        GROUP BY +node ORDER BY 2 LIMIT ?5
        """

    private static func emptied(
        in pool: PoolName,
        since: Int64,
        _ db: Database
    ) throws -> [RecentRings.Emptying] {
        let fact = AuditEvent.Fact.emptied
        let rows = try Row.fetchAll(
            db,
            sql: emptyings,
            arguments: [since, pool.text, fact.name, fact.value, RecentRings.emptiedLimit]
        )
        return try rows.map { row in
            RecentRings.Emptying(node: try NodeName(row["node"]), at: WallTime(milliseconds: row["at"]))
        }
    }
}
