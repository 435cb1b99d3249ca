package import RingCore

/// What probes say about one node: the detector, which asks and decides nothing about the ring.
///
/// `unknown` → `up` on the first good probe, or `suspect` on a failure. `up` ⇄ `suspect`; `suspect` → `down` when the
/// failures in a row reach `fall-hard` or `fall-soft` and have lasted for `confirm`. `down` → `recovering` on the
/// first good probe; there, `rise` good probes in a row let it rise, any failure sends it back to `down`. A risen node
/// becomes `up`, or `cleansing` first where it may be stale; that is the planner's to say.
package struct NodeHealth: Hashable, Sendable {
    package private(set) var state = Health.unknown
    /// Since when the state is what it is.
    package private(set) var since: Instant
    package private(set) var sinceWall: WallTime
    /// Failures since the last good probe.
    package private(set) var failures = 0
    /// The newest failure that counted.
    package private(set) var lastFailure: ProbeFailure?
    /// When the failures in a row began.
    package private(set) var failingSince: Instant?
    /// When the newest of them was seen.
    private var failedAt: Instant?
    /// `rise` good probes in a row were seen after a fall.
    package private(set) var hasRisen = false
    /// What the server said of itself last.
    package private(set) var stats: ServerStats?
    package private(set) var latencies = LatencyWindow()
    private var hardFailures = 0
    private var softFailures = 0
    private var successes = 0

    package init(at now: Moment) {
        since = now.instant
        sinceWall = now.wall
    }

    /// What an outcome changed.
    package enum Finding: Hashable, Sendable {
        case nothing
        case becameUp
        case becameSuspect
        /// A suspect answered before it fell.
        case recoveredEarly
        /// Confirmed dead, with the evidence in words.
        case fell(evidence: String)
        /// A fallen node answered for the first time.
        case beganToRecover
        /// A fallen node answered often enough.
        case rose
        /// A recovering or cleansing node failed again.
        case relapsed(evidence: String)
    }

    /// Takes a good probe in.
    package mutating func observeSuccess(
        latency: Duration,
        stats newStats: ServerStats?,
        timing: ProbeTiming,
        at now: Moment
    ) -> Finding {
        latencies.record(latency)
        if let newStats { stats = newStats }
        clearFailures()
        switch state {
        case .unknown:
            enter(.up, at: now)
            return .becameUp
        case .suspect:
            enter(.up, at: now)
            return .recoveredEarly
        case .down:
            enter(.recovering, at: now)
            successes = 1
            return riseIfEnough(timing) ? .rose : .beganToRecover
        case .recovering:
            guard !hasRisen else { return .nothing }
            successes += 1
            return riseIfEnough(timing) ? .rose : .nothing
        case .up, .cleansing:
            return .nothing
        }
    }

    /// Takes a failure in that is the node's own.
    package mutating func observeFailure(_ failure: ProbeFailure, timing: ProbeTiming, at now: Moment) -> Finding {
        lastFailure = failure
        failures += 1
        switch failure.class {
        case .hard: hardFailures += 1
        case .soft: softFailures += 1
        case .local: preconditionFailure("a local failure is never the node's: \(failure.detail)")
        }
        if failingSince == nil { failingSince = now.instant }
        failedAt = now.instant
        switch state {
        case .unknown, .up:
            enter(.suspect, at: now)
            return isFallen(timing) ? fall(at: now) : .becameSuspect
        case .suspect:
            return isFallen(timing) ? fall(at: now) : .nothing
        case .recovering, .cleansing:
            let evidence = evidence
            enter(.down, at: now)
            return .relapsed(evidence: evidence)
        case .down:
            return .nothing
        }
    }

    /// Begins a cleansing of a node that is up or has risen.
    package mutating func beginCleansing(at now: Moment) {
        precondition(state == .up || state == .recovering && hasRisen, "cleansing a node that is \(state)")
        enter(.cleansing, at: now)
    }

    /// Ends a cleansing, or lets a risen node in that needs none.
    package mutating func becomeUp(at now: Moment) {
        precondition(state == .cleansing || state == .recovering && hasRisen, "\(state) cannot become up")
        enter(.up, at: now)
    }

    /// The cleansing did not work out; it is tried again later.
    package mutating func abandonCleansing(at now: Moment) {
        precondition(state == .cleansing, "abandoned the cleansing of a node that is \(state)")
        enter(.recovering, at: now)
        hasRisen = true
    }

    /// Whether the failures in a row, as they stand, are enough to act on.
    ///
    /// A node that failed again while it recovered is down and not confirmed: one failure decides nothing.
    package func isConfirmedDown(_ timing: ProbeTiming) -> Bool {
        state == .down && isFallen(timing)
    }

    /// Forgets the failures in a row without a change of state.
    package mutating func forgetFailures() { clearFailures() }

    /// Forgets the failures in a row, because the checker itself was in trouble when it saw them.
    package mutating func distrustFailures(at now: Moment) {
        clearFailures()
        if state == .suspect { enter(.unknown, at: now) }
        if state == .cleansing { abandonCleansing(at: now) }
    }

    /// The failures in a row in words: `2 hard failures: connection refused`.
    package var evidence: String {
        var counts: [String] = []
        if hardFailures > 0 { counts.append("\(hardFailures) hard failure\(hardFailures == 1 ? "" : "s")") }
        if softFailures > 0 { counts.append("\(softFailures) soft failure\(softFailures == 1 ? "" : "s")") }
        return counts.joined(separator: ", ") + (lastFailure.map { ": \($0.detail)" } ?? "")
    }

    private func isFallen(_ timing: ProbeTiming) -> Bool {
        guard hardFailures >= timing.fallHard || softFailures >= timing.fallSoft else { return false }
        guard let failingSince, let failedAt else { return false }
        return failedAt - failingSince >= timing.confirm
    }

    private mutating func fall(at now: Moment) -> Finding {
        let evidence = evidence
        enter(.down, at: now)
        return .fell(evidence: evidence)
    }

    private mutating func riseIfEnough(_ timing: ProbeTiming) -> Bool {
        guard successes >= timing.rise else { return false }
        hasRisen = true
        return true
    }

    private mutating func clearFailures() {
        guard failures > 0 else { return }
        failures = 0
        hardFailures = 0
        softFailures = 0
        failingSince = nil
        failedAt = nil
    }

    private mutating func enter(_ next: Health, at now: Moment) {
        state = next
        since = now.instant
        sinceWall = now.wall
        successes = 0
        hasRisen = false
    }
}
