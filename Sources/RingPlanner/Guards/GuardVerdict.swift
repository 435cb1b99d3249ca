import RingCore

/// What one guard of automation says about a change, with its figures.
///
/// An operator's change passes whatever they say; a preview shows it, because what automation must not do by itself is
/// what deserves a second look.
package struct GuardVerdict: Hashable, Sendable {
    /// The guards, in the order in which a preview names them.
    package enum Guard: String, Hashable, Sendable, CaseIterable {
        /// The pool is frozen.
        case frozen
        /// The checker was in trouble a moment ago.
        case distrust = "self-distrust"
        /// The pool only observes.
        case observe
        /// So much of the weight must stay.
        case floor
        /// So many keys may turn cold within the window.
        case budget
        /// So many changes may be made within an hour.
        case needsAck = "needs-ack"
        /// Keys must not go back to nodes that hold old copies.
        case staleReturn = "stale-return"
    }

    package var `guard`: Guard
    package var allows: Bool
    /// One sentence with the figures.
    package var explanation: String

    package init(_ guard: Guard, allows: Bool, _ explanation: String) {
        self.guard = `guard`
        self.allows = allows
        self.explanation = explanation
    }
}

extension EjectionPolicy {
    /// What the floor says about a change, by the slots that are meant to be in the ring before it, and after it.
    func floorVerdict(from before: [Slot], to after: [Slot]) -> GuardVerdict {
        let (servingBefore, serving) = (before.filter(\.isServing), after.filter(\.isServing))
        if before.count <= Self.smallPool {
            let out = max(0, before.count - serving.count)
            let isLess = serving.count < servingBefore.count
            return GuardVerdict(
                .floor,
                allows: out <= 1 || !isLess,
                "\(serving.count) slot\(serving.count == 1 ? "" : "s") would serve where \(before.count) are meant to, "
                    + "and a small pool may lose one"
            )
        }
        let total = before.reduce(0) { $0 + $1.weight }
        let left = serving.reduce(0) { $0 + $1.weight }
        let isLess = left < servingBefore.reduce(0) { $0 + $1.weight }
        return GuardVerdict(
            .floor,
            allows: left * 100 >= total * policy.floor || !isLess,
            "\(total == 0 ? 0 : min(100, left * 100 / total))% of the weight would serve, and the floor is \(policy.floor)%"
        )
    }

    /// What the budget says about `wanted` that turns cold after `spent` did within the window.
    func budgetVerdict(_ wanted: Share, after spent: Share, largestSlot: Share) -> GuardVerdict {
        if let refusal = refusesSpending(wanted, after: spent, largestSlot: largestSlot) {
            return GuardVerdict(.budget, allows: false, refusal.explanation)
        }
        let limit = max(Share(percent: policy.moveBudget), largestSlot)
        return GuardVerdict(
            .budget,
            allows: true,
            "\(wanted.percentText) would turn cold after \(spent.percentText) within \(policy.budgetWindow.policyText), "
                + "and the budget is \(limit.percentText)"
        )
    }
}
