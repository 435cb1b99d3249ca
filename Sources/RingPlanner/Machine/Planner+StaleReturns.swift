import RingCore

/// The guard against stale returns: keys do not go back, while an item can still live, to a node that had them before,
/// kept serving, and was not emptied since.
extension Planner {
    // MARK: Remembering

    /// Keeps in mind which keys nodes gave away by a change, and that those whom it lets in hold nothing old.
    mutating func remember(_ flight: InFlight, of pool: PoolID, earlier: Roster, at now: Moment) {
        // In place, since what is remembered can be megabytes.
        guard var memory = pools[pool]?.memory else { return }
        pools[pool]?.memory = ArcMemory()
        for case .node(let node) in flight.change.rows {
            let wasStale = earlier.node(node.id)?.mayBeStale ?? false
            if node.admin == .retired || wasStale && !node.mayBeStale { memory.forget(node.id) }
        }
        if flight.change.version != nil, let before = pools[pool]?.ring, let after = flight.plan.ring {
            let ttl = policy(of: pool).maxItemTTL
            memory.record(from: before.served, to: after.served, at: now.instant, ttl: ttl)
        }
        pools[pool]?.memory = memory
    }

    /// A server said that it holds no item: what its node gave away before it was asked is gone.
    mutating func noteEmpty(_ node: NodeID, asked: Instant) {
        guard let pool = nodes[node]?.pool, let earlier = pools[pool]?.memory.forgotten else { return }
        pools[pool]?.memory.forget(node, before: asked)
        if pools[pool]?.memory.forgotten != earlier { markDirty(pool) }
    }

    /// A planner over the same roster that has seen nothing yet, and remembers the same.
    func restarted(seed: UInt64, at now: Moment) throws(ValidationError) -> Planner {
        var planner = try Planner(roster: roster, seed: seed, at: now)
        for pool in roster.pools {
            if let memory = pools[pool.id]?.memory { planner.pools[pool.id]?.memory = memory }
        }
        return planner
    }

    // MARK: Refusing

    /// What the guard said about the next change of a slot, as long as nothing is another way since.
    func knownVerdict(
        about slot: SlotRecord,
        _ change: PoolRuntime.ReturnVerdict.Change,
        at now: Moment
    ) -> PoolRuntime.ReturnVerdict? {
        guard let runtime = pools[slot.pool], let verdict = runtime.returnVerdicts[slot.id],
            verdict.change == change, verdict.version == roster.pool(slot.pool)?.version,
            verdict.forgotten == runtime.memory.forgotten,
            verdict.stale.map({ now.instant < $0.until }) ?? true
        else { return nil }
        return verdict
    }

    /// Finds out what would go back by a change that leads to a ring, and keeps it.
    ///
    /// - Parameter emptied: a node that is emptied before the change, so that it holds nothing old.
    /// - Complexity: O(*p*) in points, unless nobody gave anything away.
    mutating func judge(
        _ after: PublishedRing?,
        about slot: SlotRecord,
        _ change: PoolRuntime.ReturnVerdict.Change,
        emptied: NodeID? = nil,
        at now: Moment
    ) -> PoolRuntime.StaleShare? {
        // Where nodes are let in with what they hold, old copies are the operator's choice.
        let minds = policy(of: slot.pool).rejoin == .flush
        let returns = minds ? returns(in: slot.pool, to: after, at: now).filter { $0.node != emptied } : []
        let until = returns.map(\.until).max()
        let stale = until.map { until in
            PoolRuntime.StaleShare(share: returns.reduce(.none) { $0 + $1.share }, until: until)
        }
        let verdict = PoolRuntime.ReturnVerdict(
            change: change,
            version: roster.pool(slot.pool)?.version,
            forgotten: pools[slot.pool]?.memory.forgotten ?? 0,
            stale: stale
        )
        pools[slot.pool]?.returnVerdicts[slot.id] = verdict
        return stale
    }

    /// Whether others would get old copies of their keys back by the return of a slot that was ejected.
    ///
    /// Its own node is emptied before, so it never counts. The slot waits until the copies are dead, and an operator may
    /// want it in at once: that is said, once. Where no points move but the slot's own, nothing goes back to others.
    mutating func refusesReturn(of slot: SlotRecord, _ node: NodeRecord, pool: PoolRecord, at now: Moment) -> Bool {
        guard pools[pool.id]?.memory.isEmpty == false else { return false }
        let stale: PoolRuntime.StaleShare?
        if let known = knownVerdict(about: slot, .entering, at: now) {
            stale = known.stale
        } else {
            var draft = draft(for: pool)
            draft.put(entering(slot, ramps: true, pool: pool, at: now))
            // Where the dialect refuses the ring, that is said when it is planned.
            let after = try? PublishedRing(pool: pool, roster: draft.roster, reusing: pools[pool.id]?.ring)
            stale = judge(after, about: slot, .entering, emptied: node.id, at: now)
        }
        guard let stale else { return false }
        wait(stale, slot, node, pool: pool, advice: "'ringctl node readmit \(node.name)' lets it in at once", at: now)
        return true
    }

    /// Says once what a change waits for, and looks at the pool again when that is over.
    mutating func wait(
        _ stale: PoolRuntime.StaleShare,
        _ slot: SlotRecord,
        _ node: NodeRecord,
        pool: PoolRecord,
        advice: String,
        at now: Moment
    ) {
        schedulePool(pool.id, at: stale.until)
        let end = WallTime(milliseconds: now.wall.milliseconds + (stale.until - now.instant).wholeMilliseconds)
        sayOnce(refusal(stale, pool: pool), about: slot, node, advice: "it waits until \(end); \(advice)", at: now)
    }

    /// The guard's no, with its figures.
    func refusal(_ stale: PoolRuntime.StaleShare, pool: PoolRecord) -> GuardRefusal {
        .staleReturn(share: stale.share, ttl: pool.policy.maxItemTTL)
    }

    private func returns(in pool: PoolID, to after: PublishedRing?, at now: Moment) -> [ArcMemory.Return] {
        guard let runtime = pools[pool], !runtime.memory.isEmpty, let before = runtime.ring, let after else {
            return []
        }
        let ttl = policy(of: pool).maxItemTTL
        return runtime.memory.returns(from: before.served, to: after.served, at: now.instant, ttl: ttl)
    }

    // MARK: Telling

    /// How many nodes a notice names; it counts the others.
    private static var namedReturns: Int { 8 }

    /// What goes back by an operator's change to nodes that are neither emptied on the way nor taken as they are.
    func staleReturns(
        in pool: PoolID?,
        to after: PublishedRing?,
        leaving end: Roster,
        at now: Moment
    ) -> [ArcMemory.Return] {
        guard let pool else { return [] }
        return returns(in: pool, to: after, at: now).filter { back in
            ![roster, end].contains { $0.node(back.node)?.mayBeStale == true }
        }
    }

    /// Says which nodes get keys back that they may hold old copies of, once an operator's change has come to its end.
    ///
    /// Operators are told and not refused. Who is emptied before it enters gets nothing old, and whom they take as it is
    /// they need not be told of.
    func returnNotice(of draft: Draft, _ plan: PlannedChange, at now: Moment) -> [String] {
        guard pools[draft.pool]?.memory.isEmpty == false else { return [] }
        let end = draft.destination
        let isThere = end.slots == draft.roster.slots
        let after = isThere ? plan.ring : try? PublishedRing(pool: draft.record, roster: end, reusing: plan.ring)
        let returns = staleReturns(in: draft.pool, to: after, leaving: end, at: now)
        guard !returns.isEmpty else { return [] }
        let total = returns.reduce(Share.none) { $0 + $1.share }
        let named = returns.prefix(Self.namedReturns).compactMap { back in
            end.node(back.node).map { "\($0.name) \(back.share.percentText)" }
        }
        let rest = returns.count - named.count
        return [
            "\(total.percentText) of the keys go back to nodes that had them less than "
                + "\(draft.record.policy.maxItemTTL.policyText) ago and may hold old copies: "
                + named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        ]
    }
}

extension Draft {
    /// The roster once everything has come to its end that the draft begins.
    ///
    /// Who is let in has all of its points then, and who is drained has none.
    fileprivate var destination: Roster {
        var end = roster
        for var slot in roster.slots where slot.pool == pool && touches(slot) {
            guard let node = slot.node.flatMap(roster.node) else { continue }
            switch node.admin {
            case .draining: slot.placement = .ejected
            case .active where slot.placement == .absent || slot.placement == .ramping:
                slot.placement = .in
                slot.ramp = 100
            case .active, .staged, .maintenance, .spare, .retired: break
            }
            end.apply(.slot(slot))
        }
        return end
    }
}
