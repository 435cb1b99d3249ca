import RingCore

extension Planner {
    /// Looks at a pool as a whole and sends at most one change to the disk; it is looked at again when that is back.
    ///
    /// - Complexity: O(*n*) in the pool's nodes; O(*p* log *p*) in points when the ring changes.
    mutating func reconcile(_ id: PoolID, at now: Moment) {
        republishIfDue(id, at: now)
        guard let pool = roster.pool(id), let runtime = pools[id] else { return }
        if let reason = runtime.pendingFreeze, pool.freeze == nil {
            commitFreeze(of: pool, because: reason, at: now)
            return
        }
        pools[id]?.pendingFreeze = nil
        guard trustsItself else {
            commitPoolNotes(pool, at: now)
            return
        }
        if pool.freeze != nil {
            if !thawIfCalm(pool, at: now) { commitPoolNotes(pool, at: now) }
            return
        }
        letRisenNodesUp(of: pool, at: now)
        if handleDownNodes(of: pool, at: now) { return }
        if endMaintenances(of: pool, at: now) { return }
        if takeSteps(of: pool, at: now) { return }
        if bringBack(pool, at: now) { return }
        if giveBackCoveredSlots(of: pool, at: now) { return }
        if admitNewNodes(to: pool, at: now) { return }
        if pool.policy.mode == .automatic, acceptSpares(of: pool, at: now) { return }
        commitPoolNotes(pool, at: now)
    }

    /// A draft over the roster as it is.
    func draft(for pool: PoolRecord) -> Draft { Draft(roster, pool: pool.id, ring: pools[pool.id]?.ring) }

    /// Finishes a draft of automation and sends it to the disk, with the events that were kept for it.
    mutating func commitAutomatic(
        _ draft: Draft,
        summary: String,
        changed: [SlotID],
        cold: Draft.Cold,
        accounting: Draft.Accounting,
        at now: Moment
    ) {
        guard let plan = planAutomatic(draft, summary: summary, changed: changed, cold: cold, accounting, at: now)
        else {
            return
        }
        send(plan, of: draft.pool)
    }

    /// Sends a plan of automation to the disk, with the pool's events that are part of it.
    mutating func send(_ plan: PlannedChange, of pool: PoolID) {
        commit(plan)
        inFlight?.notes = pools[pool]?.notes ?? []
        inFlight?.noteRows = pools[pool]?.noteRows ?? []
        pools[pool]?.notes = []
        pools[pool]?.noteRows = []
        pools[pool]?.pendingNeedsAck = nil
    }

    /// Finishes a draft of automation with the events that were kept for it.
    mutating func planAutomatic(
        _ draft: Draft,
        summary: String,
        changed: [SlotID],
        cold: Draft.Cold,
        _ accounting: Draft.Accounting,
        at now: Moment
    ) -> PlannedChange? {
        var draft = draft
        draft.events += pools[draft.pool]?.notes ?? []
        for node in pools[draft.pool]?.noteRows ?? [] {
            guard var record = draft.roster.node(node), let runtime = nodes[node] else { continue }
            record.flapPenalty = runtime.flapPenalty
            record.isDamped = runtime.isDamped
            draft.put(record)
        }
        if let reason = pools[draft.pool]?.pendingNeedsAck {
            var record = draft.record
            record.needsAck = reason
            draft.put(record)
        }
        do {
            let plan = try draft.finished(
                id: takeChangeID(),
                summary: summary,
                changed: changed,
                cold: cold,
                accounting: accounting,
                answering: nil,
                at: now
            )
            pools[draft.pool]?.dialectRefusal = nil
            return plan
        } catch {
            // Whoever put the slots on the roster was told whether the dialect takes them, but not in every mixture.
            let reason = "the dialect refuses the ring: \(error)"
            guard pools[draft.pool]?.dialectRefusal != reason else { return nil }
            pools[draft.pool]?.dialectRefusal = reason
            notes.append(
                AuditEvent(
                    at: now.wall,
                    actor: .ringd,
                    kind: .refusedByGuard,
                    pool: roster.pool(draft.pool)?.name,
                    reason: reason
                )
            )
            return nil
        }
    }

    /// Commits the pool's kept events where no ring change takes them along.
    mutating func commitPoolNotes(_ pool: PoolRecord, at now: Moment) {
        guard pools[pool.id]?.notes.isEmpty == false || pools[pool.id]?.noteRows.isEmpty == false else { return }
        guard pools[pool.id]?.notes.isEmpty == false else {
            pools[pool.id]?.noteRows = []
            return
        }
        commitAutomatic(draft(for: pool), summary: "", changed: [], cold: .none, accounting: .free, at: now)
    }

    /// Nodes that rose and have nothing to prove are up.
    private mutating func letRisenNodesUp(of pool: PoolRecord, at now: Moment) {
        for id in nodes.ids(of: pool.id, in: .recovering) {
            guard var runtime = nodes[id], runtime.health.hasRisen, let node = roster.node(id), node.admin != .retired
            else { continue }
            if isProvenClean(node, at: now) || !isOnItsWayBack(node) {
                runtime.health.becomeUp(at: now)
                if !node.mayBeStale { runtime.awaySince = nil }
                nodes[node.id] = runtime
                report(node.id, from: .recovering, to: .up, evidence: "answered often enough", at: now)
            } else if case .refused = runtime.cleansing, isProvenEmptyWithoutFlush(node, at: now) {
                note(.up, node: node, reason: "proven to hold nothing old without a flush", at: now)
                finishCleansing(of: node, evidence: "proven to hold nothing old without a flush", at: now)
            }
        }
    }

    /// Brings nodes back whose slot is held or ejected: emptied first, then let in.
    ///
    /// - Returns: whether a change went to the disk.
    private mutating func bringBack(_ pool: PoolRecord, at now: Moment) -> Bool {
        for index in roster.slots.indices {
            let placement = roster.slots[index].placement
            let isOut = placement == .held || placement == .ejected
            guard roster.slots[index].pool == pool.id, isOut || placement == .absent,
                let node = roster.slots[index].node.flatMap(roster.node), node.admin == .active,
                isOut || node.mayBeStale, let runtime = nodes[node.id]
            else { continue }
            let slot = roster.slots[index]
            guard pool.policy.mode == .automatic else {
                if runtime.health.state == .up { observe(slot, node, "would bring \(node.name) back", at: now) }
                continue
            }
            guard runtime.health.state == .up || runtime.health.state == .recovering && runtime.health.hasRisen else {
                continue
            }
            guard slot.placement != .ejected || pool.policy.failback != .never else { continue }
            guard !isDamped(node, policy: pool.policy, at: now) else { continue }
            if slot.placement == .ejected {
                guard !refusesForRate(pool, slot: slot, at: now) else { continue }
                // Before it is emptied: it may have to wait for a day.
                guard !refusesReturn(of: slot, node, pool: pool, at: now) else { continue }
            }
            if !isProvenClean(node, at: now) {
                cleanseIfAllowed(node, at: now)
            } else if runtime.health.state == .up, isOut {
                comeBack(slot, node, pool: pool, at: now)
                if inFlight != nil { return true }
            }
        }
        return false
    }

    /// Whether the node has a slot to come back to: only then is it emptied by itself.
    private func isOnItsWayBack(_ node: NodeRecord) -> Bool {
        guard node.admin == .active else { return false }
        let isCovered = roster.slots.contains { $0.coveredFor == node.id }
        return !isCovered || policy(of: node.pool).failback == .always
    }

    /// Empties a node unless that is under way, or must not be.
    mutating func cleanseIfAllowed(_ node: NodeRecord, at now: Moment) {
        switch nodes[node.id]?.cleansing {
        case .some(.none), .some(.clean): break
        case .some(.flushing), .some(.settling), .some(.verifying), .some(.retry), .some(.refused), nil: return
        }
        let others = poolsSharingAddress(of: node)
        guard others.isEmpty else {
            nodes[node.id]?.cleansing = .refused
            let names = others.map(\.text).joined(separator: ", ")
            note(
                .cleanseRefused,
                node: node,
                reason: "the address is in use by pool \(names) too, so it is not flushed; readmit with --accept-stale",
                at: now
            )
            return
        }
        beginCleansing(of: node, at: now)
    }

    private mutating func comeBack(_ slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) {
        let isRelease = slot.placement == .held
        var draft = draft(for: pool)
        draft.put(entering(slot, ramps: !isRelease, pool: pool, at: now))
        var nodeRow = node
        nodeRow.mayBeStale = false
        nodeRow.adminReason = ""
        draft.put(nodeRow)
        let proof = needsProof(node) ? nodes[node.id]?.proof ?? "" : "let in as it is"
        let wish = node.adminReason.isEmpty ? "" : "; \(node.adminReason)"
        draft.events = [
            AuditEvent(
                at: now.wall,
                actor: .ringd,
                kind: isRelease ? .release : .rejoin,
                pool: pool.name,
                node: node.name,
                slot: slot.label,
                reason: proof + wish
            )
        ]
        commitAutomatic(
            draft,
            summary: "\(isRelease ? "released" : "rejoined") \(node.name)",
            changed: [slot.id],
            cold: .slots([slot.id]),
            accounting: isRelease ? .free : .automatic(charged: false),
            at: now
        )
    }

    /// A slot as it enters the ring: with the first step of the pool's ramp, or as far as it was when it was held.
    func entering(_ slot: SlotRecord, ramps: Bool, pool: PoolRecord, at now: Moment) -> SlotRecord {
        var slot = slot
        if ramps {
            slot.ramp = pool.policy.firstStep(in: pool.dialect)
        } else if slot.placement != .held {
            slot.ramp = 100
        }
        slot.placement = slot.ramp < 100 ? .ramping : .in
        slot.since = now.wall
        return slot
    }

    /// Lets new nodes in that answered, those of the last moment together.
    ///
    /// - Returns: whether a change went to the disk.
    private mutating func admitNewNodes(to pool: PoolRecord, at now: Moment) -> Bool {
        let absent = roster.slots.indices.filter {
            roster.slots[$0].pool == pool.id && roster.slots[$0].placement == .absent
        }
        let ready = absent.map { roster.slots[$0] }.filter { slot in
            guard let node = slot.node.flatMap(roster.node), nodes.state(of: node.id) == .up else { return false }
            return node.admin == .active && isProvenClean(node, at: now)
        }
        guard !ready.isEmpty else {
            pools[pool.id]?.admissionDue = nil
            return false
        }
        guard let due = pools[pool.id]?.admissionDue else {
            pools[pool.id]?.admissionDue = now.instant + Self.admissionDelay
            schedulePool(pool.id, at: now.instant + Self.admissionDelay)
            return false
        }
        guard due <= now.instant else {
            schedulePool(pool.id, at: due)
            return false
        }
        guard pool.policy.mode == .automatic else {
            for slot in ready {
                guard let node = slot.node.flatMap(roster.node) else { continue }
                observe(slot, node, "would let \(node.name) in", at: now)
            }
            return false
        }
        pools[pool.id]?.admissionDue = nil
        admit(ready, to: pool, at: now)
        return inFlight != nil
    }

    private mutating func admit(_ ready: [SlotRecord], to pool: PoolRecord, at now: Moment) {
        var draft = draft(for: pool)
        for slot in ready {
            guard var node = slot.node.flatMap(roster.node) else { continue }
            draft.put(entering(slot, ramps: node.mayBeStale, pool: pool, at: now))
            let items = nodes[node.id]?.health.stats?.items ?? 0
            let contents =
                node.mayBeStale
                ? "emptied first" : items > 0 ? "holds \(items) items, taken as the pool's own" : "empty"
            let wish = node.adminReason.isEmpty ? "" : "; \(node.adminReason)"
            node.mayBeStale = false
            node.adminReason = ""
            draft.put(node)
            draft.events.append(
                AuditEvent(
                    at: now.wall,
                    actor: .ringd,
                    kind: .admit,
                    pool: pool.name,
                    node: node.name,
                    slot: slot.label,
                    reason: "answered its first probe; \(contents)\(wish)"
                )
            )
            if items > 0 { draft.notices.append("\(node.name) \(contents)") }
        }
        let names = ready.compactMap { $0.node.flatMap(roster.node)?.name.text }.joined(separator: ", ")
        let planned = planAutomatic(
            draft,
            summary: "admitted \(names)",
            changed: ready.map(\.id),
            cold: .moved,
            .free,
            at: now
        )
        guard var planned else { return }
        // By an operator's wish, so what goes back to others is told and not refused.
        planned.report.notices += returnNotice(of: draft, planned, at: now)
        send(planned, of: pool.id)
    }

    /// Says once what automation would do in a pool that only observes.
    mutating func observe(_ slot: SlotRecord, _ node: NodeRecord, _ sentence: String, at now: Moment) {
        guard pools[slot.pool]?.observed[slot.id] != sentence else { return }
        pools[slot.pool]?.observed[slot.id] = sentence
        note(.observed, node: node, reason: sentence, at: now)
    }
}
