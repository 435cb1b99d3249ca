import RingCore

extension Planner {
    /// The first node on an empty `ringd` makes the pool `default`.
    mutating func planFirstNode(_ node: Command.NewNode, _ context: CommandContext) throws(Refusal) -> PlannedChange {
        var draft = try draftWithNewPool(Self.defaultPool, [], context)
        let creation = draft.events
        draft.notices.append("made the pool '\(Self.defaultPool)'")
        draft.events = []
        return try planAddition(of: node, draft, context, after: creation)
    }

    mutating func planAddNode(
        _ node: Command.NewNode,
        to pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        try planAddition(of: node, draft(for: pool), context)
    }

    private mutating func planAddition(
        of node: Command.NewNode,
        _ original: Draft,
        _ context: CommandContext,
        after earlier: [AuditEvent] = []
    ) throws(Refusal) -> PlannedChange {
        var draft = original
        let pool = draft.record
        try refuseDuplicate(node, in: pool)
        try validateAttributes(zone: node.zone, tags: node.tags)
        let label: String
        let weight: Weight
        do {
            let dialect = try Dialect.named(pool.dialect.name)
            label = try dialect.label(for: node.address, options: pool.dialect.options)
            weight = node.weight ?? dialect.defaultWeight
        } catch {
            throw Refusal(error)
        }
        let slots = roster.slots.filter { $0.pool == pool.id }
        let sameLabel = slots.filter { $0.label == label }
        if let occupant = sameLabel.first(where: { $0.node != nil })?.node.flatMap(roster.node) {
            throw Refusal(
                .duplicate,
                field: "label",
                problem: "the slot '\(label)' is occupied by node '\(occupant.name)'",
                hint: "remove that node first, or give this one another address"
            )
        }
        let former = roster.nodes.filter { $0.pool == pool.id && $0.admin == .retired }
        let wasHere = former.contains { $0.mayBeStale && isSameServer($0.address, node.address, in: pool) }
        try refuseContradiction(node, wasHere: wasHere)
        let record = NodeRecord(
            id: roster.nextNode,
            pool: pool.id,
            name: node.name,
            address: node.address,
            zone: node.zone,
            tags: node.tags.sorted(),
            admin: .active,
            mayBeStale: (wasHere || node.flush) && !node.acceptStale,
            createdAt: context.now.wall
        )
        let position = (slots.filter { $0.node != nil }.map(\.position).max() ?? 0) + 1
        var slot = SlotRecord(
            id: sameLabel.first?.id ?? roster.nextSlot,
            pool: pool.id,
            label: label,
            weight: weight,
            position: position,
            node: record.id,
            placement: .absent,
            since: context.now.wall
        )
        // What is shown is the ring with the node in it, also where it is let in later.
        slot.placement = .in
        draft.put(record)
        draft.put(slot)
        draft.events = [
            context.event(
                .add,
                pool: pool.name,
                node: node.name,
                slot: label,
                detail: [.init("address", node.address.description), .init("weight", weight.description)]
            )
        ]
        draft.events += earlier
        do {
            try draft.validateWhole()
        } catch {
            throw Refusal(error)
        }
        if wasHere, !node.acceptStale {
            draft.notices.append("\(node.address) was in this pool before: it is emptied before it enters")
        }
        let summary = "added \(node.name) \(node.address)"
        guard !node.isImmediate, !context.submission.command.isDryRun else {
            return try finish(draft, context, summary: summary, changed: [slot.id])
        }
        slot.placement = .absent
        draft.put(slot)
        var waiting = record
        waiting.adminReason = context.wish("added")
        draft.put(waiting)
        var plan = try finish(draft, context, summary: summary, changed: [slot.id])
        plan.wait = node.wait
        if node.wait == nil {
            plan.report.notices.append("\(node.name) is on the roster; it enters the ring at its first good probe")
        }
        return plan
    }

    /// Whether two addresses are one place on the ring: the same address, or the same label.
    func isSameServer(_ a: NodeAddress, _ b: NodeAddress, in pool: PoolRecord) -> Bool {
        guard a != b else { return true }
        guard let dialect = try? Dialect.named(pool.dialect.name),
            let label = try? dialect.label(for: a, options: pool.dialect.options)
        else { return false }
        return (try? dialect.label(for: b, options: pool.dialect.options)) == label
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

    func refuseDuplicate(_ node: Command.NewNode, in pool: PoolRecord) throws(Refusal) {
        let live = roster.nodes.filter { $0.pool == pool.id && $0.admin != .retired }
        if live.contains(where: { $0.name == node.name }) {
            throw Refusal(
                .duplicate,
                field: "name",
                problem: "pool '\(pool.name)' has a node '\(node.name)' already",
                hint: "choose another name, or change the node with 'ringctl node set'"
            )
        }
        if let other = live.first(where: { $0.address == node.address }) {
            throw Refusal(
                .duplicate,
                field: "address",
                problem: "\(node.address) is the address of node '\(other.name)'",
                hint: "a server can be in a pool once; give it more weight instead"
            )
        }
        guard roster.nodes.count(where: { $0.admin != .retired }) < Self.nodeLimit else {
            throw Refusal(
                .limit,
                problem: "there are \(Self.nodeLimit) nodes already",
                hint: "run a second ringd for more"
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

    mutating func planSetNode(
        _ name: NodeName,
        _ settings: [Command.Setting],
        in pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        var record = node
        guard var slot = roster.slots.first(where: { $0.pool == pool.id && $0.node == node.id }) else {
            throw Refusal(.notAllowed, problem: "node '\(name)' has no slot", hint: "it is a spare; it has no weight")
        }
        let originalSlot = slot
        var draft = draft(for: pool)
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
                    try move(slot.id, to: setting.value, of: pool, in: &draft)
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
        let isReordered = draft.hasRows
        guard record != node || slot != originalSlot || isReordered else {
            return try finish(draft, context, summary: "nothing to change", cold: .none)
        }
        if record != node { draft.put(record) }
        if slot != originalSlot { draft.put(slot) }
        let facts = settings.map { AuditEvent.Fact($0.key, $0.value) }
        draft.events = [context.event(.set, pool: pool.name, node: name, slot: slot.label, detail: facts)]
        let words = settings.map { setting in
            setting.key == "weight"
                ? "weight \(originalSlot.weight) -> \(slot.weight)" : "\(setting.key)=\(setting.value)"
        }
        return try finish(
            draft,
            context,
            summary: "set \(name) \(words.joined(separator: ", "))",
            changed: isReordered ? [] : [slot.id]
        )
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
    private func move(
        _ slot: SlotID,
        to text: String,
        of pool: PoolRecord,
        in draft: inout Draft
    ) throws(ValidationError) {
        var order = roster.slots.filter { $0.pool == pool.id && $0.node != nil }
            .sorted { ($0.position, $0.id) < ($1.position, $1.id) }
        guard let place = Int(text), (1...order.count).contains(place) else {
            throw ValidationError(
                field: "position",
                problem: "'\(printable(text))' is not a position",
                hint: "use 1 to \(order.count)"
            )
        }
        guard let index = order.firstIndex(where: { $0.id == slot }) else { return }
        order.insert(order.remove(at: index), at: place - 1)
        for (index, row) in order.enumerated() where row.position != Int64(index + 1) {
            var row = row
            row.position = Int64(index + 1)
            draft.put(row)
        }
    }

    mutating func planRemoveNode(
        _ name: NodeName,
        from pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        var draft = draft(for: pool)
        var record = node
        record.admin = .retired
        var changed: [SlotID] = []
        if var slot = roster.slots.first(where: { $0.pool == pool.id && $0.node == node.id }) {
            // Once its keys go elsewhere it misses their deletes, so what it holds is stale should it ever return.
            if slot.placement.isPublished { record.mayBeStale = true }
            if var first = slot.coveredFor.flatMap(roster.node), first.admin == .active {
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
        for var slot in roster.slots where slot.coveredFor == node.id {
            // Nobody is left to give it back to: it is the spare's own from now on.
            slot.coveredFor = nil
            slot.placement = slot.placement == .covered ? .in : slot.placement
            draft.put(slot)
        }
        try refuseEmptyRing(draft, of: pool)
        draft.events = [
            context.event(
                .remove,
                pool: pool.name,
                node: name,
                slot: changed.first.flatMap(roster.slot)?.label,
                detail: [.init("address", node.address.description)]
            )
        ]
        return try finish(draft, context, summary: "removed \(name) \(node.address)", changed: changed)
    }

    mutating func planEject(
        _ name: NodeName,
        from pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        var draft = draft(for: pool)
        guard node.admin == .active else {
            draft.notices.append("it is in \(node.admin.rawValue) already")
            return try finish(draft, context, summary: "node \(name) is out", cold: .none)
        }
        var record = node
        record.admin = .maintenance
        record.adminReason = context.submission.command.message
        var changed: [SlotID] = []
        var label: String?
        if var slot = roster.slots.first(where: { $0.pool == pool.id && $0.node == node.id }) {
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
        try refuseEmptyRing(draft, of: pool)
        draft.events = [context.event(.eject, pool: pool.name, node: name, slot: label)]
        draft.notices.append("it stays out until 'ringctl node readmit \(name)'")
        return try finish(draft, context, summary: "ejected \(name)", changed: changed)
    }

    mutating func planReadmit(
        _ name: NodeName,
        to pool: PoolRecord,
        acceptStale: Bool,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        var draft = draft(for: pool)
        var record = node
        guard var slot = roster.slots.first(where: { $0.pool == pool.id && $0.node == node.id }) else {
            return try planReadmitWithoutSlot(node, in: pool, context)
        }
        let waitsForProof = slot.placement == .absent && node.mayBeStale && acceptStale
        guard node.admin != .active || slot.placement == .ejected || slot.placement == .held || waitsForProof else {
            draft.notices.append("it was not ejected")
            return try finish(draft, context, summary: "node \(name) is in the ring", cold: .none)
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
        draft.events = [
            context.event(
                .readmit,
                pool: pool.name,
                node: name,
                slot: slot.label,
                detail: [.init("accept-stale", acceptStale ? "true" : "false")]
            )
        ]
        return try finish(draft, context, summary: "readmitted \(name)", changed: changed)
    }

    mutating func planUndamp(
        _ name: NodeName,
        in pool: PoolRecord,
        _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let node = try resolve(name, in: pool)
        var draft = draft(for: pool)
        guard nodes[node.id]?.isDamped == true else {
            draft.notices.append("it is not damped")
            return try finish(draft, context, summary: "node \(name) is not damped", cold: .none)
        }
        var record = node
        record.isDamped = false
        record.flapPenalty = 0
        draft.put(record)
        draft.events = [context.event(.undamp, pool: pool.name, node: name)]
        return try finish(draft, context, summary: "undamped \(name)", cold: .none)
    }
}
