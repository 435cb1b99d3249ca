package import RingCore

/// A guard that says no to an automatic change, with its figures.
package enum GuardRefusal: Hashable, Sendable {
    /// Too little weight would be left, in per cent of the slots' weight; or, in a small pool, another slot is out.
    case floor(left: Int, floor: Int)
    case smallPool(out: Int)
    case lastSlot
    case budget(spent: Share, wanted: Share, limit: Share)
    case needsAck(changes: Int)
    /// Keys would go back to nodes that had them not long ago and were not emptied since.
    case staleReturn(share: Share, ttl: Duration)

    /// The stable word of the guard.
    package var name: String {
        switch self {
        case .floor, .smallPool, .lastSlot: "floor"
        case .budget: "budget"
        case .needsAck: "needs-ack"
        case .staleReturn: "stale-return"
        }
    }

    /// What the guard counted and what it allows, for programs.
    package var figures: [AuditEvent.Fact] {
        switch self {
        case .floor(let left, let floor): [.init("left", "\(left)%"), .init("floor", "\(floor)%")]
        case .smallPool(let out): [.init("out", "\(out)")]
        case .lastSlot: []
        case .budget(let spent, let wanted, let limit):
            [
                .init("spent", spent.description), .init("wanted", wanted.description),
                .init("limit", limit.description),
            ]
        case .needsAck(let changes): [.init("changes", "\(changes)")]
        case .staleReturn(let share, let ttl):
            [.init("share", share.description), .init("max-item-ttl", ttl.policyText)]
        }
    }

    /// What the guard says, for people.
    package var explanation: String {
        switch self {
        case .floor(let left, let floor):
            "\(left)% of the weight would be left in the ring, and the floor is \(floor)%"
        case .smallPool(let out):
            "\(out) slot\(out == 1 ? " is" : "s are") out already, and a small pool may lose one"
        case .lastSlot:
            "the ring would be empty"
        case .budget(let spent, let wanted, let limit):
            "\(wanted.percentText) more would turn cold after \(spent.percentText), and the budget is \(limit.percentText)"
        case .needsAck(let changes):
            "\(changes) automatic changes within an hour; an operator must acknowledge"
        case .staleReturn(let share, let ttl):
            "\(share.percentText) of the keys would go back to nodes that had them less than \(ttl.policyText) ago "
                + "and still hold old copies"
        }
    }
}

/// Grants automatic changes within the guards of the policy: the counterpart of ``NodeHealth``, which asks.
package struct EjectionPolicy: Sendable {
    /// One slot, as the guards see it.
    package struct Slot: Hashable, Sendable {
        package var id: SlotID
        package var weight: Int
        /// Its points are in the ring and its node serves.
        package var isServing: Bool

        package init(id: SlotID, weight: Int, isServing: Bool) {
            self.id = id
            self.weight = weight
            self.isServing = isServing
        }
    }

    /// Pools of up to this many slots may lose one slot, whatever its weight.
    package static let smallPool = 5

    let policy: Policy

    package init(_ policy: Policy) { self.policy = policy }

    /// Whether the floor allows one more slot to leave.
    ///
    /// - Parameter slots: the slots that are meant to be in the ring, serving or not.
    package func refusesEjection(of slot: SlotID, from slots: [Slot]) -> GuardRefusal? {
        let others = slots.filter { $0.id != slot }
        let serving = others.filter(\.isServing)
        guard !serving.isEmpty else { return .lastSlot }
        guard slots.count > Self.smallPool else {
            let out = others.count - serving.count
            return out == 0 ? nil : .smallPool(out: out)
        }
        let total = slots.reduce(0) { $0 + $1.weight }
        let left = serving.reduce(0) { $0 + $1.weight }
        return left * 100 >= total * policy.floor ? nil : .floor(left: left * 100 / total, floor: policy.floor)
    }

    /// Whether the budget allows `wanted` to turn cold after `spent` did within the window.
    package func refusesSpending(_ wanted: Share, after spent: Share, largestSlot: Share) -> GuardRefusal? {
        let limit = max(Share(percent: policy.moveBudget), largestSlot)
        guard wanted.parts + spent.parts > limit.parts else { return nil }
        return .budget(spent: spent, wanted: wanted, limit: limit)
    }
}
