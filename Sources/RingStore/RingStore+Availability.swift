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
    /// Each interval carries what all earlier ones of its node add up to, so a window is the difference between the
    /// interval it ends in and the one it begins in.
    ///
    /// - Complexity: O(*n* log *m*) in the pool's nodes and the intervals ever recorded.
    package func availability(
        in pool: PoolID,
        from: WallTime,
        until: WallTime
    ) throws(StoreError) -> [NodeAvailability] {
        try read("read the availability of nodes") { db in
            let rows = try Row.fetchCursor(
                try db.cachedStatement(sql: Self.availability),
                arguments: [pool.value, from.milliseconds, until.milliseconds]
            )
            var nodes: [NodeAvailability] = []
            while let row = try rows.next() {
                nodes.append(
                    NodeAvailability(
                        node: row[1],
                        up: .milliseconds(row[2] as Int64),
                        down: .milliseconds(row[3] as Int64),
                        unknown: .milliseconds(row[4] as Int64),
                        falls: row[5],
                        lastFall: (row[6] as Int64?).map { at in
                            NodeAvailability.Fall(at: WallTime(milliseconds: at), evidence: row[7] ?? "")
                        }
                    )
                )
            }
            return nodes
        }
    }

    /// The times of each node, and what ended the time before its last fall.
    static let availability = """
        SELECT *, (
            SELECT evidence FROM health_interval AS before
            WHERE before.node_id = times.id AND before.from_at <= fell_at AND before.to_at = fell_at
                AND before.state <> 'down'
            ORDER BY before.from_at DESC, before.id DESC LIMIT 1
        ) AS evidence FROM (\(times)) AS times ORDER BY node, id
        """

    /// `?1` is the pool, `?2` and `?3` are the window: per node the last interval that began before each of its ends.
    private static let times = """
        SELECT
            node.id,
            node.name AS node,
            \(total("up", ["up", "suspect"])) AS up,
            \(total("down", ["down", "recovering", "cleansing"])) AS down,
            \(total("unknown", ["unknown"])) AS unknown,
            last.falls_before + (last.state = 'down')
                - ifnull(first.falls_before + (first.state = 'down'), 0) AS falls,
            (
                SELECT max(from_at) FROM health_interval
                WHERE node_id = node.id AND state = 'down' AND from_at >= ?2 AND from_at < ?3
            ) AS fell_at
        FROM node
        JOIN health_interval AS last ON last.id = \(lastInterval(beganBefore: "?3"))
        LEFT JOIN health_interval AS first ON first.id = \(lastInterval(beganBefore: "?2"))
        WHERE node.pool_id = ?1 AND ifnull(last.to_at, ?3) > ?2
        """

    private static func lastInterval(beganBefore bound: String) -> String {
        """
        (
            SELECT id FROM health_interval WHERE node_id = node.id AND from_at < \(bound)
            ORDER BY from_at DESC, id DESC LIMIT 1
        )
        """
    }

    private static func total(_ column: String, _ states: [String]) -> String {
        let list = states.map { "'\($0)'" }.joined(separator: ", ")
        func sum(_ row: String, until bound: String) -> String {
            "\(row).\(column)_before + (\(row).state IN (\(list))) * (min(ifnull(\(row).to_at, \(bound)), \(bound)) - \(row).from_at)"
        }
        return "\(sum("last", until: "?3")) - ifnull(\(sum("first", until: "?2")), 0)"
    }
}
