import DequeModule
import RingCore

extension Planner {
    /// Takes the next change identifier.
    mutating func takeChangeID() -> ChangeID {
        defer { nextChange = ChangeID(nextChange.value + 1) }
        return nextChange
    }

    /// Sends a change to the disk.
    ///
    /// Nothing else goes there until it is back.
    mutating func commit(_ plan: PlannedChange, answering request: RequestID? = nil, wait: Duration? = nil) {
        precondition(inFlight == nil, "two changes at the disk: \(plan.change.id) and \(String(describing: inFlight))")
        inFlight = InFlight(change: plan.change, plan: plan, request: request, wait: wait)
        effects.append(.commit(plan.change))
    }

    /// Makes what was committed the truth, and lets what follows from it be seen.
    mutating func completeCommit(_ id: ChangeID, at now: Moment) {
        guard let flight = inFlight, flight.change.id == id else { return }
        inFlight = nil
        let earlier = roster
        roster = flight.plan.roster
        if let pool = flight.plan.pool {
            settle(pool, after: flight, earlier: earlier, at: now)
            markDirty(pool)
        }
        followUp(flight, at: now)
    }

    private mutating func settle(_ pool: PoolID, after flight: InFlight, earlier: Roster, at now: Moment) {
        guard roster.pool(pool) != nil else {
            pools[pool] = nil
            for node in earlier.nodes where node.pool == pool && nodes[node.id] != nil { forget(node.id) }
            releaseWaiters(of: pool)
            return
        }
        remember(flight, of: pool, earlier: earlier, at: now)
        var runtime = pools[pool] ?? PoolRuntime()
        runtime.ring = flight.plan.ring
        if let version = flight.change.version {
            effects.append(.publish(pool, version.version))
            if version.isAutomatic {
                runtime.spending.removeAll { now.instant - $0.at > .milliseconds(Charge.memoryMilliseconds) }
                runtime.spending.append(PoolRuntime.Spending(at: now.instant, share: version.charge))
            }
        }
        pools[pool] = runtime
        let tenancies = flight.tenancies
        let pardoned = flight.pardoned
        for row in flight.change.rows {
            switch row {
            case .node(let node):
                if pardoned.contains(node.name) { pardon(node) }
                settle(node, earlier: earlier.node(node.id), slot: tenancies[node.id], at: now)
            case .slot(let slot): settle(slot, earlier: earlier.slot(slot.id), at: now)
            case .pool(let record): settle(record, earlier: earlier.pool(record.id), at: now)
            case .poolDeleted: continue
            }
        }
    }

    private mutating func settle(_ pool: PoolRecord, earlier: PoolRecord?, at now: Moment) {
        if pool.acknowledgedAt != earlier?.acknowledgedAt { pools[pool.id]?.acknowledgedAt = now.instant }
        if pool.freeze != earlier?.freeze {
            // Durable now, or lifted: what was seen before it does not count a second time.
            pools[pool.id]?.pendingFreeze = nil
            pools[pool.id]?.calmSince = nil
            pools[pool.id]?.burst = []
        }
        guard let earlier, pool.policy != earlier.policy else { return }
        let timing = ProbeTiming(pool.policy)
        for node in roster.nodes where node.pool == pool.id && nodes[node.id] != nil {
            nodes[node.id]?.timing = timing
            // Long intervals that stand already must not outlive the policy that wanted them.
            if nodes[node.id]?.probe == nil { scheduleProbe(of: node.id, at: now.instant + jittered(timing.interval)) }
        }
        pools[pool.id]?.observed = [:]
        pools[pool.id]?.refusals = [:]
        pools[pool.id]?.returnVerdicts = [:]
    }

    /// Answers commands whose pool is gone: their change is durable, and nothing of it is published any more.
    private mutating func releaseWaiters(of pool: PoolID) {
        var kept: [Waiter] = []
        for waiter in waiters {
            switch waiter.condition {
            case .published(pool, _): break
            case .admitted(let node, _) where nodes[node] == nil: break
            case .published, .admitted:
                kept.append(waiter)
                continue
            }
            var report = waiter.report
            report.notices.append("the pool was deleted meanwhile")
            answer(waiter.request, .done(report))
        }
        waiters = kept
    }

    /// Forgets how often a node flapped, by an operator's word.
    private mutating func pardon(_ node: NodeRecord) {
        nodes[node.id]?.isDamped = false
        nodes[node.id]?.flapPenalty = 0
        pools[node.pool]?.noteRows.removeAll { $0 == node.id }
    }

    private mutating func settle(_ node: NodeRecord, earlier: NodeRecord?, slot: SlotID?, at now: Moment) {
        guard node.admin != .retired else {
            forget(node.id)
            return
        }
        if nodes[node.id] == nil {
            nodes[node.id] = NodeRuntime(node, slot: slot, timing: ProbeTiming(policy(of: node.pool)), at: now)
            scheduleProbe(of: node.id, at: now.instant)
        } else {
            nodes[node.id]?.address = node.address
            if earlier?.adminUntil != node.adminUntil { nodes[node.id]?.setMaintenanceEnd(node.adminUntil, at: now) }
        }
        if node.mayBeStale {
            if nodes[node.id]?.awaySince == nil { nodes[node.id]?.awaySince = now.instant }
        } else {
            nodes[node.id]?.awaySince = nil
            nodes[node.id]?.cleansing = .none
            if nodes[node.id]?.health.state == .cleansing {
                nodes[node.id]?.health.becomeUp(at: now)
                report(node.id, from: .cleansing, to: .up, evidence: "need not be emptied any more", at: now)
            }
        }
    }

    private mutating func settle(_ slot: SlotRecord, earlier: SlotRecord?, at now: Moment) {
        if slot.node != earlier?.node {
            if let former = earlier?.node, nodes[former]?.slot == slot.id { nodes[former]?.slot = nil }
            if let node = slot.node { nodes[node]?.slot = slot.id }
        }
        if slot.ramp != earlier?.ramp || slot.placement != earlier?.placement {
            pools[slot.pool]?.steppedAt[slot.id] = slot.placement.isPublished && slot.ramp < 100 ? now.instant : nil
        }
        guard slot.placement != earlier?.placement else { return }
        pools[slot.pool]?.heldSince[slot.id] = slot.placement == .held ? now.instant : nil
        if slot.placement != .held { pools[slot.pool]?.refusals[slot.id] = nil }
        pools[slot.pool]?.observed[slot.id] = nil
        pools[slot.pool]?.promotions[slot.id] = nil
        pools[slot.pool]?.returnVerdicts[slot.id] = nil
    }

    private mutating func forget(_ node: NodeID) {
        nodes[node] = nil
        effects.append(.forgetNode(node))
    }

    /// Answers the command of a committed change, or lets it wait for what it asked for.
    private mutating func followUp(_ flight: InFlight, at now: Moment) {
        if let version = flight.change.version { admit(flight, in: version) }
        guard let request = flight.request, let pool = flight.plan.pool else { return }
        if let version = flight.change.version {
            waiters.append(
                Waiter(
                    request: request,
                    report: flight.plan.report,
                    condition: .published(pool, version.version)
                )
            )
        } else if let wait = flight.wait, let node = flight.addedNode {
            let until = now.instant + wait
            serial += 1
            waiters.append(
                Waiter(
                    request: request,
                    report: flight.plan.report,
                    condition: .admitted(node, until: until),
                    serial: serial
                )
            )
            schedule(.waiter(serial), at: until)
        } else {
            answer(request, .done(flight.plan.report))
        }
    }

    /// Lets commands that wait for an admission wait for its publication instead.
    private mutating func admit(_ flight: InFlight, in version: NewVersion) {
        for index in waiters.indices {
            guard case .admitted(let node, _) = waiters[index].condition,
                let name = roster.node(node)?.name,
                version.changedSlots.contains(where: { $0.content.node == name }),
                flight.plan.pool == roster.node(node)?.pool
            else { continue }
            let summary = waiters[index].report.summary
            waiters[index].report = flight.plan.report
            waiters[index].report.summary = summary
            waiters[index].condition = .published(version.pool, version.version)
        }
    }

    /// The time an operator's command waited for an admission is over.
    mutating func stopWaiting(_ serial: UInt64, at now: Moment) {
        guard let index = waiters.firstIndex(where: { $0.serial == serial }),
            case .admitted(let node, _) = waiters[index].condition
        else { return }
        let waiter = waiters.remove(at: index)
        var report = waiter.report
        report.notices.append(whyNotInRing(node, at: now))
        answer(waiter.request, .done(report))
    }

    private func whyNotInRing(_ node: NodeID, at now: Moment) -> String {
        guard let record = roster.node(node), let runtime = nodes[node] else { return "the node was removed meanwhile" }
        let begin = "\(record.name) is on the roster and not in the ring yet: "
        if let failure = runtime.health.lastFailure, runtime.health.failures > 0 {
            return begin + "\(failure.detail) at \(record.address); it enters at its first good probe"
        }
        if isFrozen(record.pool) { return begin + "the pool is frozen" }
        if !trustsItself { return begin + "the checker distrusts itself for a while" }
        if needsProof(record) { return begin + "it was in the pool before and is emptied first" }
        return begin + "it did not answer yet; it enters at its first good probe"
    }

    /// The disk refused a change, or nobody knows whether it is there.
    mutating func failCommit(_ id: ChangeID, _ failure: CommitFailure, at now: Moment) {
        guard let flight = inFlight, flight.change.id == id else { return }
        inFlight = nil
        switch failure {
        case .refused(let reason):
            if let request = flight.request {
                answer(
                    request,
                    .refused(
                        Refusal(
                            .storage,
                            problem: "the database refused the write: \(reason)",
                            hint: "nothing was changed; free the disk or look at the log, then try again"
                        )
                    )
                )
            } else if let pool = flight.plan.pool {
                takeBack(flight, of: pool)
            } else {
                notes = flight.change.events + notes
            }
            distrustItself(because: "the database refused a write", at: now)
            diskPausedUntil = now.instant + Self.diskPause
            schedule(.disk, at: now.instant + Self.diskPause)
        case .unknown(let reason):
            isHalted = true
            let unknown = Reply.unknown(reason: reason)
            if let request = flight.request { answer(request, unknown) }
            for submission in queue { answer(submission.request, unknown) }
            for waiter in waiters { answer(waiter.request, .done(waiter.report)) }
            queue = []
            waiters = []
            effects.append(.stop(reason: "the outcome of a commit is unknown: \(reason)"))
        }
    }

    /// Keeps the facts of a change that the disk refused; the decision that it was is made anew, or not.
    private mutating func takeBack(_ flight: InFlight, of pool: PoolID) {
        pools[pool]?.notes.insert(contentsOf: flight.notes, at: 0)
        pools[pool]?.noteRows.insert(contentsOf: flight.noteRows, at: 0)
        for case .pool(let record) in flight.change.rows {
            guard let needsAck = record.needsAck, roster.pool(pool)?.needsAck == nil else { continue }
            pools[pool]?.pendingNeedsAck = needsAck
        }
        markDirty(pool)
    }

    /// Commits events that belong to no pool.
    mutating func commitNotes(at now: Moment) {
        let events = notes
        notes = []
        let report = ChangeReport(
            pool: events.first?.pool ?? Self.defaultPool,
            summary: "",
            oldVersion: nil,
            newVersion: nil,
            movement: .none,
            shares: [],
            notices: []
        )
        let change = Change(id: takeChangeID(), events: events)
        commit(PlannedChange(change: change, report: report, pool: nil, ring: nil, roster: roster))
    }

    /// Answers a command.
    mutating func answer(_ request: RequestID, _ reply: Reply) {
        effects.append(.reply(request, reply))
    }
}

extension Planner.InFlight {
    /// The nodes whose damping an operator's word lifts: given now, or as the end of a maintenance.
    fileprivate var pardoned: Set<NodeName> {
        let words: [AuditEvent.Kind] = request == nil ? [.enable] : [.undamp, .readmit, .enable]
        return Set(change.events.lazy.filter { words.contains($0.kind) }.compactMap(\.node))
    }

    /// The slots that the change is about, by the node that occupies each.
    fileprivate var tenancies: [NodeID: SlotID] {
        var tenancies: [NodeID: SlotID] = [:]
        for case .slot(let slot) in change.rows { if let node = slot.node { tenancies[node] = slot.id } }
        return tenancies
    }

    /// The node that the change brought onto the roster.
    fileprivate var addedNode: NodeID? {
        guard change.events.contains(where: { $0.kind == .add }) else { return nil }
        for case .node(let node) in change.rows { return node.id }
        return nil
    }
}
