import GRDB
package import RingCore
package import RingPlanner

/// Outcomes of probes of a node that were the same, one after the other: one row of the table `probe_run`.
package struct ProbeRun: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        case success
        case hard
        case soft
        case local
    }

    package var node: NodeID
    package var outcome: Outcome
    package var count: Int64
    /// Names the run: recorded again with the same start, it replaces what was there.
    package var firstAt: WallTime
    package var lastAt: WallTime
    /// `nil` where no answer came.
    package var latency: Latency?

    package struct Latency: Hashable, Sendable {
        package var minimum: Duration
        package var median: Duration
        package var maximum: Duration

        package init(minimum: Duration, median: Duration, maximum: Duration) {
            self.minimum = minimum
            self.median = median
            self.maximum = maximum
        }
    }

    package init(
        node: NodeID,
        outcome: Outcome,
        count: Int64,
        firstAt: WallTime,
        lastAt: WallTime,
        latency: Latency?
    ) {
        self.node = node
        self.outcome = outcome
        self.count = count
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.latency = latency
    }
}

extension RingStore {
    /// Writes changes of health, in their order, as one transaction.
    ///
    /// Nothing rests on them: a batch that is lost with the process is a gap in the record, not in the ring.
    package func record(_ transitions: [HealthTransition]) throws(StoreError) {
        guard !transitions.isEmpty else { return }
        try recordHistory("record health") { db in
            for transition in transitions {
                let begin = try Self.endInterval(
                    of: transition.node,
                    at: transition.at.milliseconds,
                    because: transition.evidence,
                    db
                )
                try Self.beginInterval(of: transition.node, transition.to, at: begin, db)
            }
        }
    }

    /// Says that nothing is known of any node's health from `time` on, because `ringd` stops.
    package func forgetHealth(at time: WallTime, because reason: String) throws(StoreError) {
        try endIntervals(because: reason) { _ in time.milliseconds }
    }

    /// Says that nothing is known of any node's health since the process before ended, whenever that was.
    ///
    /// Each interval ends with the last probe that was recorded for its node, or when that process last said that it was
    /// alive, whichever is later.
    package func forgetHealth(lastAlive: WallTime?, because reason: String) throws(StoreError) {
        try endIntervals(because: reason) { lastProbe in max(lastProbe, lastAlive?.milliseconds ?? 0) }
    }

    /// - Parameter end: from the time of the node's last recorded probe, 0 where there is none, when its interval ends.
    private func endIntervals(because reason: String, _ end: (Int64) -> Int64) throws(StoreError) {
        try recordHistory("end the record of health") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT node_id, ifnull(
                        (SELECT max(last_at) FROM probe_run WHERE probe_run.node_id = health_interval.node_id), 0
                    ) AS seen_at
                    FROM health_interval WHERE to_at IS NULL AND state <> 'unknown' ORDER BY node_id
                    """
            )
            for row in rows {
                let node = NodeID(row["node_id"])
                let time = try Self.endInterval(of: node, at: end(row["seen_at"]), because: reason, db)
                try Self.beginInterval(of: node, .unknown, at: time, db)
            }
        }
    }

    /// Writes runs of outcomes as one transaction; a run that goes on is recorded again with its new end.
    package func record(_ runs: [ProbeRun]) throws(StoreError) {
        guard !runs.isEmpty else { return }
        try recordHistory("record probes") { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO probe_run (
                        node_id, outcome, count, first_at, last_at, latency_minimum, latency_median, latency_maximum
                    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (node_id, first_at) DO UPDATE SET
                        outcome = excluded.outcome, count = excluded.count, last_at = excluded.last_at,
                        latency_minimum = excluded.latency_minimum, latency_median = excluded.latency_median,
                        latency_maximum = excluded.latency_maximum
                    """
            )
            for run in runs {
                try statement.execute(arguments: [
                    run.node.value, run.outcome.rawValue, run.count, run.firstAt.milliseconds,
                    run.lastAt.milliseconds, run.latency?.minimum.wholeMicroseconds,
                    run.latency?.median.wholeMicroseconds, run.latency?.maximum.wholeMicroseconds,
                ])
            }
        }
    }

    /// How many runs one call of ``pruneProbeRuns(endedBefore:limit:at:)`` deletes at most.
    package static let pruningLimit = 10_000

    /// Deletes runs that ended before `time`, says how many they were, and records that as an event where there were any.
    ///
    /// Bounded, so that a change never waits long behind it; call again while it answers the limit.
    package func pruneProbeRuns(
        endedBefore time: WallTime,
        limit: Int = RingStore.pruningLimit,
        at now: WallTime
    ) throws(StoreError) -> Int {
        try recordHistory("prune probes") { db in
            try db.execute(
                sql: """
                    DELETE FROM probe_run
                    WHERE id IN (SELECT id FROM probe_run WHERE last_at < ? ORDER BY last_at LIMIT ?)
                    """,
                arguments: [time.milliseconds, limit]
            )
            let count = db.changesCount
            guard count > 0 else { return 0 }
            let event = AuditEvent(
                at: now,
                actor: .ringd,
                kind: .prune,
                pool: nil,
                reason: "forgot probes that ended before \(time)",
                detail: [.init("probe_runs", "\(count)")]
            )
            _ = try EventChain.append(event, after: EventChain.head(db), db)
            return count
        }
    }

    private func recordHistory<Value>(
        _ what: String,
        _ body: (Database) throws -> Value
    ) throws(StoreError) -> Value {
        try requireUsable()
        return try write(what) { db in
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
            return try known(value, what, "no value")
        }
    }

    /// Ends a node's open interval, never before it began, and says when it ended.
    private static func endInterval(
        of node: NodeID,
        at time: Int64,
        because evidence: String,
        _ db: Database
    ) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE health_interval SET to_at = max(from_at, ?), evidence = ?
                WHERE node_id = ? AND to_at IS NULL
                RETURNING to_at
                """
        )
        return try Int64.fetchOne(statement, arguments: [time, auditText(evidence), node.value]) ?? time
    }

    /// Begins an interval with what all earlier ones of the node add up to.
    ///
    /// Not for a node that is not on the roster any more: what was seen of it is written after it left.
    private static func beginInterval(of node: NodeID, _ health: Health, at time: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO health_interval (
                    node_id, state, from_at, up_before, down_before, unknown_before, falls_before
                )
                SELECT
                    ?1,
                    ?2,
                    ?3,
                    ifnull(up_before + (state IN ('up', 'suspect')) * (to_at - from_at), 0),
                    ifnull(down_before + (state IN ('down', 'recovering', 'cleansing')) * (to_at - from_at), 0),
                    ifnull(unknown_before + (state = 'unknown') * (to_at - from_at), 0),
                    ifnull(falls_before + (state = 'down'), 0)
                FROM node JOIN pool ON pool.id = node.pool_id LEFT JOIN (
                    SELECT * FROM health_interval WHERE node_id = ?1 ORDER BY from_at DESC, id DESC LIMIT 1
                )
                WHERE node.id = ?1 AND node.admin <> 'retired' AND pool.deleted_at IS NULL
                """
        )
        try statement.execute(arguments: [node.value, health.rawValue, time])
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 { wholeNanoseconds / 1000 }
}
