import RingCore

extension Planner {
    /// Puts another server in the place of a node: no point moves, the slot starts empty.
    ///
    /// The slot is held until the new server is emptied: clients miss, as they would on an empty one.
    func replace(
        _ name: NodeName,
        with address: NodeAddress,
        flush: Bool,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        guard var slot = draft.slot(of: node.id) else { throw withoutSlot(node, draft) }
        try refuseTaken(address, in: &draft)
        try refuseUnfit(address, flush: flush, in: pool, draft, context)
        var former = node
        former.admin = .retired
        former.mayBeStale = true
        draft.put(former)
        let record = NodeRecord(
            id: draft.roster.nextNode,
            pool: pool.id,
            name: node.name,
            address: address,
            zone: node.zone,
            tags: node.tags,
            admin: .active,
            adminReason: context.wish("replaced"),
            mayBeStale: true,
            createdAt: context.now.wall
        )
        draft.put(record)
        slot.node = record.id
        slot.placement = slot.placement.isPublished ? .held : .absent
        slot.since = context.now.wall
        draft.put(slot)
        for var covered in draft.roster.slots where covered.coveredFor == node.id {
            covered.coveredFor = nil
            draft.put(covered)
        }
        draft.events.append(
            context.event(
                .replace,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("from", node.address.description), .init("to", address.description)]
            )
        )
        draft.notices.append("\(address) is emptied, and then let in; until then clients miss")
        let summary = "replaced \(name) \(node.address) by \(address)"
        return Edit(summary, changed: [slot.id], cold: .slots([slot.id]))
    }

    private func withoutSlot(_ node: NodeRecord, _ draft: Draft) -> Refusal {
        let keeper = draft.roster.slots.first { $0.coveredFor == node.id }?.node.flatMap(draft.roster.node)
        return Refusal(
            .notAllowed,
            field: "node",
            problem: keeper.map { "the slot of '\(node.name)' is with the spare '\($0.name)'" }
                ?? "'\(node.name)' is a spare and has no slot",
            hint: keeper.map { "replace '\($0.name)', or add the new server with 'ringctl spare add'" }
                ?? "remove it, and add the new server with 'ringctl spare add'"
        )
    }

    /// Refuses a server that is not there, that must not be emptied, or that holds what nobody said may go.
    private func refuseUnfit(
        _ address: NodeAddress,
        flush: Bool,
        in pool: PoolRecord,
        _ draft: Draft,
        _ context: CommandContext
    ) throws(Refusal) {
        let others = draft.roster.nodes.filter { $0.address == address && $0.admin != .retired && $0.pool != pool.id }
        if let other = others.first, let name = draft.roster.pool(other.pool)?.name {
            throw Refusal(
                .notAllowed,
                field: "address",
                problem: "\(address) is in use by pool '\(name)' too, so it is never emptied by itself",
                hint: "take a server that no other pool has"
            )
        }
        switch context.submission.command.soundings[address] {
        case .answered(let items?) where items > 0 && !flush:
            throw Refusal(
                .notAllowed,
                field: "flush",
                problem: "\(address) holds \(items) items, and it is emptied before it takes the slot",
                hint: "give leave with --flush, or take a server that is empty"
            )
        case .answered: return
        case .failed(let reason):
            throw Refusal(
                .notAllowed,
                field: "address",
                problem: "\(address) does not answer: \(reason)",
                hint: "start it first; 'ringctl node maintenance' takes the old server out meanwhile"
            )
        case nil:
            throw Refusal(
                .notAllowed,
                field: "address",
                problem: "whether \(address) is well is not known",
                hint: "try again in a moment"
            )
        }
    }
}
