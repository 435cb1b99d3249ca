import RingCore

extension Planner {
    /// A fall and a rise add to the penalty, unless a freeze explains them.
    mutating func addFlapPenalty(to node: NodeRecord, at now: Moment) {
        guard var runtime = nodes[node.id] else { return }
        defer { nodes[node.id]?.fellWhileFrozen = false }
        // A server that an operator took out may be restarted as often as it takes.
        guard node.admin == .active || node.admin == .spare else { return }
        guard !runtime.fellWhileFrozen, !isFrozen(node.pool) else { return }
        let rest = FlapPenalty.decayed(runtime.flapPenalty, after: now.instant - runtime.penaltyAsOf)
        runtime.flapPenalty = rest + FlapPenalty.flip
        runtime.penaltyAsOf = now.instant
        let turnsDamped = !runtime.isDamped && runtime.flapPenalty >= FlapPenalty.suppress
        if turnsDamped { runtime.isDamped = true }
        nodes[node.id] = runtime
        keepRow(of: node)
        if turnsDamped, policy(of: node.pool).damping {
            note(
                .damped,
                node: node,
                reason: "flapped too often; it may not rejoin before its penalty of \(runtime.flapPenalty) "
                    + "decays under \(FlapPenalty.reuse)",
                at: now
            )
        }
    }

    /// Writes the node's penalty with the next change of its pool.
    private mutating func keepRow(of node: NodeRecord) {
        if pools[node.pool]?.noteRows.contains(node.id) == false { pools[node.pool]?.noteRows.append(node.id) }
    }

    /// Whether the node may not rejoin yet because it flapped.
    ///
    /// Looks again by itself.
    mutating func isDamped(_ node: NodeRecord, policy: Policy, at now: Moment) -> Bool {
        guard policy.damping, let runtime = nodes[node.id], runtime.isDamped else { return false }
        let rest = FlapPenalty.decayed(runtime.flapPenalty, after: now.instant - runtime.penaltyAsOf)
        if rest < FlapPenalty.reuse {
            nodes[node.id]?.isDamped = false
            keepRow(of: node)
            note(.undamp, node: node, reason: "calm again", at: now)
            return false
        }
        schedulePool(node.pool, at: now.instant + .seconds(30))
        return true
    }
}
