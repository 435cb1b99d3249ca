import RingCore

extension Planner {
    /// A draft in which the pool is there.
    func draftWithNewPool(
        _ name: PoolName,
        _ settings: [Command.Setting],
        _ context: CommandContext
    ) throws(Refusal) -> Draft {
        guard roster.pool(named: name) == nil else {
            throw Refusal(
                .duplicate,
                field: "pool",
                problem: "there is a pool '\(name)' already",
                hint: "choose another name, or change the pool with 'ringctl pool set'"
            )
        }
        guard roster.pools.count < Self.poolLimit else {
            throw Refusal(
                .limit,
                problem: "there are \(Self.poolLimit) pools already",
                hint: "run a second ringd for more"
            )
        }
        let former = roster.formerPools.first { $0.name == name }
        var record = PoolRecord(
            id: roster.nextPool,
            name: name,
            dialect: .pinnedKetama,
            policy: Policy(),
            versionFloor: former?.version ?? RingVersion(0),
            createdAt: context.now.wall
        )
        let facts = try apply(settings, to: &record)
        var draft = Draft(roster, pool: record.id, ring: nil)
        draft.put(record)
        draft.events = [context.event(.poolCreate, pool: name, detail: facts)]
        return draft
    }

    /// Changes the dialect or the policy.
    func setPool(
        _ settings: [Command.Setting],
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        var record = pool
        let facts = try apply(settings, to: &record)
        guard record != pool else { return Edit("nothing to change", cold: .none) }
        draft.put(record)
        var changed: [SlotID] = []
        let isOtherDialect = record.dialect != pool.dialect
        if isOtherDialect {
            changed = try relabel(&draft, for: record)
            draft.notices.append("every client must speak \(record.dialect.name) before it loads the new version")
        }
        draft.events.append(context.event(.poolSet, pool: pool.name, detail: facts))
        let summary = "set " + facts.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        var edit = Edit(summary, changed: changed)
        edit.needsWholeRing = isOtherDialect
        return edit
    }

    /// Gives every slot the label that the new dialect's own client would hash.
    private func relabel(_ draft: inout Draft, for pool: PoolRecord) throws(Refusal) -> [SlotID] {
        var changed: [SlotID] = []
        do {
            let dialect = try Dialect.named(pool.dialect.name)
            for slot in draft.roster.slots where slot.pool == pool.id {
                guard let node = slot.node.flatMap(draft.roster.node) else { continue }
                var row = slot
                row.label = try dialect.label(for: node.address, options: pool.dialect.options)
                guard row.label != slot.label else { continue }
                draft.put(row)
                changed.append(slot.id)
            }
        } catch {
            throw Refusal(error)
        }
        if !changed.isEmpty { draft.notices.append("\(changed.count) slots get a new label") }
        return changed
    }

    /// Applies `KEY=VALUE` settings in order and checks the whole.
    private func apply(
        _ settings: [Command.Setting],
        to record: inout PoolRecord
    ) throws(Refusal) -> [AuditEvent.Fact] {
        var facts: [AuditEvent.Fact] = []
        for setting in settings {
            switch setting.key {
            case "dialect":
                record.dialect.name = setting.value
                if !settings.contains(where: { $0.key == "dialect-options" }) { record.dialect.options = [] }
            case "dialect-options":
                record.dialect.options = try parseOptions(setting.value)
            default:
                try record.policy.set(setting.key, to: setting.value)
            }
            facts.append(.init(setting.key, setting.value))
        }
        try record.policy.validate()
        do {
            try Dialect.named(record.dialect.name).validate(options: record.dialect.options)
        } catch {
            throw Refusal(error)
        }
        guard record.policy.ramp.isEmpty || Policy.canRamp(record.dialect) else {
            throw Refusal(
                .invalid,
                field: "ramp",
                problem: "the slots of \(record.dialect.name) have no points, so no part of them can be given",
                hint: "set ramp=none, or use a dialect with points such as pinned-ketama"
            )
        }
        return facts
    }

    private func parseOptions(_ text: String) throws(Refusal) -> [DialectChoice.Option] {
        guard !text.isEmpty, text != "none" else { return [] }
        var options: [DialectChoice.Option] = []
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else {
                throw Refusal(
                    .invalid,
                    field: "dialect-options",
                    problem: "'\(printable(String(part)))' is not NAME=VALUE",
                    hint: "separate options by commas: hash=md5,hash_tag={}"
                )
            }
            options.append(.init(name: String(pair[0]), value: String(pair[1])))
        }
        return options
    }

    /// Takes a pool away, with its nodes and slots.
    func deletePool(_ draft: inout Draft, _ context: CommandContext) -> Edit {
        let pool = draft.record
        let nodeCount = roster.nodes.count { $0.pool == pool.id && $0.admin != .retired }
        draft.deletePool()
        draft.events.append(context.event(.poolDelete, pool: pool.name, detail: [.init("nodes", "\(nodeCount)")]))
        draft.notices.append("its versions and events stay in the database; clients keep the last ring they loaded")
        return Edit("deleted pool \(pool.name) and its \(nodeCount) node\(nodeCount == 1 ? "" : "s")", cold: .none)
    }

    /// Lets nothing be published or flushed by itself.
    func freeze(_ draft: inout Draft, _ context: CommandContext) -> Edit {
        let pool = draft.record
        if pool.freeze?.cause == .operator {
            draft.notices.append("it was frozen already")
            return Edit("pool \(pool.name) is frozen", cold: .none)
        }
        var record = pool
        record.freeze = PoolRecord.Freeze(
            cause: .operator,
            reason: context.submission.command.message,
            at: context.now.wall
        )
        draft.put(record)
        draft.events.append(context.event(.freeze, pool: pool.name))
        draft.notices.append("probes go on; nothing is published or flushed by itself until 'ringctl pool thaw'")
        return Edit("froze pool \(pool.name)", cold: .none)
    }

    /// Ends a freeze, whoever caused it.
    func thaw(_ draft: inout Draft, _ context: CommandContext) -> Edit {
        let pool = draft.record
        guard pool.freeze != nil else {
            draft.notices.append("it was not frozen")
            return Edit("pool \(pool.name) is not frozen", cold: .none)
        }
        var record = pool
        record.freeze = nil
        draft.put(record)
        draft.events.append(context.event(.thaw, pool: pool.name))
        return Edit("thawed pool \(pool.name)", cold: .none)
    }

    /// Lets automation go on after the rate guard engaged.
    func acknowledge(_ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let pool = draft.record
        guard !context.submission.command.message.isEmpty else {
            throw Refusal(
                .invalid,
                field: "message",
                problem: "an acknowledgement needs a reason",
                hint: "say with -m what you found"
            )
        }
        var record = pool
        record.needsAck = nil
        record.acknowledgedAt = context.now.wall
        draft.put(record)
        draft.events.append(context.event(.acknowledge, pool: pool.name))
        return Edit("acknowledged pool \(pool.name)", cold: .none)
    }
}
