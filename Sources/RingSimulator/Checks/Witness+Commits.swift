import RingCore
import RingPlanner

extension Witness {
    /// The server of each node, by the node's number, before and after a change: a node can be given another one.
    typealias Servers = (before: [Int32], after: [Int32])

    /// Writes a change that is on disk into the books.
    mutating func committed(_ change: Change, before: Roster, at now: Int64, servers: Servers) -> Breach? {
        let after = before.applying(change)
        for row in change.rows {
            switch row {
            case .pool(let pool): take(pool, before: before.pool(pool.id), at: now)
            case .node(let node): take(node, change, at: now, server: server(node.id, servers.after))
            case .slot: continue
            case .poolDeleted(let id):
                contents[id] = nil
                rings[id] = nil
                shares[id] = nil
                sampled[id] = nil
            }
        }
        excuse(change, before: before)
        guard let version = change.version else { return nil }
        return take(version, change, before, after, at: now, servers: servers)
    }

    /// What operators bring about is theirs: they are told what may be stale, and do it or not.
    ///
    /// A node that they added takes keys from others, who keep their copies; so its first admission counts as theirs, and
    /// so do the steps of a drain.
    private mutating func excuse(_ change: Change, before: Roster) {
        let isTheirs = change.events.contains { $0.actor != .ringd || $0.kind == .admit || $0.kind == .drain }
        let isStepDown = change.rows.contains { row in
            guard case .slot(let slot) = row, let earlier = before.slot(slot.id) else { return false }
            return slot.placement.isPublished && slot.ramp < earlier.ramp && earlier.placement.isPublished
        }
        guard isTheirs || isStepDown, let current = before.pool(Founding.pool)?.version else { return }
        guard change.version.map({ $0.pool == Founding.pool }) ?? true else { return }
        excusedVersion = max(excusedVersion, change.version?.version ?? current.next)
    }

    private func server(_ node: NodeID, _ serverOf: [Int32]) -> Int? {
        Int(node.value) < serverOf.count ? Int(serverOf[Int(node.value)]) : nil
    }

    private mutating func take(_ pool: PoolRecord, before: PoolRecord?, at now: Int64) {
        if pool.acknowledgedAt != before?.acknowledgedAt { acknowledgedAt[pool.id] = now }
        guard pool.freeze != before?.freeze else { return }
        suspicions[pool.id] = nil
        pendingBursts[pool.id] = nil
    }

    private mutating func take(_ node: NodeRecord, _ change: Change, at now: Int64, server: Int?) {
        while evidence.count <= Int(node.id.value) { evidence.append(NodeEvidence()) }
        // An operator's word about nodes, alone or in a list of changes, or given before as the end of a maintenance.
        let words: [AuditEvent.Kind] = [.undamp, .readmit, .enable]
        let word = change.events.first {
            $0.node == node.name && ($0.kind == .enable || $0.actor != .ringd && words.contains($0.kind))
        }
        let isPardon = word != nil
        if isPardon {
            evidence[Int(node.id.value)].damped = nil
        } else if node.isDamped, evidence[Int(node.id.value)].damped?.penalty != node.flapPenalty {
            evidence[Int(node.id.value)].damped = (now, node.flapPenalty)
        }
        guard let server, word?.detail.contains(.init("accept-stale", "true")) == true else {
            return
        }
        withMemory(server) { $0.isAccepted = true }
    }

    private mutating func take(
        _ version: NewVersion,
        _ change: Change,
        _ before: Roster,
        _ after: Roster,
        at now: Int64,
        servers: Servers
    ) -> Breach? {
        guard let pool = after.pool(version.pool) else { return Breach("ring", "a version of no pool") }
        numbers[pool.name] = version.version
        let cause = change.events.first
        if cause?.actor == .ringd, cause?.kind == .eject || cause?.kind == .promote || cause?.kind == .rejoin {
            let cold = cause?.kind == .rejoin ? Share.none : cold(pool, change, after) ?? .none
            spending[pool.id, default: []].append(Spending(at: now, cold: cold))
        }
        if let breach = putTogether(version, change, pool, after) { return breach }
        return weighMemories(pool, before: before, after: after, at: now, servers: servers)
    }

    /// The differences of all versions, put together as a database does it, are the ring of the roster.
    private mutating func putTogether(
        _ version: NewVersion,
        _ change: Change,
        _ pool: PoolRecord,
        _ after: Roster
    ) -> Breach? {
        let gone = Set(version.removedSlots + version.changedSlots.map(\.slot))
        let kept = (contents[pool.id] ?? []).filter { !gone.contains($0.slot) }
        contents[pool.id] = kept + version.changedSlots
        guard let ring = try? PublishedRing(pool: pool, roster: after) else {
            return Breach("ring", "version \(version.version) is no ring")
        }
        guard ring.ring.agreement == version.agreement else {
            return Breach("agreement", "version \(version.version) is another ring than the roster's")
        }
        let earlier = sampled[pool.id]
        weigh(ring, pool, after)
        if let earlier, let now = sampled[pool.id], let breach = Self.compare(earlier, now, version, change) {
            return breach
        }
        let mine = (contents[pool.id] ?? []).sorted { $0.slot < $1.slot }.map(Self.withoutPoints)
        let its = ring.contents.sorted { $0.slot < $1.slot }.map(Self.withoutPoints)
        return mine == its ? nil : Breach("differences", "version \(version.version) leaves out what it changed")
    }

    private static func withoutPoints(_ content: NewVersion.SlotContent) -> NewVersion.SlotContent {
        var content = content
        content.content.points = nil
        return content
    }

    /// Which servers begin and stop to serve; none begins with what it held before.
    private mutating func weighMemories(
        _ pool: PoolRecord,
        before: Roster,
        after: Roster,
        at now: Int64,
        servers: Servers
    ) -> Breach? {
        let old = serving(pool.id, before, servers.before)
        let new = serving(pool.id, after, servers.after)
        for server in old where !new.contains(server) {
            withMemory(server) {
                $0.isServing = false
                $0.mayHoldOld = true
                $0.leftAt = now
            }
        }
        for server in new where !old.contains(server) {
            let memory = memory(server)
            let isExcused =
                memory.isAccepted || pool.policy.rejoin == .acceptStale
                || now - memory.leftAt >= pool.policy.maxItemTTL.wholeNanoseconds
            if memory.mayHoldOld, !isExcused {
                return Breach("cleansing", "server \(server) enters the ring with what it held before")
            }
            if memory.mayHoldOld, pool.id == Founding.pool, let version = pool.version {
                excusedVersion = max(excusedVersion, version)
            }
            withMemory(server) {
                $0.isServing = true
                $0.mayHoldOld = false
                $0.isAccepted = false
            }
        }
        return nil
    }

    private func serving(_ pool: PoolID, _ roster: Roster, _ serverOf: [Int32]) -> [Int] {
        roster.slots.compactMap { slot in
            guard slot.pool == pool, slot.placement.isPublished, slot.placement != .held else { return nil }
            return slot.node.flatMap { server($0, serverOf) }
        }
    }

    /// A server is about to be emptied: never one that serves, and never while nothing may be done.
    func cleansingStarted(_ step: CleansingStep, at now: Int64, _ roster: Roster) -> Breach? {
        guard step.kind == .plantAndFlush, let node = roster.node(step.id.node), let pool = roster.pool(node.pool)
        else {
            return nil
        }
        if pool.freeze != nil { return Breach("frozen", "\(node.name) is flushed while the pool is frozen") }
        if distrustUntil != nil {
            return Breach("self-distrust", "\(node.name) is flushed while the checker is in trouble")
        }
        if pool.policy.mode == .observe {
            return Breach("observe", "\(node.name) is flushed in a pool that only observes")
        }
        if pendingBursts[pool.id] != nil {
            return Breach("mass failure", "\(node.name) is flushed in a burst of failures")
        }
        let serves = roster.slots.contains {
            $0.node == node.id && $0.placement.isPublished && $0.placement != .held && $0.ramp == 100
        }
        // One that was drained by half and is enabled again holds old copies of what it gave away.
        return serves ? Breach("cleansing", "\(node.name) is flushed while it serves") : nil
    }

    /// A server was emptied in truth.
    mutating func emptied(_ server: Int) { withMemory(server) { $0.mayHoldOld = false } }
}
