import RingCore

extension Planner {
    /// Takes a node out of the ring until it is readmitted.
    func eject(_ name: NodeName, _ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        guard node.admin == .active else {
            draft.notices.append("it is in \(node.admin.rawValue) already")
            return Edit("node \(name) is out", cold: .none)
        }
        var record = node
        record.admin = .maintenance
        record.adminReason = context.submission.command.message
        var changed: [SlotID] = []
        var label: String?
        if var slot = draft.slot(of: node.id) {
            label = slot.label
            if slot.placement.isPublished {
                record.mayBeStale = true
                slot.placement = .ejected
                slot.since = context.now.wall
                draft.put(slot)
                changed = [slot.id]
            }
        }
        draft.put(record)
        draft.events.append(context.event(.eject, pool: pool.name, node: name, slot: label))
        draft.notices.append("it stays out until 'ringctl node readmit \(name)'")
        var edit = Edit("ejected \(name)", changed: changed)
        edit.mayEmptyRing = true
        return edit
    }

    /// Lets a node back in, emptied first unless the operator takes what it holds.
    func readmit(
        _ name: NodeName,
        acceptStale: Bool,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        var record = node
        guard var slot = draft.slot(of: node.id) else {
            return try readmitWithoutSlot(node, &draft, context)
        }
        let waitsForProof = slot.placement == .absent && node.mayBeStale && acceptStale
        guard node.admin != .active || slot.placement == .ejected || slot.placement == .held || waitsForProof else {
            draft.notices.append("it was not ejected")
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
            slot.since = context.now.wall
            draft.put(slot)
            changed = [slot.id]
        } else if slot.placement == .ejected {
            // From here it enters like a node that was added: neither rate nor failback keep it out.
            slot.placement = .absent
            slot.since = context.now.wall
            draft.put(slot)
            record.adminReason = context.wish("readmitted")
        }
        if !acceptStale { draft.notices.append("it is emptied, and then let in") }
        draft.put(record)
        draft.events.append(
            context.event(
                .readmit,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("accept-stale", acceptStale ? "true" : "false")]
            )
        )
        return Edit("readmitted \(name)", changed: changed)
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
