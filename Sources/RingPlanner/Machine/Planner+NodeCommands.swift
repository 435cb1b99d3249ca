import RingCore

extension Planner {
    /// Puts a node and its slot on the roster.
    func addNode(
        _ node: Command.NewNode,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        try refuseDuplicate(node, in: &draft)
        try validateAttributes(zone: node.zone, tags: node.tags)
        let (label, weight) = try place(of: node, in: pool)
        let sameLabel = draft.find { $0.slotByLabel[label] }.flatMap(draft.roster.slot)
        if let occupant = sameLabel?.node.flatMap(draft.roster.node) {
            throw Refusal(
                .duplicate,
                field: "label",
                problem: "the slot '\(label)' is occupied by node '\(occupant.name)'",
                hint: "remove that node first, or give this one another address"
            )
        }
        let wasHere = draft.find { $0.wasHere(node.address, label: label) }
        try refuseContradiction(node, wasHere: wasHere)
        var record = NodeRecord(
            id: draft.roster.nextNode,
            pool: pool.id,
            name: node.name,
            address: node.address,
            zone: node.zone,
            tags: node.tags.sorted(),
            admin: .active,
            mayBeStale: (wasHere || node.flush) && !node.acceptStale,
            createdAt: context.now.wall
        )
        // What is shown is the ring with the node in it, also where it is let in later.
        let isKnownWell = isKnownWell(record, context)
        let entersNow = node.isImmediate || context.submission.command.isDryRun || isKnownWell
        if !entersNow {
            try refuseSilence(of: record, context)
            record.adminReason = context.wish("added")
        }
        let slot = SlotRecord(
            id: sameLabel?.id ?? draft.roster.nextSlot,
            pool: pool.id,
            label: label,
            weight: weight,
            position: draft.find(\.lastPosition) + 1,
            node: record.id,
            placement: entersNow ? .in : .absent,
            since: context.now.wall
        )
        draft.put(record)
        draft.put(slot)
        draft.events.append(
            context.event(
                .add,
                pool: pool.name,
                node: node.name,
                slot: label,
                detail: [.init("address", node.address.description), .init("weight", weight.description)]
            )
        )
        if wasHere, !node.acceptStale {
            draft.notices.append("\(node.address) was in this pool before: it is emptied before it enters")
        }
        var edit = Edit("added \(node.name) \(node.address)", changed: [slot.id])
        edit.needsWholeRing = true
        let sounding = context.submission.command.soundings[node.address]
        if entersNow, case .answered(let items?) = sounding, items > 0 {
            draft.notices.append("\(node.name) holds \(items) items, taken as the pool's own")
        }
        guard !entersNow else { return edit }
        edit.wait = context.isPartOfBatch ? nil : node.wait
        if case .failed(let reason) = sounding {
            draft.notices.append("\(node.name) is on the roster and not in the ring yet: \(reason)")
        } else if edit.wait == nil {
            draft.notices.append("\(node.name) is on the roster; it enters the ring at its first good probe")
        }
        return edit
    }

    /// Whether a new node answered just now and may enter together with the changes beside it.
    private func isKnownWell(_ node: NodeRecord, _ context: CommandContext) -> Bool {
        guard !node.mayBeStale, case .answered? = context.submission.command.soundings[node.address] else {
            return false
        }
        return true
    }

    /// The label that the dialect's own client would hash for a new node, and its weight.
    private func place(of node: Command.NewNode, in pool: PoolRecord) throws(Refusal) -> (String, Weight) {
        do {
            let dialect = try Dialect.named(pool.dialect.name)
            let label = try dialect.label(for: node.address, options: pool.dialect.options)
            return (label, node.weight ?? dialect.defaultWeight)
        } catch {
            throw Refusal(error)
        }
    }

    private func refuseContradiction(_ node: Command.NewNode, wasHere: Bool) throws(Refusal) {
        guard !(node.flush && node.acceptStale) else {
            throw Refusal(
                .invalid,
                field: "flush",
                problem: "a node cannot be emptied and taken with what it holds",
                hint: "leave one of flush and accept-stale out"
            )
        }
        guard node.isImmediate, node.flush || wasHere, !node.acceptStale else { return }
        throw Refusal(
            .notAllowed,
            field: "now",
            problem: node.flush
                ? "a node that is to be emptied first cannot enter at once"
                : "\(node.address) was in this pool before, so what it holds may be stale",
            hint: "leave 'now' out: it enters once it is emptied; or take it as it is with accept-stale"
        )
    }

    func refuseDuplicate(_ node: Command.NewNode, in draft: inout Draft) throws(Refusal) {
        if draft.node(named: node.name) != nil {
            throw Refusal(
                .duplicate,
                field: "name",
                problem: "pool '\(draft.record.name)' has a node '\(node.name)' already",
                hint: "choose another name, or change the node with 'ringctl node set'"
            )
        }
        try refuseTaken(node.address, in: &draft)
        guard draft.find(\.liveCount) < Self.nodeLimit else {
            throw Refusal(
                .limit,
                problem: "there are \(Self.nodeLimit) nodes already",
                hint: "run a second ringd for more"
            )
        }
    }

    /// Refuses an address at which the pool has a node.
    func refuseTaken(_ address: NodeAddress, in draft: inout Draft) throws(Refusal) {
        if let other = draft.find({ $0.nodeByAddress[address] }).flatMap(draft.roster.node) {
            throw Refusal(
                .duplicate,
                field: "address",
                problem: "\(address) is the address of node '\(other.name)'",
                hint: "a server can be in a pool once; give it more weight instead"
            )
        }
    }

    func validateAttributes(zone: String?, tags: [String]) throws(Refusal) {
        do {
            if let zone { try validateText(zone, field: "zone", limit: 63) }
            for tag in tags { try validateText(tag, field: "tag", limit: 63) }
        } catch {
            throw Refusal(error)
        }
        guard tags.count <= 32 else {
            throw Refusal(.invalid, field: "tags", problem: "\(tags.count) tags", hint: "use at most 32")
        }
    }

    /// Changes what an operator may set of a node and its slot.
    func setNode(
        _ name: NodeName,
        _ settings: [Command.Setting],
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        var record = node
        guard var slot = draft.slot(of: node.id) else {
            throw Refusal(.notAllowed, problem: "node '\(name)' has no slot", hint: "it is a spare; it has no weight")
        }
        let originalSlot = slot
        var isReordered = false
        for setting in settings {
            do {
                switch setting.key {
                case "weight":
                    slot.weight = try weight(parsing: setting.value, for: pool)
                case "zone":
                    try validateText(setting.value, field: "zone", limit: 63)
                    record.zone = setting.value.isEmpty ? nil : setting.value
                case "tags":
                    record.tags = setting.value.split(separator: ",").map(String.init).sorted()
                case "position":
                    let moved = try move(slot.id, to: setting.value, of: pool, in: &draft)
                    isReordered = isReordered || moved
                    slot.position = draft.roster.slot(slot.id)?.position ?? slot.position
                default:
                    throw Refusal(unknownNodeSetting(setting.key))
                }
            } catch let error as ValidationError {
                throw Refusal(error)
            } catch let refusal as Refusal {
                throw refusal
            } catch {
                preconditionFailure("neither a refusal nor a validation error: \(error)")
            }
        }
        try validateAttributes(zone: record.zone, tags: record.tags)
        guard record != node || slot != originalSlot || isReordered else {
            return Edit("nothing to change", cold: .none)
        }
        if record != node { draft.put(record) }
        if slot != originalSlot { draft.put(slot) }
        let facts = settings.map { AuditEvent.Fact($0.key, $0.value) }
        draft.events.append(context.event(.set, pool: pool.name, node: name, slot: slot.label, detail: facts))
        let words = settings.map { setting in
            setting.key == "weight"
                ? "weight \(originalSlot.weight) -> \(slot.weight)" : "\(setting.key)=\(setting.value)"
        }
        return Edit("set \(name) \(words.joined(separator: ", "))", changed: isReordered ? [] : [slot.id])
    }

    private func weight(parsing text: String, for pool: PoolRecord) throws(ValidationError) -> Weight {
        let weight = try Weight(parsing: text)
        let range = try Dialect.named(pool.dialect.name).weightRange
        guard range.contains(weight.value) else {
            throw ValidationError(
                field: "weight",
                problem: "\(weight) is out of the range of \(pool.dialect.name)",
                hint: "use \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return weight
    }

    private func unknownNodeSetting(_ key: String) -> ValidationError {
        let keys = ["weight", "zone", "tags", "position"]
        return ValidationError(
            field: key,
            problem: "a node has no setting '\(printable(key))'",
            hint: nearestName(to: key, among: keys).map { "did you mean '\($0)'?" }
                ?? "use one of \(keys.joined(separator: ", "))"
        )
    }

    /// Puts a slot at a place in the order of the roster, counted from 1, and numbers all slots anew.
    ///
    /// - Returns: whether any number changed.
    private func move(
        _ slot: SlotID,
        to text: String,
        of pool: PoolRecord,
        in draft: inout Draft
    ) throws(ValidationError) -> Bool {
        var order = draft.roster.slots.filter { $0.pool == pool.id && $0.node != nil }
            .sorted { ($0.position, $0.id) < ($1.position, $1.id) }
        guard let place = Int(text), (1...order.count).contains(place) else {
            throw ValidationError(
                field: "position",
                problem: "'\(printable(text))' is not a position",
                hint: "use 1 to \(order.count)"
            )
        }
        guard let index = order.firstIndex(where: { $0.id == slot }) else { return false }
        order.insert(order.remove(at: index), at: place - 1)
        var isReordered = false
        for (index, row) in order.enumerated() where row.position != Int64(index + 1) {
            var row = row
            row.position = Int64(index + 1)
            draft.put(row)
            isReordered = true
        }
        return isReordered
    }

    /// Takes a node off the roster; its row stays, so that a returning address is known.
    func removeNode(
        _ name: NodeName,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let node = try resolve(name, in: &draft)
        var record = node
        record.admin = .retired
        var changed: [SlotID] = []
        if var slot = draft.slot(of: node.id) {
            // Once its keys go elsewhere it misses their deletes, so what it holds is stale should it ever return.
            if slot.placement.isPublished { record.mayBeStale = true }
            if var first = slot.coveredFor.flatMap(draft.roster.node), first.admin == .active {
                // The slot goes with the spare that covers it, so its first node has none to come back to.
                first.admin = .spare
                first.mayBeStale = true
                draft.put(first)
            }
            slot.node = nil
            slot.coveredFor = nil
            slot.placement = .absent
            slot.since = context.now.wall
            draft.put(slot)
            changed = [slot.id]
        }
        draft.put(record)
        for var slot in draft.roster.slots where slot.coveredFor == node.id {
            // Nobody is left to give it back to: it is the spare's own from now on.
            slot.coveredFor = nil
            slot.placement = slot.placement == .covered ? .in : slot.placement
            draft.put(slot)
        }
        draft.events.append(
            context.event(
                .remove,
                pool: pool.name,
                node: name,
                slot: changed.first.flatMap(draft.roster.slot)?.label,
                detail: [.init("address", node.address.description)]
            )
        )
        var edit = Edit("removed \(name) \(node.address)", changed: changed)
        edit.mayEmptyRing = true
        return edit
    }
}
