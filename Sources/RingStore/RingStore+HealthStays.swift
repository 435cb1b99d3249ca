import GRDB
package import RingCore

/// How long a node's health was the same.
package struct HealthStay: Hashable, Sendable {
    package let node: String
    /// The word of the column `state`.
    package let health: String
    package let from: WallTime
    package let until: WallTime
}

extension RingStore {
    /// How many stays one answer holds.
    package static let healthStayLimit = 50_000

    /// The health of every node that a pool has, within a window, by node and time; at most ``healthStayLimit``.
    ///
    /// - Complexity: O(*n* log *m* + *k*) in the pool's nodes, the intervals ever recorded and those answered.
    package func healthStays(
        in pool: PoolID,
        from: WallTime,
        until: WallTime
    ) throws(StoreError) -> [HealthStay] {
        try read("read the health of nodes") { db in
            let rows = try Row.fetchCursor(
                try db.cachedStatement(
                    sql: """
                        SELECT node.name, stay.state, stay.from_at, stay.to_at
                        FROM node JOIN health_interval AS stay ON stay.node_id = node.id
                            AND stay.from_at < ?3
                            AND stay.from_at >= ifnull((
                                SELECT max(from_at) FROM health_interval
                                WHERE node_id = node.id AND from_at <= ?2
                            ), ?2)
                        WHERE node.pool_id = ?1 AND node.admin <> 'retired'
                        ORDER BY node.id, stay.from_at, stay.id LIMIT ?4
                        """
                ),
                arguments: [pool.value, from.milliseconds, until.milliseconds, Self.healthStayLimit]
            )
            var stays: [HealthStay] = []
            while let row = try rows.next() {
                let (begin, end): (Int64, Int64?) = (row[2], row[3])
                stays.append(
                    HealthStay(
                        node: row[0],
                        health: row[1],
                        from: WallTime(milliseconds: max(begin, from.milliseconds)),
                        until: WallTime(milliseconds: min(end ?? until.milliseconds, until.milliseconds))
                    )
                )
            }
            return stays
        }
    }
}
