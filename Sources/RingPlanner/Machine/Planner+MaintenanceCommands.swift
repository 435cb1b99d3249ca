import RingCore

extension Planner {
    /// Takes a node out of the ring in steps.
    func drain(_ name: NodeName, _ draft: inout Draft, _ context: CommandContext) throws(Refusal) -> Edit {
        let node = try resolve(name, in: &draft)
        switch node.admin {
        case .draining, .maintenance:
            draft.notices.append("it is in \(node.admin.rawValue) already")
            return Edit("node \(name) is on its way out, or is out", cold: .none)
        case .spare, .staged, .retired:
            throw Refusal(
                .notAllowed,
                field: "node",
                problem: "'\(name)' is a spare and owns no keys, so there is nothing to drain",
                hint: "take it away with 'ringctl spare remove \(name)'"
            )
        case .active: break
        }
        var record = node
        record.adminReason = context.submission.command.message
        let edit = try leave(&record, inSteps: true, as: .drain, &draft, context)
        draft.notices.append("'ringctl node enable \(name)' lets it back in")
        return edit
    }

    /// Takes a node out of the ring for a time, or tells anew for how long and why.
    func maintain(
        _ name: NodeName,
        until end: Command.End?,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let node = try resolve(name, in: &draft)
        let reason = context.submission.command.message
        guard !reason.isEmpty else {
            throw Refusal(
                .invalid,
                field: "message",
                problem: "a maintenance needs a reason",
                hint: "say with -m what is done to '\(name)'"
            )
        }
        var record = node
        record.adminReason = reason
        record.adminUntil = try end.map { end throws(Refusal) in try Self.time(of: end, at: context.now) }
        let edit: Edit
        if node.admin == .maintenance || node.admin == .draining {
            draft.put(record)
            draft.events.append(Self.maintenanceEvent(record, draft.slot(of: node.id), draft.record, context))
            edit = Edit("maintenance of \(name) changed", cold: .none)
        } else {
            let isGentle = !draft.record.policy.ramp.isEmpty
            edit = try leave(&record, inSteps: isGentle, as: .maintenance, &draft, context)
        }
        draft.notices.append(
            record.adminUntil.map { "it comes back by itself at \($0), emptied first" }
                ?? "it stays out until 'ringctl node enable \(name)'"
        )
        return edit
    }

    private static func time(of end: Command.End, at now: Moment) throws(Refusal) -> WallTime {
        let time =
            switch end {
            case .at(let time): time
            case .after(let duration): WallTime(milliseconds: now.wall.milliseconds + duration.wholeMilliseconds)
            }
        let length = Duration.milliseconds(time.milliseconds - now.wall.milliseconds)
        guard length > .zero, length <= Command.longestMaintenance else {
            throw Refusal(
                .invalid,
                field: "until",
                problem: length > .zero
                    ? "\(time) is more than \(Command.longestMaintenance.policyText) from now" : "\(time) has passed",
                hint: length > .zero
                    ? "leave the end out: it then lasts until 'ringctl node enable'" : "give a time that is to come"
            )
        }
        return time
    }

    /// Begins to take a node out: by its first step, or at once where there are none.
    private func leave(
        _ record: inout NodeRecord,
        inSteps: Bool,
        as kind: AuditEvent.Kind,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        let slot = draft.slot(of: record.id)
        let isWell = nodes[record.id]?.health.state == .up
        let step = slot.flatMap { pool.policy.stepDown(from: $0.ramp) }
        let verb = kind == .drain ? "drained" : "took out for maintenance"
        if inSteps, isWell, Policy.canRamp(pool.dialect), let step, var slot, slot.placement.isPublished {
            if pool.version != nil { try refuseLastServing(besides: slot, draft) }
            draft.notices.append(Self.plan(ofSteps: pool.policy, from: slot.ramp))
            if !context.submission.command.isDryRun {
                record.admin = .draining
                slot.ramp = step
                slot.placement = slot.placement == .in ? .ramping : slot.placement
                slot.since = context.now.wall
                draft.put(slot)
                draft.put(record)
                draft.events.append(Self.maintenanceEvent(record, slot, pool, context, kind))
                return Edit("began to drain \(record.name), \(step)% of its points left", changed: [slot.id])
            }
        } else if inSteps, slot?.placement.isPublished == true {
            draft.notices.append(
                isWell ? "\(pool.dialect.name) knows no steps: it leaves at once" : "it is not up: it leaves at once"
            )
        }
        record.admin = .maintenance
        _ = takeOut(&record, &draft, context)
        draft.put(record)
        draft.events.append(Self.maintenanceEvent(record, slot, pool, context, kind))
        var edit = Edit("\(verb) \(record.name)", changed: slot.map { [$0.id] } ?? [])
        edit.mayEmptyRing = true
        return edit
    }

    /// Refuses a drain at the end of which nobody would be left.
    private func refuseLastServing(besides slot: SlotRecord, _ draft: Draft) throws(Refusal) {
        let isAnybodyLeft = draft.roster.slots.contains { other in
            other.pool == slot.pool && other.id != slot.id && other.placement.isPublished
                && other.node.flatMap(draft.roster.node)?.admin == .active
        }
        guard !isAnybodyLeft else { return }
        throw Refusal(
            .emptyRing,
            problem: "the ring of pool '\(draft.record.name)' would be empty in the end",
            hint: "add another node first, or enable one that is drained"
        )
    }

    private static func plan(ofSteps policy: Policy, from part: Int) -> String {
        let steps = policy.drainSteps.filter { $0 < part }.map { "\($0)%" }.joined(separator: ", ")
        return "it leaves in steps of its points, \(policy.settle.policyText) apart: \(steps), then out"
    }

    private static func maintenanceEvent(
        _ node: NodeRecord,
        _ slot: SlotRecord?,
        _ pool: PoolRecord,
        _ context: CommandContext,
        _ kind: AuditEvent.Kind = .maintenance
    ) -> AuditEvent {
        let until = node.adminUntil.map { [AuditEvent.Fact("until", $0.description)] } ?? []
        return context.event(kind, pool: pool.name, node: node.name, slot: slot?.label, detail: until)
    }
}
