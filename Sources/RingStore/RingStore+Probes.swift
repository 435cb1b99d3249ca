import GRDB
package import RingCore
import RingPlanner

/// Automatic changes of one kind in a window of time.
package struct AutomaticChange: Hashable, Sendable {
    /// The word of the event.
    package let kind: String
    /// `nil` where it made no version.
    package let moved: Share?
    package let cold: Share?
}

extension RingStore {
    /// The runs of outcomes of a pool's nodes that reach into a window, by node and time.
    ///
    /// - Returns: at most `limit` runs; one more than asked for is never read.
    /// - Complexity: O(*m*) in the runs that ended since `from`.
    package func probeRuns(
        in pool: PoolID,
        from: WallTime,
        until: WallTime,
        limit: Int
    ) throws(StoreError) -> [ProbeRun] {
        try read("read the record of probes") { db in
            let rows = try Row.fetchCursor(
                try db.cachedStatement(
                    sql: """
                        SELECT probe_run.* FROM probe_run JOIN node ON node.id = probe_run.node_id
                        WHERE node.pool_id = ?1 AND probe_run.last_at >= ?2 AND probe_run.first_at <= ?3
                        ORDER BY probe_run.node_id, probe_run.first_at LIMIT ?4
                        """
                ),
                arguments: [pool.value, from.milliseconds, until.milliseconds, limit]
            )
            var runs: [ProbeRun] = []
            while let row = try rows.next() {
                guard let outcome = ProbeRun.Outcome(rawValue: row["outcome"]) else { continue }
                runs.append(
                    ProbeRun(
                        node: NodeID(row["node_id"]),
                        outcome: outcome,
                        count: row["count"],
                        firstAt: WallTime(milliseconds: row["first_at"]),
                        lastAt: WallTime(milliseconds: row["last_at"]),
                        latency: nil
                    )
                )
            }
            return runs
        }
    }

    /// What automation decided about a pool in a window, in order.
    package func automaticChanges(
        of pool: PoolName,
        from: WallTime,
        until: WallTime,
        limit: Int
    ) throws(StoreError) -> [AutomaticChange] {
        try read("read what automation did") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT event.kind, ring_version.moved_parts, ring_version.cold_parts
                    FROM event LEFT JOIN ring_version ON ring_version.event_id = event.id
                    WHERE event.pool = ?1 AND event.actor_uid IS NULL AND event.at BETWEEN ?2 AND ?3
                        AND event.kind IN ('eject', 'promote', 'hold', 'rejoin', 'release', 'freeze')
                    ORDER BY event.id LIMIT ?4
                    """,
                arguments: [pool.text, from.milliseconds, until.milliseconds, limit]
            )
            return rows.map { row in
                AutomaticChange(
                    kind: row["kind"],
                    moved: (row["moved_parts"] as Int64?).map { Share(parts: UInt64($0)) },
                    cold: (row["cold_parts"] as Int64?).map { Share(parts: UInt64($0)) }
                )
            }
        }
    }
}
