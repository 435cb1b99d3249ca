import RingCore

extension Planner {
    /// Does about each published slot with a dead node what the policy says and the guards allow.
    ///
    /// - Returns: whether a change went to the disk.
    mutating func handleDownNodes(of pool: PoolRecord, at now: Moment) -> Bool {
        for id in nodes.ids(of: pool.id, in: .down).compactMap({ nodes[$0]?.slot }).sorted() {
            guard let slot = roster.slot(id), slot.placement.isPublished,
                let node = slot.node.flatMap(roster.node), node.admin == .active, let runtime = nodes[node.id],
                runtime.health.isConfirmedDown(runtime.timing)
            else { continue }
            handleDown(slot, node, pool: pool, at: now)
            if inFlight != nil { return true }
        }
        return false
    }

    private mutating func handleDown(_ slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) {
        let actions = pool.policy.failureActions(in: pool.dialect)
        for (index, action) in actions.enumerated() {
            switch action {
            case .spare:
                guard let spare = spare(for: slot, of: pool, at: now) else { continue }
                promote(spare, to: slot, of: node, pool: pool, at: now)
                return
            case .hold:
                guard slot.placement == .held else {
                    hold(slot, node, pool: pool, because: nil, at: now)
                    return
                }
                guard index + 1 < actions.count else { return }
                let since = pools[pool.id]?.heldSince[slot.id] ?? now.instant
                guard now.instant - since >= pool.policy.holdFor else {
                    schedulePool(pool.id, at: since + pool.policy.holdFor)
                    return
                }
            case .eject:
                if let refusal = refusesEjection(of: slot, pool: pool, at: now) {
                    holdInstead(slot, node, pool: pool, because: refusal, at: now)
                } else {
                    eject(slot, node, pool: pool, at: now)
                }
                return
            }
        }
    }

    /// A guard said no: the slot stays in the ring, and clients are told that its node is down.
    mutating func holdInstead(
        _ slot: SlotRecord,
        _ node: NodeRecord,
        pool: PoolRecord,
        because refusal: GuardRefusal,
        at now: Moment
    ) {
        schedulePool(pool.id, at: now.instant + Self.refusalRetry)
        guard slot.placement == .held else {
            hold(slot, node, pool: pool, because: refusal, at: now)
            return
        }
        sayOnce(refusal, about: slot, node, at: now)
    }

    /// How often a slot that a guard keeps in the ring is looked at again.
    static var refusalRetry: Duration { .seconds(10) }

    /// What the guards say about taking a slot out of the ring, but for the budget.
    func refusesEjection(of slot: SlotRecord, pool: PoolRecord, at now: Moment) -> GuardRefusal? {
        let guardian = EjectionPolicy(pool.policy)
        if let refusal = guardian.refusesEjection(of: slot.id, from: meantSlots(of: pool)) { return refusal }
        return rateRefusal(pool, at: now)
    }

    /// What the budget says about so many keys that turn cold.
    func refusesSpending(_ cold: Share, pool: PoolRecord, at now: Moment) -> GuardRefusal? {
        guard let ring = pools[pool.id]?.ring else { return .lastSlot }
        let spent = spent(pool, at: now)
        return EjectionPolicy(pool.policy).refusesSpending(cold, after: spent, largestSlot: ring.largestShare)
    }

    /// The slots that are meant to be in the ring: not those that an operator keeps out.
    func meantSlots(of pool: PoolRecord) -> [EjectionPolicy.Slot] { Self.meantSlots(of: pool, in: roster) }

    /// The same on another roster.
    static func meantSlots(of pool: PoolRecord, in roster: Roster) -> [EjectionPolicy.Slot] {
        roster.slots.compactMap { slot in
            guard slot.pool == pool.id, slot.placement != .absent, let node = slot.node.flatMap(roster.node),
                node.admin == .active
            else { return nil }
            let isServing = slot.placement.isPublished && slot.placement != .held
            return EjectionPolicy.Slot(id: slot.id, weight: slot.weight.value, isServing: isServing)
        }
    }

    /// The cold share that automatic changes caused within the budget's window.
    func spent(_ pool: PoolRecord, at now: Moment) -> Share {
        (pools[pool.id]?.spending ?? []).filter { now.instant - $0.at <= pool.policy.budgetWindow }
            .reduce(.none) { $0 + $1.share }
    }

    /// Whether too many automatic changes were made within an hour.
    ///
    /// Sticky until an operator acknowledges.
    func rateRefusal(_ pool: PoolRecord, at now: Moment) -> GuardRefusal? {
        let limit = pool.policy.maxChangesPerHour
        guard limit > 0 else { return nil }
        let recent = recentChanges(of: pool, at: now)
        guard pool.needsAck != nil || recent >= limit else { return nil }
        return .needsAck(changes: max(recent, limit))
    }

    /// The automatic changes within an hour that nobody acknowledged.
    func recentChanges(of pool: PoolRecord, at now: Moment) -> Int {
        let acknowledged = pools[pool.id]?.acknowledgedAt
        return (pools[pool.id]?.spending ?? []).count { spending in
            now.instant - spending.at <= .seconds(3600) && acknowledged.map { spending.at > $0 } ?? true
        }
    }

    /// The rate guard for changes other than ejections; says so once.
    mutating func refusesForRate(_ pool: PoolRecord, slot: SlotRecord, at now: Moment) -> Bool {
        guard let refusal = rateRefusal(pool, at: now), let node = slot.node.flatMap(roster.node) else { return false }
        sayOnce(refusal, about: slot, node, at: now)
        schedulePool(pool.id, at: now.instant + Self.refusalRetry)
        return true
    }

    private mutating func eject(_ slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) {
        guard pool.policy.mode == .automatic else {
            observe(slot, node, "would eject \(node.name): \(nodes[node.id]?.fallEvidence ?? "")", at: now)
            return
        }
        if let cost = pools[pool.id]?.removalCosts[slot.id], cost.version == pool.version,
            let refusal = refusesSpending(cost.cold, pool: pool, at: now)
        {
            holdInstead(slot, node, pool: pool, because: refusal, at: now)
            return
        }
        if let stale = knownVerdict(about: slot, .leaving, at: now)?.stale {
            holdInstead(slot, node, pool: pool, because: refusal(stale, pool: pool), at: now)
            return
        }
        var draft = draft(for: pool)
        var slotRow = slot
        slotRow.placement = .ejected
        slotRow.since = now.wall
        draft.put(slotRow)
        var nodeRow = node
        nodeRow.mayBeStale = true
        draft.put(nodeRow)
        draft.events = [decision(.eject, slot, node, pool: pool, at: now)]
        let planned = planAutomatic(
            draft,
            summary: "ejected \(node.name)",
            changed: [slot.id],
            cold: .moved,
            .automatic(charged: true),
            at: now
        )
        guard let planned else { return }
        // What a removal really moves is known once it is planned: in some dialects far more than the slot's share.
        let cold = planned.report.movement.cold
        if let stale = judge(planned.ring, about: slot, .leaving, at: now) {
            holdInstead(slot, node, pool: pool, because: refusal(stale, pool: pool), at: now)
            return
        }
        if let refusal = refusesSpending(cold, pool: pool, at: now) {
            pools[pool.id]?.removalCosts[slot.id] = PoolRuntime.RemovalCost(version: pool.version, cold: cold)
            holdInstead(slot, node, pool: pool, because: refusal, at: now)
            return
        }
        send(planned, of: pool.id)
    }

    private mutating func hold(
        _ slot: SlotRecord,
        _ node: NodeRecord,
        pool: PoolRecord,
        because refusal: GuardRefusal?,
        at now: Moment
    ) {
        guard pool.policy.mode == .automatic else {
            observe(slot, node, "would hold \(node.name): \(nodes[node.id]?.fallEvidence ?? "")", at: now)
            return
        }
        if let refusal { sayOnce(refusal, about: slot, node, at: now) }
        var draft = draft(for: pool)
        var slotRow = slot
        slotRow.placement = .held
        slotRow.since = now.wall
        draft.put(slotRow)
        var nodeRow = node
        nodeRow.mayBeStale = true
        draft.put(nodeRow)
        draft.events = [decision(.hold, slot, node, pool: pool, at: now)]
        commitAutomatic(
            draft,
            summary: "held \(node.name)",
            changed: [slot.id],
            cold: .none,
            accounting: .free,
            at: now
        )
    }

    /// The event of a decision about a dead node, with its evidence.
    func decision(
        _ kind: AuditEvent.Kind,
        _ slot: SlotRecord,
        _ node: NodeRecord,
        pool: PoolRecord,
        at now: Moment
    ) -> AuditEvent {
        AuditEvent(
            at: now.wall,
            actor: .ringd,
            kind: kind,
            pool: pool.name,
            node: node.name,
            slot: slot.label,
            reason: nodes[node.id]?.fallEvidence ?? "",
            detail: [
                .init("share", pools[pool.id]?.ring?.share(of: slot.id).description ?? ""),
                .init("spent", spent(pool, at: now).description),
            ]
        )
    }

    /// Leaves an event when a guard says no to something it did not say no to before.
    ///
    /// - Parameter advice: what comes of it, where that is not plain.
    mutating func sayOnce(
        _ refusal: GuardRefusal,
        about slot: SlotRecord,
        _ node: NodeRecord,
        advice: String = "",
        at now: Moment
    ) {
        guard pools[slot.pool]?.refusals[slot.id]?.contains(refusal.name) != true else { return }
        pools[slot.pool]?.refusals[slot.id, default: []].append(refusal.name)
        if case .needsAck = refusal, roster.pool(slot.pool)?.needsAck == nil {
            pools[slot.pool]?.pendingNeedsAck = refusal.explanation
        }
        note(
            .refusedByGuard,
            node: node,
            reason: refusal.explanation + (advice.isEmpty ? "" : "; \(advice)"),
            detail: [.init("guard", refusal.name)] + refusal.figures,
            at: now
        )
    }
}
