import RingCore

extension Planner {
    /// Completes a preview: what the guards would say, and what the change leads to.
    func foresee(_ plan: inout PlannedChange, at now: Moment) {
        plan.report.guards = verdicts(on: plan, at: now)
        plan.report.outcome = Outcome(of: plan.report, ring: plan.ring)
    }

    /// Refuses a command that would not lead to what its preview said.
    ///
    /// At an unchanged version the policy may be another one, or the health of a node: either can make another ring of
    /// the same words.
    mutating func keepPromise(of submission: Submission, at now: Moment) throws(Refusal) {
        guard let promised = submission.command.ifOutcome else { return }
        var look = submission
        look.command.isDryRun = true
        look.command.ifOutcome = nil
        let seen = try plan(look, at: now).report
        guard seen.outcome != promised else { return }
        throw Refusal(
            .versionConflict,
            field: "if_outcome",
            problem:
                "at version \(seen.oldVersion?.value ?? 0) of pool '\(seen.pool)' the change now comes to something "
                + "else than its preview said: \(seen.summary), moved \(seen.movement.moved.percentText)",
            hint: "look at it again, and take the new outcome"
        )
    }

    /// Refuses a new node that would not enter with the change, where the change was promised to lead there.
    func refuseSilence(of node: NodeRecord, _ context: CommandContext) throws(Refusal) {
        let command = context.submission.command
        guard command.ifOutcome != nil, case .failed(let reason)? = command.soundings[node.address] else { return }
        throw Refusal(
            .notAllowed,
            field: "address",
            problem: "\(node.name) at \(node.address) does not answer: \(reason)",
            hint: "start it first; or plan it with --now, to put it into the ring unprobed"
        )
    }

    /// What each guard would say if automation wanted a change; nothing where no clients have a ring that changes.
    ///
    /// The policy is the one that the change leaves behind, the record is that of now.
    private func verdicts(on plan: PlannedChange, at now: Moment) -> [GuardVerdict] {
        guard plan.change.version != nil, let id = plan.pool, let before = roster.pool(id), let ring = pools[id]?.ring,
            let after = plan.roster.pool(id)
        else { return [] }
        let guardian = EjectionPolicy(after.policy)
        return [
            frozenVerdict(after),
            distrustVerdict,
            observeVerdict(after.policy),
            guardian.floorVerdict(
                from: meantSlots(of: before),
                to: Self.meantSlots(of: after, in: plan.roster)
            ),
            guardian.budgetVerdict(
                plan.report.movement.cold,
                after: spent(after, at: now),
                largestSlot: ring.largestShare
            ),
            rateVerdict(after, at: now),
            staleReturnVerdict(on: plan, policy: after.policy, at: now),
        ].compactMap(\.self)
    }

    private func frozenVerdict(_ pool: PoolRecord) -> GuardVerdict? {
        guard let reason = pool.freeze?.reason ?? pools[pool.id]?.pendingFreeze else { return nil }
        let why = reason.isEmpty ? "" : ": \(reason)"
        return GuardVerdict(.frozen, allows: false, "the pool is frozen\(why)")
    }

    private var distrustVerdict: GuardVerdict? {
        guard !trustsItself else { return nil }
        return GuardVerdict(
            .distrust,
            allows: false,
            "ringd itself was in trouble a moment ago, and decides nothing yet"
        )
    }

    private func observeVerdict(_ policy: Policy) -> GuardVerdict? {
        guard policy.mode == .observe else { return nil }
        return GuardVerdict(.observe, allows: false, "the pool observes: it says what it would do, and does nothing")
    }

    private func rateVerdict(_ pool: PoolRecord, at now: Moment) -> GuardVerdict {
        if let refusal = rateRefusal(pool, at: now) {
            return GuardVerdict(.needsAck, allows: false, refusal.explanation)
        }
        let limit = pool.policy.maxChangesPerHour
        guard limit > 0 else { return GuardVerdict(.needsAck, allows: true, "the limit of changes an hour is off") }
        let recent = recentChanges(of: pool, at: now)
        return GuardVerdict(
            .needsAck,
            allows: true,
            "\(recent) automatic change\(recent == 1 ? "" : "s") within an hour, and the limit is \(limit)"
        )
    }

    /// How much goes back to nodes that hold old copies of it; which, a notice says.
    private func staleReturnVerdict(on plan: PlannedChange, policy: Policy, at now: Moment) -> GuardVerdict {
        let share = staleReturns(in: plan.pool, to: plan.ring, leaving: plan.roster, at: now)
            .reduce(Share.none) { $0 + $1.share }
        guard share > .none else {
            return GuardVerdict(
                .staleReturn,
                allows: true,
                "as far as is known no keys go back to nodes with old copies of them"
            )
        }
        return GuardVerdict(
            .staleReturn,
            allows: policy.rejoin == .acceptStale,
            GuardRefusal.staleReturn(share: share, ttl: policy.maxItemTTL).explanation
        )
    }
}
