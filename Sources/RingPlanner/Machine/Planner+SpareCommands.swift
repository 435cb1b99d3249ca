import RingCore

extension Planner {
    mutating func planAddSpare(
        _ node: Command.NewNode,
        to pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        try refuseDuplicate(node, in: pool)
        try validateAttributes(zone: node.zone, tags: node.tags)
        guard node.weight == nil else {
            throw Refusal(
                .invalid,
                field: "weight",
                problem: "a spare has no weight of its own",
                hint: "leave it out: a spare takes the weight of the slot that it takes over"
            )
        }
        guard !node.acceptStale else {
            throw Refusal(
                .invalid,
                field: "accept-stale",
                problem: "a spare is always emptied before it takes a slot",
                hint: "leave it out"
            )
        }
        var draft = draft(for: pool)
        let wasHere = roster.nodes.contains {
            $0.pool == pool.id && $0.admin == .retired && $0.mayBeStale
                && isSameServer($0.address, node.address, in: pool)
        }
        let record = NodeRecord(
            id: roster.nextNode,
            pool: pool.id,
            name: node.name,
            address: node.address,
            zone: node.zone,
            tags: node.tags.sorted(),
            admin: .spare,
            mayBeStale: node.flush || wasHere,
            createdAt: context.now.wall
        )
        draft.put(record)
        draft.events = [
            context.event(
                .add,
                pool: pool.name,
                node: node.name,
                detail: [.init("address", node.address.description), .init("spare", "true")]
            )
        ]
        draft.notices.append("it is emptied before it takes a slot")
        return try finish(draft, context, summary: "added spare \(node.name) \(node.address)", cold: .none)
    }

    /// A node whose slot a spare has comes out of maintenance: as a spare.
    mutating func planReadmitWithoutSlot(
        _ node: NodeRecord,
        in pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        var draft = draft(for: pool)
        guard node.admin == .maintenance || node.admin == .draining else {
            let hint = "a spare takes a slot when it is needed; 'ringctl spare list' shows which"
            throw Refusal(.notAllowed, problem: "node '\(node.name)' has no slot to come back to", hint: hint)
        }
        var record = node
        record.admin = .spare
        record.adminReason = ""
        record.adminUntil = nil
        record.isDamped = false
        record.flapPenalty = 0
        record.mayBeStale = true
        draft.put(record)
        draft.events = [context.event(.readmit, pool: pool.name, node: node.name)]
        draft.notices.append("its slot is with another node: it is a spare now")
        return try finish(draft, context, summary: "readmitted \(node.name) as a spare", cold: .none)
    }

    mutating func planFailback(
        _ name: NodeName,
        in pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        guard let slot = roster.slots.first(where: { $0.pool == pool.id && $0.coveredFor == node.id }),
            let spare = slot.node.flatMap(roster.node)
        else {
            throw Refusal(
                .notAllowed,
                problem: "no spare has the slot of '\(name)'",
                hint: "'ringctl node list' shows who occupies which slot"
            )
        }
        guard nodes[node.id]?.health.state == .up else {
            throw Refusal(
                .notAllowed,
                problem: "'\(name)' is \(nodes[node.id]?.health.state.rawValue ?? "unknown")",
                hint: "give the slot back once it is up"
            )
        }
        var draft = draft(for: pool)
        // The slot is out of nobody's ring: the spare serves until the ring is empty of it, and the node enters as one
        // that was ejected and readmitted does, emptied first.
        var slotRow = slot
        slotRow.node = node.id
        slotRow.placement = .held
        slotRow.coveredFor = nil
        slotRow.since = context.now.wall
        draft.put(slotRow)
        var nodeRow = node
        nodeRow.admin = .active
        nodeRow.mayBeStale = true
        draft.put(nodeRow)
        var spareRow = spare
        spareRow.admin = .spare
        spareRow.mayBeStale = true
        draft.put(spareRow)
        draft.events = [
            context.event(
                .rejoin,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("from", spare.name.text)]
            )
        ]
        draft.notices.append("it is emptied, and then let in; until then clients miss")
        let summary = "gave the slot of \(spare.name) back to \(name)"
        return try finish(draft, context, summary: summary, changed: [slot.id], cold: .slots([slot.id]))
    }
}
