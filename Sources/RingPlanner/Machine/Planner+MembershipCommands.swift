import RingCore

extension Planner {
    /// Takes a node out of the ring until it is readmitted.
    func eject(_ name: NodeName, _ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        guard node.admin == .active || node.admin == .draining else {
            draft.notices.append("it is in \(node.admin.rawValue) already")
            return Edit("node \(name) is out", cold: .none)
        }
        var record = node
        record.admin = .maintenance
        record.adminReason = context.submission.command.message
        record.adminUntil = nil
        let slot = takeOut(&record, &draft, context)
        draft.put(record)
        draft.events.append(context.event(.eject, pool: pool.name, node: name, slot: slot?.label))
        draft.notices.append("it stays out until 'ringctl node readmit \(name)'")
        var edit = Edit("ejected \(name)", changed: slot.map { [$0.id] } ?? [])
        edit.mayEmptyRing = true
        return edit
    }

    /// Takes a node's slot out of the ring, if it is in.
    ///
    /// - Returns: the slot that it has, in or out.
    func takeOut(_ node: inout NodeRecord, _ draft: inout Draft, _ context: CommandContext) -> SlotRecord? {
        guard var slot = draft.slot(of: node.id) else { return nil }
        guard slot.placement.isPublished else { return slot }
        node.mayBeStale = true
        slot.placement = .ejected
        slot.since = context.now.wall
        draft.put(slot)
        return slot
    }

    /// Lets a node back in, emptied first unless the operator takes what it holds.
    ///
    /// - Parameter kind: `readmit`, or `enable` where a drain or a maintenance ends.
    func readmit(
        _ name: NodeName,
        acceptStale: Bool,
        as kind: AuditEvent.Kind = .readmit,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        var record = node
        guard var slot = draft.slot(of: node.id) else {
            return try readmitWithoutSlot(node, as: kind, &draft, context)
        }
        let done = kind == .enable ? "enabled" : "readmitted"
        // Where a server refuses to be emptied, the operator's word is the proof that it waits for, wherever its slot is.
        let waitsForProof = node.mayBeStale && acceptStale
        guard node.admin != .active || slot.placement == .ejected || slot.placement == .held || waitsForProof else {
            draft.notices.append(kind == .enable ? "it is enabled already" : "it was not ejected")
            return Edit("node \(name) is in the ring", cold: .none)
        }
        record.admin = .active
        record.adminReason = ""
        record.adminUntil = nil
        // The operator's word lifts what automation holds against it.
        record.isDamped = false
        record.flapPenalty = 0
        var changed: [SlotID] = []
        if acceptStale { record.mayBeStale = false }
        if acceptStale, nodes[node.id]?.health.state == .up, slot.placement != .absent {
            slot.placement = .in
            slot.ramp = 100
            slot.since = context.now.wall
            draft.put(slot)
            changed = [slot.id]
        } else if slot.placement == .ejected {
            // From here it enters like a node that was added: neither rate nor failback keep it out.
            slot.placement = .absent
            slot.since = context.now.wall
            draft.put(slot)
            record.adminReason = context.wish(done)
        } else if slot.ramp < 100, !acceptStale {
            // What it gave away it holds old copies of.
            record.mayBeStale = true
        }
        if !acceptStale {
            let step = pool.policy.firstStep(in: pool.dialect)
            draft.notices.append(
                "it is emptied, and then let in" + (step < 100 ? ", with \(step)% of its points first" : "")
            )
        }
        draft.put(record)
        draft.events.append(
            context.event(
                kind,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("accept-stale", acceptStale ? "true" : "false")]
            )
        )
        if context.submission.command.isDryRun, changed.isEmpty {
            // What is shown is the ring with the node in it, though it is let in later.
            slot.placement = .in
            slot.ramp = 100
            draft.put(slot)
            return Edit("\(done) \(name)", changed: [slot.id], cold: .slots([slot.id]))
        }
        return Edit("\(done) \(name)", changed: changed)
    }

    /// Ends a drain or a maintenance.
    func enable(
        _ name: NodeName,
        acceptStale: Bool,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let node = try resolve(name, in: &draft)
        switch node.admin {
        case .draining, .maintenance, .staged:
            return try readmit(name, acceptStale: acceptStale, as: .enable, &draft, context)
        case .active:
            let isOut = draft.slot(of: node.id).map { !$0.placement.isPublished } ?? false
            draft.notices.append(
                isOut
                    ? "it is enabled, and health keeps it out; 'ringctl node readmit \(name)' lets it in"
                    : "it is enabled already"
            )
            return Edit("node \(name) is enabled", cold: .none)
        case .spare, .retired:
            draft.notices.append("it is a spare, and ready")
            return Edit("node \(name) is a spare", cold: .none)
        }
    }

    /// Forgets how often a node flapped.
    func undamp(_ name: NodeName, _ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        guard nodes[node.id]?.isDamped == true else {
            draft.notices.append("it is not damped")
            return Edit("node \(name) is not damped", cold: .none)
        }
        var record = node
        record.isDamped = false
        record.flapPenalty = 0
        draft.put(record)
        draft.events.append(context.event(.undamp, pool: pool.name, node: name))
        return Edit("undamped \(name)", cold: .none)
    }
}
