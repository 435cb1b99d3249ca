import RingCore
import RingPlanner

extension Simulation {
    /// How often the operators try to put things right before the run counts as stuck.
    static let repairLimit = 15

    /// A round of the operators once the faults are over; the run ends when everything is as it should be.
    mutating func repair() {
        askAgain()
        let reason = whyNotConverged()
        guard let reason else {
            transcript.say(at: now, "everything is right again")
            isOver = true
            return
        }
        repairs += 1
        guard repairs <= Self.repairLimit else { return fail("liveness", reason) }
        transcript.say(at: now, "not right yet: \(reason)")
        for pool in durable.pools { repair(pool) }
        queue.add(.repair, at: now + 60_000_000_000, life: 0)
    }

    private mutating func repair(_ pool: PoolRecord) {
        if pool.freeze?.cause == .operator { act(.thaw, pool: pool.name.text) }
        if pool.needsAck != nil { act(.acknowledge, pool: pool.name.text, message: "the storm is over") }
        if pool.policy.mode == .observe {
            act(.setPool(settings: [.init(key: "mode", value: "automatic")]), pool: pool.name.text)
        }
        for node in durable.nodes where node.pool == pool.id && node.admin != .retired && node.admin != .spare {
            let placement = durable.slots.first { $0.node == node.id }?.placement ?? .absent
            let server = servers[Int(serverOfNode[Int(node.id.value)])]
            let isOut = placement == .ejected || placement == .held || node.admin != .active
            // A server that refuses to be emptied waits for an operator's word, out of the ring or with a part of its points.
            let isRefused = server.refusesFlush && (placement == .absent || node.mayBeStale)
            guard isOut || isRefused, repairs > 1 || node.admin != .active else { continue }
            if node.admin == .active {
                act(.readmit(node.name, acceptStale: server.refusesFlush), pool: pool.name.text)
            } else {
                act(.enable(node.name, acceptStale: server.refusesFlush), pool: pool.name.text)
            }
        }
    }

    /// What is not as it should be with all servers well and all operators' wishes lifted.
    private func whyNotConverged() -> String? {
        guard let planner else { return "ringd does not run" }
        if office.unanswered > 0 { return "\(office.unanswered) commands are not answered" }
        for pool in durable.pools {
            if pool.freeze != nil { return "\(pool.name) is frozen" }
            if pool.needsAck != nil { return "\(pool.name) waits for an acknowledgement" }
            if pool.policy.mode == .observe { return "\(pool.name) only observes" }
            if let version = pool.version, files[pool.id]?.version != version {
                return "version \(version) is not published"
            }
            guard let view = planner.view(of: pool.id) else { return "\(pool.name) cannot be seen" }
            for node in view.nodes {
                // Its slot is served by a spare; the budget says when it gets it back.
                if durable.slots.contains(where: { $0.coveredFor == node.record.id }) { continue }
                if node.health != .up { return "\(node.record.name) is \(node.health.rawValue)" }
                guard node.record.admin != .spare else { continue }
                if node.record.admin != .active { return "\(node.record.name) is in \(node.record.admin.rawValue)" }
                let placement = node.slot?.placement ?? .absent
                if placement != .in, placement != .covered, placement != .ramping {
                    return "the slot of \(node.record.name) is \(placement.rawValue)"
                }
            }
        }
        for (index, client) in clients.enumerated() where client.file?.version != files[Founding.pool]?.version {
            return "client \(index) has not loaded the newest version"
        }
        return nil
    }
}
