import GRDB
package import RingCore
package import RingPlanner

extension RingStore {
    /// How many of a pool's newest versions are looked at for slots that came back.
    private static let returnVersions = 100_000

    /// When slots of live pools came back into the ring that had left it, within the time that an item can live.
    ///
    /// It follows from the intervals of the slots: one that begins where no earlier one of its slot ends, is a return.
    /// - Complexity: O(*m*) in the slots that changed in the versions of that time.
    package func returns(of roster: Roster, at now: WallTime) throws(StoreError) -> [SlotID: WallTime] {
        try read("look for slots that came back") { db in
            var returns: [SlotID: WallTime] = [:]
            for pool in roster.pools {
                let since = now.milliseconds - pool.policy.maxItemTTL.wholeMilliseconds
                let oldest = pool.newestNumber.value - Int64(Self.returnVersions)
                let rows = try Row.fetchCursor(
                    try db.cachedStatement(
                        sql: """
                            SELECT later.slot_id, max(ring_version.created_at)
                            FROM ring_version
                            JOIN slot_version AS later
                                ON later.pool_id = ring_version.pool_id AND later.from_version = ring_version.version
                            WHERE ring_version.pool = ?1 AND ring_version.created_at >= ?2
                                AND ring_version.pool_id = ?3 AND ring_version.version > ?4
                                AND (
                                    SELECT earlier.to_version < later.from_version FROM slot_version AS earlier
                                    WHERE earlier.slot_id = later.slot_id AND earlier.from_version < later.from_version
                                    ORDER BY earlier.from_version DESC LIMIT 1
                                )
                            GROUP BY later.slot_id
                            """
                    ),
                    arguments: [pool.name.text, since, pool.id.value, oldest]
                )
                while let row = try rows.next() {
                    returns[SlotID(row[0])] = WallTime(milliseconds: row[1])
                }
            }
            return returns
        }
    }
}
