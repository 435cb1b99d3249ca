import RingCore

extension Planner {
    /// Takes the next step of a node that comes back, or that is drained, when it is due.
    ///
    /// A slot gets or gives away more of its own points each time, so in the native dialect no key moves twice.
    /// - Returns: whether a change went to the disk.
    mutating func takeSteps(of pool: PoolRecord, at now: Moment) -> Bool {
        let drains = roster.nodes.indices.contains {
            roster.nodes[$0].admin == .draining && roster.nodes[$0].pool == pool.id
        }
        for index in roster.slots.indices where drains || roster.slots[index].ramp < 100 {
            let slot = roster.slots[index]
            guard slot.pool == pool.id, slot.placement.isPublished, let node = slot.node.flatMap(roster.node) else {
                continue
            }
            switch node.admin {
            case .draining: stepDown(slot, node, pool: pool, at: now)
            case .active where slot.ramp < 100 && slot.placement != .held: stepUp(slot, node, pool: pool, at: now)
            case .active, .staged, .maintenance, .spare, .retired: continue
            }
            if inFlight != nil { return true }
        }
        return false
    }

    /// When the next step of a slot is due; `nil` once it is, else the pool is looked at again then.
    private mutating func isDue(_ slot: SlotRecord, policy: Policy, at now: Moment) -> Bool {
        let due = (pools[slot.pool]?.steppedAt[slot.id] ?? now.instant) + policy.settle
        guard due > now.instant else { return true }
        schedulePool(slot.pool, at: due)
        return false
    }

    private mutating func stepUp(_ slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) {
        // One that has risen and holds old copies of what it gave away is up only once it is emptied.
        guard let health = nodes[node.id]?.health, health.state == .up || health.state == .recovering && health.hasRisen
        else { return }
        let step = pool.policy.stepUp(from: slot.ramp)
        guard pool.policy.mode == .automatic else {
            observe(slot, node, "would give \(node.name) \(step)% of its points", at: now)
            return
        }
        guard isProvenClean(node, at: now) else {
            // It was enabled while it was drained: what it gave away, it holds old copies of.
            cleanseIfAllowed(node, at: now)
            return
        }
        guard health.state == .up else { return }
        let isEmptied = node.mayBeStale
        guard isEmptied || isDue(slot, policy: pool.policy, at: now) else { return }
        if pool.needsAck != nil {
            schedulePool(pool.id, at: now.instant + Self.refusalRetry)
            sayOnce(.needsAck(changes: pool.policy.maxChangesPerHour), about: slot, node, at: now)
            return
        }
        if let stale = knownVerdict(about: slot, .stepping, at: now)?.stale {
            waitToStep(stale, slot, node, pool: pool, at: now)
            return
        }
        var draft = draft(for: pool)
        var row = slot
        row.ramp = step
        if step == 100, row.placement == .ramping { row.placement = .in }
        row.since = now.wall
        draft.put(row)
        if isEmptied {
            var nodeRow = node
            nodeRow.mayBeStale = false
            nodeRow.adminReason = ""
            draft.put(nodeRow)
        }
        let cause = isEmptied ? nodes[node.id]?.proof ?? "" : "well for \(pool.policy.settle.policyText)"
        draft.events = [stepEvent(.ramp, slot, node, to: step, pool: pool, because: cause, at: now)]
        if isEmptied { draft.events[0].detail.insert(.emptied, at: 0) }
        let planned = planAutomatic(
            draft,
            summary: "\(node.name) has \(step)% of its points",
            changed: [slot.id],
            cold: isEmptied ? .slots([slot.id]) : .moved,
            .free,
            at: now
        )
        guard let planned else { return }
        if let stale = judge(planned.ring, about: slot, .stepping, emptied: isEmptied ? node.id : nil, at: now) {
            waitToStep(stale, slot, node, pool: pool, at: now)
        } else {
            send(planned, of: pool.id)
        }
    }

    /// Some of these keys were given away since the node came in, to one that was added or weighs more now.
    private mutating func waitToStep(
        _ stale: PoolRuntime.StaleShare,
        _ slot: SlotRecord,
        _ node: NodeRecord,
        pool: PoolRecord,
        at now: Moment
    ) {
        wait(stale, slot, node, pool: pool, advice: "until then it keeps \(slot.ramp)% of its points", at: now)
    }

    private mutating func stepDown(_ slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) {
        guard let runtime = nodes[node.id] else { return }
        let isDead = runtime.health.isConfirmedDown(runtime.timing)
        let step = isDead ? nil : pool.policy.stepDown(from: slot.ramp)
        guard pool.policy.mode == .automatic else {
            observe(slot, node, "would go on to drain \(node.name)", at: now)
            return
        }
        guard isDead || isDue(slot, policy: pool.policy, at: now) else { return }
        var draft = draft(for: pool)
        var row = slot
        row.since = now.wall
        if let step {
            row.ramp = step
            draft.put(row)
            let cause = "drained for another \(pool.policy.settle.policyText)"
            draft.events = [stepEvent(.ramp, slot, node, to: step, pool: pool, because: cause, at: now)]
        } else {
            row.placement = .ejected
            draft.put(row)
            var nodeRow = node
            nodeRow.admin = .maintenance
            nodeRow.mayBeStale = true
            draft.put(nodeRow)
            let cause = isDead ? "it died while it was drained: \(runtime.fallEvidence)" : "the last step is over"
            draft.events = [stepEvent(.drain, slot, node, to: 0, pool: pool, because: cause, at: now)]
        }
        commitAutomatic(
            draft,
            summary: step.map { "\(node.name) has \($0)% of its points left" } ?? "drained \(node.name)",
            changed: [slot.id],
            cold: .moved,
            accounting: .free,
            at: now
        )
    }

    private func stepEvent(
        _ kind: AuditEvent.Kind,
        _ slot: SlotRecord,
        _ node: NodeRecord,
        to step: Int,
        pool: PoolRecord,
        because cause: String,
        at now: Moment
    ) -> AuditEvent {
        AuditEvent(
            at: now.wall,
            actor: .ringd,
            kind: kind,
            pool: pool.name,
            node: node.name,
            slot: slot.label,
            reason: cause,
            detail: [.init("from", "\(slot.ramp)%"), .init("to", "\(step)%")]
        )
    }

    /// Lets nodes back in whose maintenance is over, through a cleansing as any other.
    ///
    /// - Returns: whether a change went to the disk.
    mutating func endMaintenances(of pool: PoolRecord, at now: Moment) -> Bool {
        for index in roster.nodes.indices {
            guard roster.nodes[index].adminUntil != nil, roster.nodes[index].pool == pool.id else { continue }
            let node = roster.nodes[index]
            guard node.admin == .maintenance || node.admin == .draining,
                let end = nodes[node.id]?.maintenanceEnds
            else { continue }
            guard end <= now.instant else {
                schedulePool(pool.id, at: end)
                continue
            }
            endMaintenance(of: node, pool: pool, at: now)
            if inFlight != nil { return true }
        }
        return false
    }

    private mutating func endMaintenance(of node: NodeRecord, pool: PoolRecord, at now: Moment) {
        let slot = roster.slots.first { $0.node == node.id }
        guard pool.policy.mode == .automatic else {
            if let slot { observe(slot, node, "would end the maintenance of \(node.name)", at: now) }
            return
        }
        var draft = draft(for: pool)
        var row = node
        row.admin = slot == nil ? .spare : .active
        row.adminReason = ""
        row.adminUntil = nil
        row.mayBeStale = true
        // Its end was the operator's word too: whatever made it flap was seen to.
        row.isDamped = false
        row.flapPenalty = 0
        draft.put(row)
        if var slot, slot.placement == .ejected {
            // From here it enters like a node that was added: neither rate nor failback keep it out.
            slot.placement = .absent
            slot.since = now.wall
            draft.put(slot)
        }
        let reason = "its time is over" + (node.adminReason.isEmpty ? "" : ": \(node.adminReason)")
        draft.events = [
            AuditEvent(
                at: now.wall,
                actor: .ringd,
                kind: .enable,
                pool: pool.name,
                node: node.name,
                slot: slot?.label,
                reason: reason
            )
        ]
        commitAutomatic(draft, summary: "enabled \(node.name)", changed: [], cold: .none, accounting: .free, at: now)
    }
}
