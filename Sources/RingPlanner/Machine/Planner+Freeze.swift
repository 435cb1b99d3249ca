import RingCore

extension Planner {
    /// A frozen pool thaws when less than this share of its keys is suspect, in per cent.
    static var calmShare: Int { 5 }

    /// Whether automation may not touch the pool.
    func isFrozen(_ pool: PoolID) -> Bool {
        roster.pool(pool)?.freeze != nil || pools[pool]?.pendingFreeze != nil
    }

    /// The published slot that a node occupies.
    func publishedSlot(of node: NodeID) -> SlotRecord? {
        nodes[node]?.slot.flatMap(roster.slot).flatMap { $0.placement.isPublished ? $0 : nil }
    }

    /// A node turned suspect: when many do at once, the likeliest dead thing is the checker's own network.
    mutating func noteSuspicion(of node: NodeRecord, at now: Moment) {
        guard trustsItself, node.admin == .active, let slot = publishedSlot(of: node.id), slot.placement != .held else {
            return
        }
        guard var runtime = pools[node.pool], let record = roster.pool(node.pool) else { return }
        let policy = record.policy
        let share = runtime.ring?.share(of: slot.id) ?? .none
        runtime.burst.removeAll { now.instant - $0.at > policy.burstWindow || $0.node == node.id }
        runtime.burst.append(PoolRuntime.Suspicion(node: node.id, share: share, at: now.instant))
        runtime.calmSince = nil
        pools[node.pool] = runtime
        guard record.freeze == nil, runtime.pendingFreeze == nil else { return }
        let slotCount = runtime.ring?.contents.count ?? 0
        let limit = slotCount <= EjectionPolicy.smallPool ? min(2, policy.burstNodes) : policy.burstNodes
        let together = runtime.burst.reduce(Share.none) { $0 + $1.share }
        guard runtime.burst.count >= limit, together >= Share(percent: policy.burstShare) else { return }
        pools[node.pool]?.pendingFreeze =
            "\(runtime.burst.count) nodes with \(together.percentText) of the keys turned suspect "
            + "within \(policy.burstWindow.policyText)"
        markDirty(node.pool)
    }

    /// Commits a mass-failure freeze that was seen.
    mutating func commitFreeze(of pool: PoolRecord, because reason: String, at now: Moment) {
        var draft = draft(for: pool)
        var record = pool
        record.freeze = PoolRecord.Freeze(cause: .massFailure, reason: reason, at: now.wall)
        draft.put(record)
        let runtime = pools[pool.id]
        let names = (runtime?.burst ?? []).compactMap { roster.node($0.node)?.name.text }.sorted()
        draft.events = [
            AuditEvent(
                at: now.wall,
                actor: .ringd,
                kind: .freeze,
                pool: pool.name,
                reason: reason,
                detail: [.init("suspect", names.joined(separator: ","))]
            )
        ]
        pools[pool.id]?.calmSince = nil
        commitAutomatic(
            draft,
            summary: "froze the pool: \(reason)",
            changed: [],
            cold: .none,
            accounting: .free,
            at: now
        )
        // A refused commit must not thaw the pool: the pending freeze goes only with the committed one.
    }

    /// Thaws a pool that was frozen by a mass failure, once it has been calm for long enough.
    ///
    /// - Returns: whether a change went to the disk.
    mutating func thawIfCalm(_ pool: PoolRecord, at now: Moment) -> Bool {
        guard let freeze = pool.freeze, freeze.cause == .massFailure else { return false }
        let suspect = suspectShare(of: pool)
        guard suspect < Share(percent: Self.calmShare) else {
            pools[pool.id]?.calmSince = nil
            return false
        }
        let since = pools[pool.id]?.calmSince ?? now.instant
        pools[pool.id]?.calmSince = since
        guard now.instant - since >= pool.policy.thawAfter else {
            schedulePool(pool.id, at: since + pool.policy.thawAfter)
            return false
        }
        var draft = draft(for: pool)
        var record = pool
        record.freeze = nil
        draft.put(record)
        let reason = "under \(Self.calmShare)% of the keys suspect for \(pool.policy.thawAfter.policyText)"
        draft.events = [
            AuditEvent(at: now.wall, actor: .ringd, kind: .thaw, pool: pool.name, reason: reason)
        ]
        commitAutomatic(draft, summary: "thawed the pool", changed: [], cold: .none, accounting: .free, at: now)
        return true
    }

    /// The share of the keys whose published node is not known to be well.
    func suspectShare(of pool: PoolRecord) -> Share {
        guard let ring = pools[pool.id]?.ring else { return .none }
        var total = Share.none
        for (content, share) in zip(ring.contents, ring.shares) where content.content.state == .in {
            guard let slot = roster.slots.find(content.slot), let node = roster.slots[slot].node else { continue }
            switch nodes.state(of: node) {
            case .unknown, .suspect, .down: total += share
            case .up, .recovering, .cleansing, nil: continue
            }
        }
        return total
    }
}
