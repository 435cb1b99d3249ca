import GRDB
package import RingCore

/// How long a node was up and down in a window of time, and how often it fell.
package struct NodeAvailability: Hashable, Sendable {
    package let node: String
    /// Up counts suspect, because the node still serves then.
    package let up: Duration
    /// Down counts recovering and cleansing, because the node serves nobody then.
    package let down: Duration
    /// Nobody looked: `ringd` was not running, or had not probed it yet.
    package let unknown: Duration
    /// How often it was found down within the window.
    package let falls: Int
    /// When it was last found down, and what ended the time before; `nil` where it never fell.
    package let lastFall: Fall?

    /// The moment a node was found down.
    package struct Fall: Hashable, Sendable {
        package let at: WallTime
        package let evidence: String
    }
}

extension RingStore {
    /// The availability of every node that a pool had in a window, by name.
    ///
    /// Reads the intervals that reach into the window and no others, where the view `node_availability` would cut the whole
    /// of history into days.
    ///
    /// - Complexity: O(*n*) in those intervals.
    package func availability(
        in pool: PoolID,
        from: WallTime,
        until: WallTime
    ) throws(StoreError) -> [NodeAvailability] {
        try read("read the availability of nodes") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    WITH interval AS (
                        SELECT node_id, state, from_at, to_at FROM health_interval WHERE to_at > ?2 AND from_at < ?3
                        UNION ALL
                        SELECT node_id, state, from_at, NULL FROM health_interval WHERE to_at IS NULL AND from_at < ?3
                    ), part AS (
                        SELECT
                            node_id,
                            state,
                            from_at,
                            min(coalesce(to_at, ?3), ?3) - max(from_at, ?2) AS length,
                            state = 'down' AND from_at >= ?2 AS is_fall
                        FROM interval
                    )
                    SELECT
                        node.id AS node_id,
                        node.name AS node,
                        sum(CASE WHEN state IN ('up', 'suspect') THEN length ELSE 0 END) AS up,
                        sum(CASE WHEN state IN ('down', 'recovering', 'cleansing') THEN length ELSE 0 END) AS down,
                        sum(CASE WHEN state = 'unknown' THEN length ELSE 0 END) AS unknown,
                        sum(is_fall) AS falls,
                        max(CASE WHEN is_fall THEN part.from_at END) AS fell_at
                    FROM part
                    CROSS JOIN node ON node.id = part.node_id
                    WHERE node.pool_id = ?1
                    GROUP BY part.node_id
                    ORDER BY node.name, node.id
                    """,
                arguments: [pool.value, from.milliseconds, until.milliseconds]
            )
            let evidence = try db.cachedStatement(
                sql: """
                    SELECT evidence FROM health_interval
                    WHERE node_id = ? AND from_at <= ? AND to_at = ? AND state <> 'down' ORDER BY id DESC LIMIT 1
                    """
            )
            return try rows.map { row in
                var fall: NodeAvailability.Fall?
                if let at = row["fell_at"] as Int64? {
                    let text = try String.fetchOne(evidence, arguments: [row["node_id"] as Int64, at, at])
                    fall = NodeAvailability.Fall(at: WallTime(milliseconds: at), evidence: text ?? "")
                }
                return NodeAvailability(
                    node: row["node"],
                    up: .milliseconds(row["up"] as Int64),
                    down: .milliseconds(row["down"] as Int64),
                    unknown: .milliseconds(row["unknown"] as Int64),
                    falls: row["falls"],
                    lastFall: fall
                )
            }
        }
    }
}
