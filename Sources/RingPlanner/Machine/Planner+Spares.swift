import RingCore

extension Planner {
    /// The spare for a slot: the one that is being emptied for it, or the first that could be.
    func spare(for slot: SlotRecord, of pool: PoolRecord, at now: Moment) -> NodeRecord? {
        if let chosen = pools[pool.id]?.promotions[slot.id].flatMap(roster.node), isReady(chosen, for: slot, at: now) {
            return chosen
        }
        return roster.nodes.first { $0.pool == pool.id && isReady($0, for: slot, at: now) }
    }

    /// Whether a spare can take a slot over, once it is emptied.
    private func isReady(_ node: NodeRecord, for slot: SlotRecord, at now: Moment) -> Bool {
        guard node.admin == .spare, node.mayBeStale, let runtime = nodes[node.id], runtime.slot == nil,
            !runtime.isDamped
        else { return false }
        let other = pools[node.pool]?.promotions.contains { $0.value == node.id && $0.key != slot.id } ?? false
        guard !other else { return false }
        switch (runtime.health.state, runtime.cleansing) {
        case (.up, .none), (.up, .clean), (.cleansing, .flushing), (.cleansing, .settling), (.cleansing, .verifying):
            return true
        case (.unknown, _), (.suspect, _), (.down, _), (.recovering, _), (.cleansing, _), (.up, _):
            return false
        }
    }

    /// Lets a spare take over the slot of a dead node: emptied first, then in one change.
    mutating func promote(
        _ spare: NodeRecord,
        to slot: SlotRecord,
        of node: NodeRecord,
        pool: PoolRecord,
        at now: Moment
    ) {
        guard pool.policy.mode == .automatic else {
            let evidence = nodes[node.id]?.fallEvidence ?? ""
            observe(slot, node, "would let \(spare.name) take the slot of \(node.name): \(evidence)", at: now)
            return
        }
        let share = pools[pool.id]?.ring?.share(of: slot.id) ?? .none
        if let refusal = rateRefusal(pool, at: now) ?? refusesSpending(share, pool: pool, at: now) {
            holdInstead(slot, node, pool: pool, because: refusal, at: now)
            return
        }
        pools[pool.id]?.promotions[slot.id] = spare.id
        guard isProvenClean(spare, at: now) else {
            cleanseIfAllowed(spare, at: now)
            return
        }
        var draft = draft(for: pool)
        var slotRow = slot
        slotRow.node = spare.id
        slotRow.placement = .covered
        slotRow.coveredFor = slot.coveredFor ?? node.id
        slotRow.since = now.wall
        draft.put(slotRow)
        leaveFormerSlot(of: spare, in: &draft)
        var nodeRow = node
        nodeRow.mayBeStale = true
        // A spare that covered the slot and died in turn goes back to where it came from.
        if let first = slot.coveredFor, first != node.id { nodeRow.admin = .spare }
        draft.put(nodeRow)
        var spareRow = spare
        spareRow.admin = .active
        spareRow.mayBeStale = false
        draft.put(spareRow)
        draft.events = [decision(.promote, slot, node, pool: pool, at: now)]
        draft.events[0].detail.append(.init("spare", spare.name.text))
        commitAutomatic(
            draft,
            summary: "\(spare.name) took the slot of \(node.name)",
            changed: [slot.id],
            cold: .slots([slot.id]),
            accounting: .automatic(charged: true),
            at: now
        )
    }

    /// A spare that takes a slot gives up the one that it once had: whoever covers that keeps it.
    private func leaveFormerSlot(of spare: NodeRecord, in draft: inout Draft) {
        for var slot in draft.roster.slots where slot.coveredFor == spare.id {
            slot.coveredFor = nil
            if slot.placement == .covered { slot.placement = .in }
            draft.put(slot)
        }
    }

    /// What becomes of nodes that are back while a spare has their slot: spares, or owners again.
    ///
    /// - Returns: whether a change went to the disk.
    mutating func giveBackCoveredSlots(of pool: PoolRecord, at now: Moment) -> Bool {
        for index in roster.slots.indices {
            guard roster.slots[index].coveredFor != nil, roster.slots[index].pool == pool.id else { continue }
            let slot = roster.slots[index]
            guard let node = slot.coveredFor.flatMap(roster.node), let runtime = nodes[node.id],
                runtime.health.state == .up || runtime.health.state == .recovering && runtime.health.hasRisen,
                pool.policy.mode == .automatic
            else { continue }
            if node.admin == .active, pool.policy.failback != .always {
                makeSpare(node, besides: slot, pool: pool, at: now)
            } else if node.admin == .active, !isDamped(node, policy: pool.policy, at: now),
                !refusesForRate(pool, slot: slot, at: now)
            {
                failBack(slot, to: node, pool: pool, at: now)
            }
            if inFlight != nil { return true }
        }
        return false
    }

    private mutating func makeSpare(_ node: NodeRecord, besides slot: SlotRecord, pool: PoolRecord, at now: Moment) {
        var draft = draft(for: pool)
        var row = node
        row.admin = .spare
        row.mayBeStale = true
        draft.put(row)
        let keeper = slot.node.flatMap(roster.node)?.name.text ?? "a spare"
        draft.events = [
            AuditEvent(
                at: now.wall,
                actor: .ringd,
                kind: .rejoin,
                pool: pool.name,
                node: node.name,
                slot: slot.label,
                reason: "\(keeper) keeps the slot; it is a spare now"
            )
        ]
        commitAutomatic(
            draft,
            summary: "\(node.name) is a spare",
            changed: [],
            cold: .none,
            accounting: .free,
            at: now
        )
    }

    /// Gives a slot back to its first node, which is emptied before; the spare is a spare again.
    private mutating func failBack(_ slot: SlotRecord, to node: NodeRecord, pool: PoolRecord, at now: Moment) {
        guard let spare = slot.node.flatMap(roster.node) else { return }
        let share = pools[pool.id]?.ring?.share(of: slot.id) ?? .none
        if let refusal = refusesSpending(share, pool: pool, at: now) {
            schedulePool(pool.id, at: now.instant + Self.refusalRetry)
            sayOnce(refusal, about: slot, node, at: now)
            return
        }
        guard isProvenClean(node, at: now) else {
            cleanseIfAllowed(node, at: now)
            return
        }
        guard nodes[node.id]?.health.state == .up else { return }
        var draft = draft(for: pool)
        put(slot, back: node, from: spare, in: &draft, at: now)
        draft.events = [
            AuditEvent(
                at: now.wall,
                actor: .ringd,
                kind: .rejoin,
                pool: pool.name,
                node: node.name,
                slot: slot.label,
                reason: "flushed and verified empty; it has its slot back from \(spare.name)"
            )
        ]
        commitAutomatic(
            draft,
            summary: "\(node.name) has its slot back",
            changed: [slot.id],
            cold: .slots([slot.id]),
            accounting: .automatic(charged: true),
            at: now
        )
    }

    private func put(
        _ slot: SlotRecord,
        back node: NodeRecord,
        from spare: NodeRecord,
        in draft: inout Draft,
        at now: Moment
    ) {
        var slotRow = slot
        slotRow.node = node.id
        slotRow.placement = .in
        slotRow.coveredFor = nil
        slotRow.since = now.wall
        draft.put(slotRow)
        var nodeRow = node
        nodeRow.mayBeStale = false
        draft.put(nodeRow)
        var spareRow = spare
        spareRow.admin = .spare
        spareRow.mayBeStale = true
        draft.put(spareRow)
    }

    /// A spare that was added without leave to empty it: it is of use only if it holds nothing.
    ///
    /// - Returns: whether a change went to the disk.
    mutating func acceptSpares(of pool: PoolRecord, at now: Moment) -> Bool {
        for index in roster.nodes.indices {
            guard roster.nodes[index].admin == .spare, roster.nodes[index].pool == pool.id else { continue }
            let node = roster.nodes[index]
            guard !node.mayBeStale, let runtime = nodes[node.id], runtime.health.state == .up,
                let stats = runtime.health.stats
            else {
                continue
            }
            guard stats.items == 0 else {
                guard runtime.cleansing != .refused else { continue }
                nodes[node.id]?.cleansing = .refused
                let reason = "it holds \(stats.items) items; remove it, and add it again with leave to empty it"
                note(.cleanseRefused, node: node, reason: reason, at: now)
                continue
            }
            var draft = draft(for: pool)
            var row = node
            row.mayBeStale = true
            draft.put(row)
            draft.events = [
                AuditEvent(
                    at: now.wall,
                    actor: .ringd,
                    kind: .admit,
                    pool: pool.name,
                    node: node.name,
                    reason: "empty; it is a spare from now on, and emptied again before it takes a slot"
                )
            ]
            commitAutomatic(draft, summary: "", changed: [], cold: .none, accounting: .free, at: now)
            if inFlight != nil { return true }
        }
        return false
    }
}
