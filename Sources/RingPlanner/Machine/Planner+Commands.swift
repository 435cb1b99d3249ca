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
            try keepPromise(of: submission, at: now)
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

    /// Works out what a command would do.
    mutating func plan(_ submission: Submission, at now: Moment) throws(Refusal) -> PlannedChange {
        let command = submission.command
        try validateMessage(command.message)
        let context = CommandContext(submission: submission, now: now)
        var draft = try draft(for: command, context)
        let pool = draft.record
        let creation = draft.events
        draft.events = []
        let edit: Edit
        if case .batch(let actions) = command.action {
            edit = try perform(actions, &draft, context)
        } else {
            edit = try perform(command.action, &draft, context)
        }
        draft.events += creation
        if edit.needsWholeRing {
            do {
                try draft.validateWhole()
            } catch {
                throw Refusal(error)
            }
        }
        if edit.mayEmptyRing { try refuseEmptyRing(draft, of: pool) }
        return try finish(draft, context, edit)
    }

    /// The draft that a command edits: over its pool, or over one that it makes.
    private func draft(for command: Command, _ context: CommandContext) throws(Refusal) -> Draft {
        var first = command.action
        if case .batch(let actions) = command.action, let action = actions.first { first = action }
        if case .createPool(let settings) = first {
            guard let name = command.pool else {
                throw Refusal(.invalid, field: "pool", problem: "the new pool has no name", hint: "name it")
            }
            return try draftWithNewPool(name, settings, context)
        }
        if case .addNode = first, command.pool == nil, roster.pools.isEmpty {
            var draft = try draftWithNewPool(Self.defaultPool, [], context)
            draft.notices.append("made the pool '\(Self.defaultPool)'")
            return draft
        }
        let pool = try resolve(command.pool)
        try checkVersion(of: pool, expected: command.ifVersion)
        return draft(for: pool)
    }

    /// Edits the draft as one action says.
    func perform(
        _ action: Command.Action,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        switch action {
        case .createPool: return Edit("created pool \(draft.record.name)", cold: .none)
        case .setPool(let settings): return try setPool(settings, &draft, context)
        case .deletePool: return deletePool(&draft, context)
        case .freeze: return freeze(&draft, context)
        case .thaw: return thaw(&draft, context)
        case .acknowledge: return try acknowledge(&draft, context)
        case .addNode(let node): return try addNode(node, &draft, context)
        case .setNode(let name, let settings): return try setNode(name, settings, &draft, context)
        case .removeNode(let name): return try removeNode(name, &draft, context)
        case .eject(let name): return try eject(name, &draft, context)
        case .readmit(let name, let acceptStale):
            return try readmit(name, acceptStale: acceptStale, &draft, context)
        case .drain(let name): return try drain(name, &draft, context)
        case .maintenance(let name, let end): return try maintain(name, until: end, &draft, context)
        case .enable(let name, let acceptStale):
            return try enable(name, acceptStale: acceptStale, &draft, context)
        case .replaceNode(let name, let address, let flush):
            return try replace(name, with: address, flush: flush, &draft, context)
        case .undamp(let name): return try undamp(name, &draft, context)
        case .addSpare(let node): return try addSpare(node, &draft, context)
        case .failback(let name): return try failBack(name, &draft, context)
        case .rollback(let version, let past):
            guard let past else {
                let pool = draft.record
                throw Refusal(
                    .notFound,
                    field: "version",
                    problem: "pool '\(pool.name)' has no version \(version) to go back to",
                    hint: "'ringctl ring history' shows the versions; the newest is \(pool.version?.value ?? 0)"
                )
            }
            return try rollBack(to: past, &draft, context)
        case .batch:
            throw Refusal(
                .invalid,
                field: "changes",
                problem: "a list of changes is in a list of changes",
                hint: "put them all into one list"
            )
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
    func resolve(_ name: NodeName, in draft: inout Draft) throws(Refusal) -> NodeRecord {
        if let node = draft.node(named: name) { return node }
        let pool = draft.record
        let live = draft.roster.nodes.filter { $0.pool == pool.id && $0.admin != .retired }
        let nearest = nearestName(to: name.text, among: live.map(\.name.text))
        throw Refusal(
            .notFound,
            field: "node",
            problem: "pool '\(pool.name)' has no node '\(name)'",
            hint: nearest.map { "did you mean '\($0)'?" } ?? "'ringctl node list' shows the nodes"
        )
    }

    /// Finishes an operator's draft.
    private mutating func finish(
        _ draft: Draft,
        _ context: CommandContext,
        _ edit: Edit
    ) throws(Refusal) -> PlannedChange {
        do {
            var plan = try draft.finished(
                id: takeChangeID(),
                summary: edit.summary,
                changed: edit.changed,
                cold: edit.cold,
                accounting: .free,
                answering: context.request,
                at: context.now
            )
            plan.wait = edit.wait
            if context.submission.command.isDryRun { foresee(&plan, at: context.now) }
            plan.report.notices += returnNotice(of: draft, plan, at: context.now)
            return plan
        } catch {
            throw Refusal(error)
        }
    }

    /// Refuses a change that takes the last slot out of a ring that clients use.
    private func refuseEmptyRing(_ draft: Draft, of pool: PoolRecord) throws(Refusal) {
        guard pool.version != nil else { return }
        guard !draft.roster.slots.contains(where: { $0.pool == pool.id && $0.placement.isPublished }) else { return }
        throw Refusal(
            .emptyRing,
            problem: "the ring of pool '\(pool.name)' would be empty",
            hint: "add another node first; clients keep the last ring as it is"
        )
    }
}

/// What an edit of a draft comes to, beside the rows that it touched.
struct Edit {
    /// One line: `added cache-8 10.0.0.8:11211`.
    var summary: String
    /// The slots that the change is about.
    var changed: [SlotID]
    var cold: Draft.Cold
    /// The dialect must be asked whether it takes all slots together.
    var needsWholeRing = false
    /// It takes slots out, so that none may be left.
    var mayEmptyRing = false
    /// How long the answer waits for the admission of the node that was added.
    var wait: Duration?

    init(_ summary: String, changed: [SlotID] = [], cold: Draft.Cold = .moved) {
        self.summary = summary
        self.changed = changed
        self.cold = cold
    }
}

/// What every command carries into its plan.
struct CommandContext {
    let submission: Planner.Submission
    let now: Moment
    /// The command is one of several that make one change: nothing waits for an admission.
    var isPartOfBatch = false

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
