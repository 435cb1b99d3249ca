import RingCore

extension Planner {
    /// An outcome that is later than its timeout by this much is lost, and the node is probed again.
    static var lossGrace: Duration { .seconds(1) }
    /// Every so many probes ask for `stats` where nothing is amiss.
    static var statsEvery: UInt32 { 10 }

    /// Puts the next probe of a node at `instant`, in place of the one that was scheduled.
    mutating func scheduleProbe(of node: NodeID, at instant: Instant) {
        guard let index = nodes.index(forKey: node) else { return }
        scheduleProbe(of: node, index: index, at: instant)
    }

    private mutating func scheduleProbe(of node: NodeID, index: Int, at instant: Instant) {
        let generation = nodes.values[index].probeGeneration &+ 1
        nodes.values[index].probeGeneration = generation
        schedule(.probe(node, generation: generation), at: instant)
    }

    /// Probes a node soon, unless a probe is out.
    ///
    /// At once, as a rule; a server that closes every connection is probed no faster than a suspect one.
    mutating func hurryProbe(of node: NodeID, at now: Moment) {
        guard let runtime = nodes[node], runtime.probe == nil else { return }
        scheduleProbe(of: node, at: max(now.instant, runtime.probedAt + runtime.timing.fastInterval))
    }

    mutating func meetProbeDeadline(of node: NodeID, generation: UInt32, at now: Moment) {
        guard let index = nodes.index(forKey: node), nodes.values[index].probeGeneration == generation else { return }
        if nodes.values[index].probe != nil {
            let lost = nodes.values[index].probedAt + nodes.values[index].timing.timeout + Self.lossGrace
            guard lost <= now.instant else {
                scheduleProbe(of: node, index: index, at: lost)
                return
            }
        }
        startProbe(of: node, index: index, at: now)
    }

    /// Starts a probe, in place of one that was lost.
    ///
    /// The next probe of a calm node is scheduled here, an interval from now; then a good outcome costs nothing more.
    private mutating func startProbe(of node: NodeID, index: Int, at now: Moment) {
        serial += 1
        let id = ProbeID(node: node, serial: serial)
        let state = nodes.values[index].health.state
        let timing = nodes.values[index].timing
        let count = nodes.values[index].probeCount
        let isFailing = nodes.values[index].health.failures > 0
        let isCalm = state == .up && !isFailing
        // One that was empty is asked with each probe: as long as it is, what it gives away leaves no old copies.
        let isEmpty = nodes.values[index].health.stats?.items == 0
        nodes.values[index].probeCount = count &+ 1
        nodes.values[index].probe = id
        nodes.values[index].probedAt = now.instant
        effects.append(
            .startProbe(
                Probe(
                    id: id,
                    address: nodes.values[index].address,
                    timeout: timing.timeout,
                    wantsStats: count % Self.statsEvery == 0 || (!isCalm || isEmpty) && state != .suspect,
                    onNewConnection: isFailing
                )
            )
        )
        let isSteady = !isFailing && state != .down && state != .suspect
        nodes.values[index].isNextProbeScheduled = isSteady
        let delay = isSteady ? jittered(timing.interval) : timing.timeout + Self.lossGrace
        scheduleProbe(of: node, index: index, at: now.instant + delay)
    }

    mutating func completeProbe(_ id: ProbeID, _ outcome: ProbeOutcome, at now: Moment) {
        guard let index = nodes.index(forKey: id.node), nodes.values[index].probe == id else { return }
        nodes.values[index].probe = nil
        let before = nodes.values[index].health.state
        let wasConfirmed = nodes.values[index].health.isConfirmedDown(nodes.values[index].timing)
        var finding = NodeHealth.Finding.nothing
        switch outcome {
        case .success(let latency, let stats):
            let timing = nodes.values[index].timing
            let earlier = nodes.values[index].health.stats
            finding = nodes.values[index].health.observeSuccess(latency: latency, stats: stats, timing: timing, at: now)
            if let stats {
                nodes.values[index].statsAt = now.instant
                if stats.items == 0 { noteEmpty(id.node, asked: nodes.values[index].probedAt) }
                noticeRestart(of: id.node, from: earlier, to: stats, at: now)
            }
        case .failure(let failure) where failure.class == .local:
            if Self.isExhaustion(failure) { distrustItself(because: "checker: \(failure.detail)", at: now) }
        case .failure(let failure):
            // While the checker distrusts itself, what it fails to see says nothing new about a server.
            guard trustsItself || before == .recovering || before == .cleansing else { break }
            let timing = nodes.values[index].timing
            finding = nodes.values[index].health.observeFailure(failure, timing: timing, at: now)
        }
        let state = nodes.values[index].health.state
        if finding == .nothing, state != .suspect, state != .down, nodes.values[index].isNextProbeScheduled {
            if nodes.values[index].cleansing == .refused { markDirty(nodes.values[index].pool) }
            return
        }
        if let record = roster.node(id.node) { take(finding, of: record, before: before, at: now) }
        // One that was down and not confirmed is now: a node that relapsed, or that fell before the checker was in trouble.
        if finding == .nothing, !wasConfirmed, nodes.values[index].health.isConfirmedDown(nodes.values[index].timing) {
            markDirty(nodes.values[index].pool)
        }
        scheduleNextProbe(of: id.node, at: now)
    }

    /// Local trouble that says the whole checker is short of something, not one name or one route.
    private static func isExhaustion(_ failure: ProbeFailure) -> Bool {
        failure.detail == "out of file descriptors" || failure.detail == "out of memory"
            || failure.detail == "no local address or port left"
    }

    private mutating func scheduleNextProbe(of node: NodeID, at now: Moment) {
        guard let index = nodes.index(forKey: node), nodes.values[index].probe == nil else { return }
        let timing = nodes.values[index].timing
        let delay: Duration
        switch nodes.values[index].health.state {
        case .suspect:
            delay = timing.fastInterval
        case .down:
            delay = nodes.values[index].downInterval
            let longer = Duration.nanoseconds(delay.wholeNanoseconds / 2 * 3)
            nodes.values[index].downInterval = min(longer, max(Policy.downIntervalLimit, timing.downInterval))
        case .unknown, .up, .recovering, .cleansing:
            delay = jittered(timing.interval)
        }
        nodes.values[index].isNextProbeScheduled = true
        scheduleProbe(of: node, index: index, at: now.instant + delay)
    }

    /// The interval ± 10 %, so that probes of many nodes never fall into step.
    mutating func jittered(_ interval: Duration) -> Duration {
        let nanoseconds = interval.wholeNanoseconds
        let tenth = nanoseconds / 10
        return .nanoseconds(nanoseconds - tenth + random.below(2 * tenth + 1))
    }

    /// Follows up what a probe changed.
    private mutating func take(_ finding: NodeHealth.Finding, of node: NodeRecord, before: Health, at now: Moment) {
        let state = nodes[node.id]?.health.state ?? .unknown
        let evidence = nodes[node.id]?.health.evidence ?? ""
        switch finding {
        case .nothing:
            if nodes[node.id]?.cleansing == .refused { markDirty(node.pool) }
            return
        case .becameUp:
            report(node.id, from: before, to: state, evidence: "answered", at: now)
            return lookAgainIfAmiss(node, at: now)
        case .becameSuspect:
            // Nothing is done about a suspect; where many make a mass failure, that marks the pool.
            report(node.id, from: before, to: state, evidence: evidence, at: now)
            return noteSuspicion(of: node, at: now)
        case .recoveredEarly:
            report(node.id, from: before, to: state, evidence: "answered before it fell", at: now)
            return lookAgainIfAmiss(node, at: now)
        case .fell(let evidence):
            if before != .suspect { noteSuspicion(of: node, at: now) }
            noteFall(of: node, evidence: evidence, at: now)
            report(node.id, from: before, to: state, evidence: evidence, at: now)
        case .beganToRecover:
            report(node.id, from: before, to: state, evidence: "answered", at: now)
        case .rose:
            if before != state { report(node.id, from: before, to: state, evidence: "answered", at: now) }
            noteRise(of: node, at: now)
        case .relapsed(let evidence):
            nodes[node.id]?.cleansing = .none
            if let pause = nodes[node.id]?.timing.downInterval { nodes[node.id]?.downInterval = pause }
            report(node.id, from: before, to: state, evidence: evidence, at: now)
        }
        markDirty(node.pool)
    }

    /// Lets automation look at the pool of a node that answers, unless the node is where it should be.
    ///
    /// To look at a pool costs O(*n*), and at a start ten thousand nodes answer for the first time within a second. A
    /// frozen pool counts its suspects again soon, for all who answered by then.
    private mutating func lookAgainIfAmiss(_ node: NodeRecord, at now: Moment) {
        let slot = nodes[node.id]?.slot.flatMap(roster.slot)
        let isWhole = slot?.ramp == 100 && (slot?.placement == .in || slot?.placement == .covered)
        guard node.admin == .active, !node.mayBeStale, isWhole else {
            markDirty(node.pool)
            return
        }
        if isFrozen(node.pool) { schedulePool(node.pool, at: now.instant + Self.admissionDelay) }
    }

    private mutating func noteFall(of node: NodeRecord, evidence: String, at now: Moment) {
        let explainedByFreeze = isFrozen(node.pool)
        guard var runtime = nodes[node.id] else { return }
        runtime.downInterval = runtime.timing.downInterval
        runtime.fallEvidence = evidence
        runtime.fellWhileFrozen = explainedByFreeze
        if runtime.awaySince == nil { runtime.awaySince = runtime.health.failingSince ?? now.instant }
        nodes[node.id] = runtime
        note(.down, node: node, reason: evidence, at: now)
    }

    private mutating func noteRise(of node: NodeRecord, at now: Moment) {
        addFlapPenalty(to: node, at: now)
        note(.up, node: node, reason: "answered \(policy(of: node.pool).rise) times in a row", at: now)
    }

    /// Notices that memcached was started anew.
    ///
    /// What a node in the ring holds then is said and not acted on: a restart that is too short for `confirm` is a
    /// supervised one, and a cache is never emptied on a guess. A node on its way back must prove anew that it is empty.
    private mutating func noticeRestart(
        of id: NodeID,
        from earlier: ServerStats?,
        to stats: ServerStats,
        at now: Moment
    ) {
        guard let earlier, stats.pid != earlier.pid || stats.uptime < earlier.uptime, let node = roster.node(id) else {
            return
        }
        if stats.items > 0, case .clean? = nodes[id]?.cleansing { nodes[id]?.cleansing = .none }
        let contents = stats.items == 0 ? "empty" : "with \(stats.items) items, which may be stale"
        note(
            .restart,
            node: node,
            reason: "memcached restarted \(stats.uptime) s ago, \(contents)",
            detail: [
                .init("items", "\(stats.items)"), .init("pid", "\(stats.pid)"), .init("uptime", "\(stats.uptime)"),
            ] + (stats.items == 0 ? [.emptied] : []),
            at: now
        )
        markDirty(node.pool)
    }

    /// Tells the shell about a change of health.
    mutating func report(_ node: NodeID, from: Health, to: Health, evidence: String, at now: Moment) {
        guard from != to else { return }
        effects.append(
            .record(HealthTransition(node: node, from: from, to: to, at: now.wall, evidence: evidence))
        )
    }

    /// Keeps an event to go with the pool's next change.
    mutating func note(
        _ kind: AuditEvent.Kind,
        node: NodeRecord,
        reason: String,
        detail: [AuditEvent.Fact] = [],
        at now: Moment
    ) {
        let event = AuditEvent(
            at: now.wall,
            actor: .ringd,
            kind: kind,
            pool: roster.pool(node.pool)?.name,
            node: node.name,
            reason: reason,
            detail: detail
        )
        keep(event, of: node.pool)
    }

    /// Keeps an event of a pool, within limits: a disk that is full for a day must not fill the memory.
    mutating func keep(_ event: AuditEvent, of pool: PoolID) {
        guard let count = pools[pool]?.notes.count, count < Self.noteLimit else { return }
        pools[pool]?.notes.append(event)
    }

    /// The policy of a pool.
    func policy(of pool: PoolID) -> Policy { roster.pool(pool)?.policy ?? Policy() }
}
