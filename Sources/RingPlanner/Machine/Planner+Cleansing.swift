import RingCore

extension Planner {
    /// Between the flush and the look for the canary: `flush_all` works to the second.
    package static let settling: Duration = .seconds(2)
    /// How long a node counts as clean without being let in: a client that lags may write to it again.
    package static let cleanFor: Duration = .seconds(30)

    /// Whether the node must be shown to be empty before it may own keys.
    func needsProof(_ node: NodeRecord) -> Bool {
        node.mayBeStale && (node.admin == .spare || policy(of: node.pool).rejoin == .flush)
    }

    /// Whether the node is known to hold nothing old.
    func isProvenClean(_ node: NodeRecord, at now: Moment) -> Bool {
        guard needsProof(node) else { return true }
        guard case .clean(let at)? = nodes[node.id]?.cleansing else { return false }
        return now.instant - at <= Self.cleanFor
    }

    /// Starts to empty a node.
    ///
    /// Only from ``reconcile(_:at:)``, which knows that the pool allows it.
    mutating func beginCleansing(of node: NodeRecord, at now: Moment) {
        guard var runtime = nodes[node.id] else { return }
        let before = runtime.health.state
        runtime.health.beginCleansing(at: now)
        nodes[node.id] = runtime
        report(node.id, from: before, to: .cleansing, evidence: "may hold stale items", at: now)
        startStep(.plantAndFlush, of: node, at: now)
    }

    private mutating func startStep(_ kind: CleansingStep.Kind, of node: NodeRecord, at now: Moment) {
        serial += 1
        let id = CleansingID(node: node.id, serial: serial)
        let canary: String
        switch kind {
        case .plantAndFlush:
            canary = "ringd-canary-\(node.id.value)-\(random.next())"
            nodes[node.id]?.cleansing = .flushing(id)
            nodes[node.id]?.canary = canary
        case .verify:
            canary = nodes[node.id]?.canary ?? ""
            nodes[node.id]?.cleansing = .verifying(id)
        }
        let timeout = policy(of: node.pool).timeout
        effects.append(
            .startCleansingStep(
                CleansingStep(id: id, address: node.address, kind: kind, canary: canary, timeout: timeout)
            )
        )
        schedule(.cleansing(id), at: now.instant + timeout + Self.lossGrace)
    }

    mutating func completeCleansingStep(_ id: CleansingID, _ outcome: CleansingOutcome, at now: Moment) {
        guard let runtime = nodes[id.node], runtime.cleansing.outstanding == id, let node = roster.node(id.node) else {
            return
        }
        switch outcome {
        case .flushed:
            nodes[id.node]?.cleansing = .settling(id)
            nodes[id.node]?.flushedAt = now.instant
            schedule(.cleansing(id), at: now.instant + Self.settling)
        case .canaryGone:
            finishCleansing(of: node, evidence: "flushed, and the canary is gone", at: now)
        case .flushDisabled:
            abandonCleansing(of: node, evidence: "flush_all is switched off on the server", at: now)
            nodes[id.node]?.cleansing = .refused
            note(
                .cleanseRefused,
                node: node,
                reason: "flush_all is switched off on the server; readmit it with --accept-stale, or restart it empty",
                at: now
            )
        case .canaryPresent:
            retryCleansing(of: node, after: id, because: "the canary survived flush_all", at: now)
        case .failure(let failure):
            retryCleansing(of: node, after: id, because: failure.detail, at: now)
        }
        markDirty(node.pool)
    }

    /// A step's deadline: the settling time is over, the step was lost, or the next attempt is due.
    mutating func continueCleansing(_ id: CleansingID, at now: Moment) {
        guard let runtime = nodes[id.node], runtime.cleansing.latest == id, let node = roster.node(id.node) else {
            return
        }
        switch runtime.cleansing {
        case .settling:
            guard !isFrozen(node.pool) else {
                abandonCleansing(of: node, evidence: "the pool is frozen", at: now)
                nodes[id.node]?.cleansing = .none
                return
            }
            // The step's own loss deadline can come up first: the flush was answered less than `settling` ago.
            guard runtime.flushedAt.map({ now.instant - $0 >= Self.settling }) ?? true else { return }
            startStep(.verify, of: node, at: now)
        case .flushing, .verifying:
            retryCleansing(of: node, after: id, because: "no answer", at: now)
        case .retry:
            nodes[id.node]?.cleansing = .none
            markDirty(node.pool)
        case .none, .clean, .refused:
            return
        }
    }

    /// Counts the node as empty, and up.
    mutating func finishCleansing(of node: NodeRecord, evidence: String, at now: Moment) {
        guard var runtime = nodes[node.id] else { return }
        let before = runtime.health.state
        runtime.cleansing = .clean(at: now.instant)
        runtime.proof = evidence
        runtime.cleansingFailures = 0
        if before != .up { runtime.health.becomeUp(at: now) }
        nodes[node.id] = runtime
        report(node.id, from: before, to: .up, evidence: evidence, at: now)
    }

    private mutating func abandonCleansing(of node: NodeRecord, evidence: String, at now: Moment) {
        nodes[node.id]?.health.abandonCleansing(at: now)
        report(node.id, from: .cleansing, to: .recovering, evidence: evidence, at: now)
    }

    private mutating func retryCleansing(
        of node: NodeRecord,
        after id: CleansingID,
        because reason: String,
        at now: Moment
    ) {
        abandonCleansing(of: node, evidence: "cleansing failed: \(reason)", at: now)
        let attempt = (nodes[node.id]?.cleansingFailures ?? 0) + 1
        nodes[node.id]?.cleansingFailures = attempt
        nodes[node.id]?.cleansing = .retry(id, attempt: attempt)
        if attempt == 1 {
            note(.cleanseRefused, node: node, reason: "cleansing failed: \(reason); tried again", at: now)
        }
        schedule(.cleansing(id), at: now.instant + Self.backoff(attempt))
    }

    /// 2 s, × 1.5 for each attempt, at most 30 s.
    static func backoff(_ attempt: Int) -> Duration {
        var nanoseconds: Int64 = 2_000_000_000
        for _ in 1..<max(2, min(attempt, 10)) where nanoseconds < 30_000_000_000 { nanoseconds = nanoseconds / 2 * 3 }
        return .nanoseconds(min(nanoseconds, 30_000_000_000))
    }

    /// Another proof for a server that refuses to flush: it restarted empty while it was away, or was away for longer
    /// than any item lives.
    func isProvenEmptyWithoutFlush(_ node: NodeRecord, at now: Moment) -> Bool {
        guard let runtime = nodes[node.id], let awaySince = runtime.awaySince else { return false }
        let away = now.instant - awaySince
        if away >= policy(of: node.pool).maxItemTTL { return true }
        // Only what it said after it went away counts, and that must say that it was started after it went away.
        guard let stats = runtime.health.stats, let statsAt = runtime.statsAt, statsAt > awaySince else { return false }
        return stats.items == 0 && .seconds(stats.uptime + 1) < statsAt - awaySince
    }

    /// The pools other than its own in which a node's address is in use: such an address is never flushed.
    func poolsSharingAddress(of node: NodeRecord) -> [PoolName] {
        let others = roster.nodes.filter {
            $0.pool != node.pool && $0.admin != .retired && $0.address == node.address
        }
        return others.compactMap { roster.pool($0.pool)?.name }.sorted()
    }
}
