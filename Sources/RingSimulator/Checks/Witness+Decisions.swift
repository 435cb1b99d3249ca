import RingCore
import RingPlanner

extension Witness {
    /// Holds a change against the books, the moment the planner asks for it.
    mutating func examine(_ change: Change, at now: Int64, _ roster: Roster) -> Breach? {
        let after = roster.applying(change)
        if let breach = examineVersion(change, roster, after) { return breach }
        guard let first = change.events.first, first.actor == .ringd else { return nil }
        let slots = change.rows.compactMap { row -> SlotRecord? in
            if case .slot(let slot) = row { slot } else { nil }
        }
        guard let poolID = slots.first?.pool, let pool = roster.pool(poolID) else { return nil }
        if let freeze = pool.freeze { return Breach("frozen", "\(first.kind.rawValue) while frozen: \(freeze.reason)") }
        if distrustUntil != nil {
            return Breach("self-distrust", "\(first.kind.rawValue) while the checker is in trouble")
        }
        if pool.policy.mode == .observe {
            return Breach("observe", "\(first.kind.rawValue) in a pool that only observes")
        }
        if let burst = pendingBursts[poolID] {
            return Breach("mass failure", "\(first.kind.rawValue), although \(burst)")
        }
        for slot in slots {
            if let breach = examine(slot, first.kind, pool, at: now, roster, after) { return breach }
        }
        guard first.kind == .eject || first.kind == .promote || first.kind == .rejoin else { return nil }
        if let breach = examineRate(pool, first.kind, at: now) { return breach }
        if first.kind == .rejoin { return nil }
        if first.kind == .eject, let breach = examineFloor(pool, roster, after) { return breach }
        return examineBudget(pool, change, at: now, after)
    }

    private func examineVersion(_ change: Change, _ roster: Roster, _ after: Roster) -> Breach? {
        if let answer = change.answer, roster.recentRequests.contains(where: { $0.request == answer.request }) {
            return Breach("one effect", "\(answer.request) is done twice")
        }
        if change.events.isEmpty { return Breach("audit", "a change without an event") }
        guard let version = change.version else { return nil }
        guard let pool = after.pool(version.pool) else { return Breach("versions rise", "a version of no pool") }
        let used = numbers[pool.name] ?? RingVersion(0)
        if version.version <= used {
            return Breach("versions rise", "\(version.version) after \(used) in \(pool.name)")
        }
        let isEmpty = !after.slots.contains { $0.pool == pool.id && $0.placement.isPublished }
        return isEmpty ? Breach("never empty", "version \(version.version) has no slot") : nil
    }

    private func examine(
        _ slot: SlotRecord,
        _ kind: AuditEvent.Kind,
        _ pool: PoolRecord,
        at now: Int64,
        _ roster: Roster,
        _ after: Roster
    ) -> Breach? {
        guard let before = roster.slot(slot.id) else { return nil }
        // A spare that gives a slot back to its first node does so in good health.
        let isFailback = kind == .rejoin && before.coveredFor != nil && slot.node == before.coveredFor
        // A slot that is held already may be written again, because who it was covered for took another.
        let leaves =
            slot.placement == .held && before.placement != .held || slot.placement == .ejected
            || slot.node != before.node && !isFailback
        // The last step of a drain is by the operator's wish, not on evidence.
        if leaves, kind != .drain, before.placement.isPublished, let node = before.node {
            if let breach = examineEvidence(node, kind, pool, at: now, roster) { return breach }
        }
        let enters =
            slot.placement.isPublished && slot.placement != .held
            && (!before.placement.isPublished || before.placement == .held)
        guard enters, let node = slot.node, let record = after.node(node), pool.policy.damping else { return nil }
        if record.isDamped { return Breach("damping", "\(record.name) enters while it is damped") }
        guard Int(node.value) < evidence.count, let damped = evidence[Int(node.value)].damped else { return nil }
        let elapsed = Duration.nanoseconds(now - damped.at) + .seconds(120)
        let left = FlapPenalty.decayed(damped.penalty, after: elapsed)
        return left < FlapPenalty.reuse
            ? nil : Breach("damping", "\(record.name) enters with a penalty of \(left), damped on disk")
    }

    private func examineEvidence(
        _ node: NodeID,
        _ kind: AuditEvent.Kind,
        _ pool: PoolRecord,
        at now: Int64,
        _ roster: Roster
    ) -> Breach? {
        let name = roster.node(node)?.name.text ?? "?"
        guard Int(node.value) < evidence.count else { return Breach("evidence", "\(name) was never probed") }
        let seen = evidence[Int(node.value)]
        let isEnough = seen.hard >= pool.policy.fallHard || seen.soft >= pool.policy.fallSoft
        guard isEnough, seen.newest - seen.since >= pool.policy.confirm.wholeNanoseconds else {
            return Breach(
                "evidence",
                "\(kind.rawValue) of \(name) after \(seen.hard) hard and \(seen.soft) soft failures "
                    + "over \(max(0, seen.newest - seen.since) / 1_000_000) ms"
            )
        }
        return nil
    }

    private func examineRate(_ pool: PoolRecord, _ kind: AuditEvent.Kind, at now: Int64) -> Breach? {
        if pool.needsAck != nil { return Breach("needs-ack", "\(kind.rawValue) before an operator acknowledged") }
        let limit = pool.policy.maxChangesPerHour
        guard limit > 0, knowsAges else { return nil }
        let since = max(now - 3_580_000_000_000, acknowledgedAt[pool.id] ?? .min)
        let recent = (spending[pool.id] ?? []).count { $0.at > since }
        return recent < limit ? nil : Breach("rate", "\(recent) automatic changes within an hour, and one more")
    }

    /// Weight that serves after an ejection, of the weight that is meant to.
    private func examineFloor(_ pool: PoolRecord, _ before: Roster, _ after: Roster) -> Breach? {
        var total = 0
        var left = 0
        var count = 0
        var out = 0
        for slot in after.slots where slot.pool == pool.id && slot.placement != .absent {
            guard let node = slot.node.flatMap(after.node), node.admin == .active else { continue }
            count += 1
            total += slot.weight.value
            if slot.placement.isPublished, slot.placement != .held { left += slot.weight.value } else { out += 1 }
        }
        if left == 0 { return Breach("never empty", "nothing serves after the ejection") }
        if count <= EjectionPolicy.smallPool {
            return out <= 1 ? nil : Breach("floor", "\(out) of \(count) slots are out")
        }
        return left * 100 >= total * pool.policy.floor
            ? nil : Breach("floor", "\(left) of \(total) is left, and the floor is \(pool.policy.floor)%")
    }

    private func examineBudget(
        _ pool: PoolRecord,
        _ change: Change,
        at now: Int64,
        _ after: Roster
    ) -> Breach? {
        guard knowsAges, let cold = cold(pool, change, after) else { return nil }
        let window = pool.policy.budgetWindow.wholeNanoseconds - 20_000_000_000
        let spent = (spending[pool.id] ?? []).filter { now - $0.at <= window }.reduce(Share.none) { $0 + $1.cold }
        let largest = (shares[pool.id] ?? []).map(\.share).max() ?? .none
        let limit = max(Share(percent: pool.policy.moveBudget), largest)
        guard spent.parts + cold.parts > limit.parts else { return nil }
        return Breach(
            "budget",
            "\(cold.percentText) turn cold after \(spent.percentText), and the budget is \(limit.percentText)"
        )
    }

    /// What turns cold by an ejection or a promotion, from the rings before and after.
    func cold(_ pool: PoolRecord, _ change: Change, _ after: Roster) -> Share? {
        guard change.version != nil, let kind = change.events.first?.kind else { return nil }
        switch kind {
        case .eject:
            guard let old = rings[pool.id], let new = try? PublishedRing(pool: pool, roster: after) else { return nil }
            return old.ring.movement(to: new.ring).moved
        case .promote:
            guard case .slot(let slot)? = change.rows.first(where: { if case .slot = $0 { true } else { false } })
            else {
                return nil
            }
            let ring = try? PublishedRing(pool: pool, roster: after)
            return ring?.share(of: slot.id)
        default: return Share.none
        }
    }
}
