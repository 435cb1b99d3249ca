import RingCore

extension Planner {
    /// Puts a node without a slot on the roster.
    func addSpare(
        _ node: Command.NewNode,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        try refuseDuplicate(node, in: &draft)
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
        let dialect = try? Dialect.named(pool.dialect.name)
        let label = try? dialect?.label(for: node.address, options: pool.dialect.options)
        let wasHere = draft.find { $0.wasHere(node.address, label: label) }
        let record = NodeRecord(
            id: draft.roster.nextNode,
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
        draft.events.append(
            context.event(
                .add,
                pool: pool.name,
                node: node.name,
                detail: [.init("address", node.address.description), .init("spare", "true")]
            )
        )
        draft.notices.append("it is emptied before it takes a slot")
        return Edit("added spare \(node.name) \(node.address)", cold: .none)
    }

    /// A node whose slot a spare has comes out of maintenance: as a spare.
    func readmitWithoutSlot(
        _ node: NodeRecord,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
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
        draft.events.append(context.event(.readmit, pool: draft.record.name, node: node.name))
        draft.notices.append("its slot is with another node: it is a spare now")
        return Edit("readmitted \(node.name) as a spare", cold: .none)
    }

    /// Gives a slot that a spare covers back to its first node.
    func failBack(_ name: NodeName, _ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        guard let slot = draft.roster.slots.first(where: { $0.pool == pool.id && $0.coveredFor == node.id }),
            let spare = slot.node.flatMap(draft.roster.node)
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
        draft.events.append(
            context.event(
                .rejoin,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("from", spare.name.text)]
            )
        )
        draft.notices.append("it is emptied, and then let in; until then clients miss")
        let summary = "gave the slot of \(spare.name) back to \(name)"
        return Edit(summary, changed: [slot.id], cold: .slots([slot.id]))
    }
}
