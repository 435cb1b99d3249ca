import RingCore

extension Planner {
    /// Puts a node without a slot on the roster.
    func addSpare(
        _ node: Command.NewNode,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        try refuseOccupant(node.address, in: &draft)
        try refuseDuplicate(node, in: &draft)
        try refuseContents(of: node, in: pool, draft, context)
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

    /// Refuses a server that occupies a slot already: a spare is one that owns nothing.
    private func refuseOccupant(_ address: NodeAddress, in draft: inout Draft) throws(Refusal) {
        guard let other = draft.find({ $0.nodeByAddress[address] }).flatMap(draft.roster.node),
            let slot = draft.slot(of: other.id)
        else { return }
        throw Refusal(
            .duplicate,
            field: "address",
            problem: "\(address) is node '\(other.name)' and occupies the slot '\(slot.label)'",
            hint: "a spare owns no keys: drain and remove '\(other.name)' first, or name another server"
        )
    }

    /// Refuses a spare that could never take a slot, because what it holds must not, or may not, be thrown away.
    private func refuseContents(
        of node: Command.NewNode,
        in pool: PoolRecord,
        _ draft: Draft,
        _ context: CommandContext
    ) throws(Refusal) {
        let user = draft.roster.nodes.first {
            $0.address == node.address && $0.admin != .retired && $0.pool != pool.id
        }
        if let other = user.flatMap({ draft.roster.pool($0.pool) }) {
            throw Refusal(
                .notAllowed,
                field: "address",
                problem: "\(node.address) is in use by pool '\(other.name)' too, so it is never emptied by itself",
                hint: "a spare is emptied before it takes a slot: take a server that no other pool has"
            )
        }
        switch context.submission.command.soundings[node.address] {
        case .answered(let items?) where items > 0 && !node.flush:
            throw Refusal(
                .notAllowed,
                field: "flush",
                problem: "\(node.address) holds \(items) items, and a spare is emptied before it takes a slot",
                hint: "give leave with --flush, or empty it first"
            )
        case .answered, .failed, nil: return
        }
    }

    /// A node whose slot a spare has comes out of maintenance: as a spare.
    func readmitWithoutSlot(
        _ node: NodeRecord,
        as kind: AuditEvent.Kind,
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
        draft.events.append(context.event(kind, pool: draft.record.name, node: node.name))
        draft.notices.append("it has no slot: it is a spare now")
        return Edit("\(kind == .enable ? "enabled" : "readmitted") \(node.name) as a spare", cold: .none)
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
