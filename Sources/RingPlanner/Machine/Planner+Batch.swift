import RingCore

extension Planner {
    /// Makes many changes one: one transaction, one event in front, one version.
    ///
    /// The changes are made in their order, each on what those before it left; the first that is refused refuses all.
    /// What only the whole can show, an empty ring or slots that the dialect does not take, is looked at once at the end.
    /// - Complexity: O(*n* + *k*) in the roster and the changes, and the cost of one ring.
    func perform(
        _ actions: [Command.Action],
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        guard !actions.isEmpty else {
            throw Refusal(
                .invalid,
                field: "changes",
                problem: "there is nothing in the list of changes",
                hint: "give at least one change"
            )
        }
        guard actions.count <= Command.batchLimit else {
            throw Refusal(
                .limit,
                field: "changes",
                problem: "\(actions.count) changes are too many for one",
                hint: "give at most \(Command.batchLimit), the rest afterwards"
            )
        }
        var context = context
        context.isPartOfBatch = true
        var edits: [Edit] = []
        for (index, action) in actions.enumerated() {
            do throws(Refusal) {
                try refuseOutOfPlace(action, at: index)
                edits.append(try perform(action, &draft, context))
            } catch {
                throw Refusal(
                    error.code,
                    field: "changes.\(index)" + (error.field.map { ".\($0)" } ?? ""),
                    problem: "change \(index + 1) of \(actions.count): \(error.problem)",
                    hint: error.hint
                )
            }
        }
        let whole = Self.sum(of: edits)
        guard draft.hasRows else { return whole }
        let facts: [AuditEvent.Fact] = [.init("changes", "\(actions.count)")]
        draft.events.insert(context.event(.apply, pool: draft.record.name, detail: facts), at: 0)
        return whole
    }

    /// Refuses what cannot be one of several changes.
    private func refuseOutOfPlace(_ action: Command.Action, at index: Int) throws(Refusal) {
        switch action {
        case .createPool where index == 0: return
        case .createPool:
            throw Refusal(.invalid, problem: "a pool is made after something else", hint: "put create-pool first")
        case .deletePool, .rollback:
            throw Refusal(
                .invalid,
                problem: "'\(Self.word(for: action))' cannot be one of several changes",
                hint: "give it alone"
            )
        case .setPool, .freeze, .thaw, .acknowledge, .addNode, .setNode, .removeNode, .eject, .drain,
            .maintenance, .enable, .replaceNode, .readmit, .undamp, .addSpare, .failback, .batch:
            return
        }
    }

    private static func word(for action: Command.Action) -> String {
        if case .deletePool = action { "delete-pool" } else { "rollback" }
    }

    /// How many changes a summary names; it counts the others.
    private static var namedLimit: Int { 3 }

    private static func sum(of edits: [Edit]) -> Edit {
        let named = edits.prefix(namedLimit).map(\.summary).joined(separator: "; ")
        let rest = edits.count - namedLimit
        var whole = Edit(named + (rest > 0 ? "; and \(rest) more" : ""), cold: .none)
        var seen: Set<SlotID> = []
        for edit in edits {
            whole.changed += edit.changed.filter { seen.insert($0).inserted }
            whole.cold = whole.cold.and(edit.cold)
            whole.needsWholeRing = whole.needsWholeRing || edit.needsWholeRing
            whole.mayEmptyRing = whole.mayEmptyRing || edit.mayEmptyRing
        }
        return whole
    }
}
