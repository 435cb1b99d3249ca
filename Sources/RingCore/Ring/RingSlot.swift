/// One slot as a ring is built from it.
package struct RingSlot: Hashable, Sendable {
    /// What the dialect hashes: 1 to 255 bytes, unique in the ring.
    package var label: String
    package var weight: Weight
    package var limit: PointLimit

    package init(label: String, weight: Weight, limit: PointLimit = .all) {
        self.label = label
        self.weight = weight
        self.limit = limit
    }
}

/// How many of a slot's points are on the ring: always the first ones.
package enum PointLimit: Hashable, Sendable {
    case all
    /// A ramp: 1 to 100 per cent, but at least one point.
    case percent(Int)
    /// The number that a snapshot gives.
    case count(Int)

    /// The number of points that stand, of `full` that the dialect gives the slot.
    func points(of full: Int) -> Int {
        switch self {
        case .all: full
        case .percent(let percent): full == 0 ? 0 : max(1, full * percent / 100)
        case .count(let count): count
        }
    }
}
