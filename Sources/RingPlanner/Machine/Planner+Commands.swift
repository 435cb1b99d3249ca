package import RingCore

extension Planner {
    /// The pool that a first `node add` makes where there is none.
    package static var defaultPool: PoolName {
        guard let name = try? PoolName("default") else { preconditionFailure("'default' is no pool name") }
        return name
    }

    /// Takes a command in: it waits for the disk, and is refused when too many do.
    mutating func submit(_ submission: Submission) {
        let request = submission.request
        if let earlier = roster.recentRequests.first(where: { $0.request == request }), !submission.command.isDryRun {
            // The effect is there. If it still waits for its publication, its answer is on the way.
            guard !waiters.contains(where: { $0.request == request }) else { return }
            answer(request, .done(repeated(earlier)))
            return
        }
        guard inFlight?.request != request, !queue.contains(where: { $0.request == request }) else { return }
        guard queue.count < Self.queueLimit else {
            answer(
                request,
                .refused(
                    Refusal(
                        .busy,
                        problem: "\(queue.count) changes wait already",
                        hint: "try again in a moment, with the same request id"
                    )
                )
            )
            return
        }
        queue.append(submission)
    }

    private func repeated(_ earlier: AnsweredRequest) -> ChangeReport {
        ChangeReport(
            pool: earlier.pool,
            summary: earlier.summary,
            oldVersion: earlier.version,
            newVersion: earlier.version,
            movement: .none,
            shares: [],
            notices: ["this request was done before; it has one effect"]
        )
    }

    /// Validates a command, and answers it or sends its change to the disk.
    mutating func execute(_ submission: Submission, at now: Moment) {
        do {
            let plan = try plan(submission, at: now)
            if submission.command.isDryRun {
                answer(submission.request, .preview(plan.report))
            } else if plan.change.rows.isEmpty && plan.change.events.isEmpty {
                answer(submission.request, .done(plan.report))
            } else {
                if let pool = plan.pool { pools[pool]?.notes.removeAll { plan.change.events.contains($0) } }
                commit(plan, answering: submission.request, wait: plan.wait)
            }
        } catch {
            answer(submission.request, .refused(error))
        }
    }

    private mutating func plan(_ submission: Submission, at now: Moment) throws(Refusal) -> PlannedChange {
        let command = submission.command
        try validateMessage(command.message)
        let context = CommandContext(submission: submission, now: now)
        if case .createPool(let settings) = command.action { return try planCreatePool(settings, context) }
        if case .addNode(let node) = command.action, command.pool == nil, roster.pools.isEmpty {
            return try planFirstNode(node, context)
        }
        let pool = try resolve(command.pool)
        try checkVersion(of: pool, expected: command.ifVersion)
        switch command.action {
        case .createPool: preconditionFailure("handled above")
        case .setPool(let settings): return try planSetPool(pool, settings, context)
        case .deletePool: return try planDeletePool(pool, context)
        case .freeze: return try planFreeze(pool, context)
        case .thaw: return try planThaw(pool, context)
        case .acknowledge: return try planAcknowledge(pool, context)
        case .addNode(let node): return try planAddNode(node, to: pool, context)
        case .setNode(let name, let settings): return try planSetNode(name, settings, in: pool, context)
        case .removeNode(let name): return try planRemoveNode(name, from: pool, context)
        case .eject(let name): return try planEject(name, from: pool, context)
        case .readmit(let name, let acceptStale):
            return try planReadmit(name, to: pool, acceptStale: acceptStale, context)
        case .undamp(let name): return try planUndamp(name, in: pool, context)
        case .addSpare(let node): return try planAddSpare(node, to: pool, context)
        case .failback(let name): return try planFailback(name, in: pool, context)
        case .rollback(let version, let past):
            guard let past else {
                throw Refusal(
                    .notFound,
                    field: "version",
                    problem: "pool '\(pool.name)' has no version \(version) to go back to",
                    hint: "'ringctl ring history' shows the versions; the newest is \(pool.version?.value ?? 0)"
                )
            }
            return try planRollback(to: past, of: pool, context)
        }
    }

    /// Finds the pool that a command means.
    package func resolve(_ name: PoolName?) throws(Refusal) -> PoolRecord {
        if let name {
            if let pool = roster.pool(named: name) { return pool }
            let nearest = nearestName(to: name.text, among: roster.pools.map(\.name.text))
            throw Refusal(
                .notFound,
                field: "pool",
                problem: "there is no pool '\(name)'",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "'ringctl pool list' shows the pools"
            )
        }
        guard let only = roster.pools.first else {
            throw Refusal(
                .notFound,
                field: "pool",
                problem: "there is no pool yet",
                hint: "make one with 'ringctl pool create NAME', or add a first node with 'ringctl node add'"
            )
        }
        guard roster.pools.count == 1 else {
            let names = roster.pools.map(\.name.text).sorted().prefix(5).joined(separator: ", ")
            throw Refusal(
                .invalid,
                field: "pool",
                problem: "there are \(roster.pools.count) pools, and none was named",
                hint: "name one with --pool: \(names)\(roster.pools.count > 5 ? ", …" : "")"
            )
        }
        return only
    }

    private func checkVersion(of pool: PoolRecord, expected: RingVersion?) throws(Refusal) {
        guard let expected, expected != pool.version ?? RingVersion(0) else { return }
        throw Refusal(
            .versionConflict,
            field: "if-version",
            problem: "pool '\(pool.name)' is at version \(pool.version?.value ?? 0), not at \(expected)",
            hint: "look at what changed with 'ringctl ring history', then try again with the new version"
        )
    }

    private func validateMessage(_ message: String) throws(Refusal) {
        do {
            try validateText(message, field: "message", limit: Command.messageByteLimit)
        } catch {
            throw Refusal(error)
        }
    }

    /// Finds a node by name among those that are not removed.
    func resolve(_ name: NodeName, in pool: PoolRecord) throws(Refusal) -> NodeRecord {
        let live = roster.nodes.filter { $0.pool == pool.id && $0.admin != .retired }
        if let node = live.first(where: { $0.name == name }) { return node }
        let nearest = nearestName(to: name.text, among: live.map(\.name.text))
        throw Refusal(
            .notFound,
            field: "node",
            problem: "pool '\(pool.name)' has no node '\(name)'",
            hint: nearest.map { "did you mean '\($0)'?" } ?? "'ringctl node list' shows the nodes"
        )
    }

    /// Finishes an operator's draft.
    mutating func finish(
        _ draft: Draft,
        _ context: CommandContext,
        summary: String,
        changed: [SlotID] = [],
        cold: Draft.Cold = .moved
    ) throws(Refusal) -> PlannedChange {
        do {
            return try draft.finished(
                id: takeChangeID(),
                summary: summary,
                changed: changed,
                cold: cold,
                accounting: .free,
                answering: context.request,
                at: context.now
            )
        } catch {
            throw Refusal(error)
        }
    }

    /// Refuses a change that takes the last slot out of a ring that clients use.
    func refuseEmptyRing(_ draft: Draft, of pool: PoolRecord) throws(Refusal) {
        guard pool.version != nil else { return }
        guard !draft.roster.slots.contains(where: { $0.pool == pool.id && $0.placement.isPublished }) else { return }
        throw Refusal(
            .emptyRing,
            problem: "the ring of pool '\(pool.name)' would be empty",
            hint: "add another node first; clients keep the last ring as it is"
        )
    }
}

/// What every command carries into its plan.
struct CommandContext {
    let submission: Planner.Submission
    let now: Moment

    var request: RequestID? { submission.command.isDryRun ? nil : submission.request }

    /// Who wanted it and why: what is told again when automation fulfils it later.
    func wish(_ deed: String) -> String {
        let message = submission.command.message
        return "\(deed) by \(submission.actor.user)" + (message.isEmpty ? "" : ": \(message)")
    }

    /// The event of the command.
    func event(
        _ kind: AuditEvent.Kind,
        pool: PoolName,
        node: NodeName? = nil,
        slot: String? = nil,
        detail: [AuditEvent.Fact] = []
    ) -> AuditEvent {
        AuditEvent(
            at: now.wall,
            actor: submission.actor,
            kind: kind,
            pool: pool,
            node: node,
            slot: slot,
            reason: submission.command.message,
            detail: detail,
            request: submission.request
        )
    }
}
