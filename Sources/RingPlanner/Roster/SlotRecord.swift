package import RingCore

/// What the published ring does with a slot.
package enum Placement: String, Hashable, Sendable, CaseIterable {
    /// Never published, or removed.
    case absent
    /// In the ring with the first part of its points.
    case ramping
    /// In the ring.
    case `in`
    /// In the ring while its node is down: clients miss, nothing moves.
    case held
    /// In the ring, occupied by a spare in place of its own node.
    case covered
    /// Out of the ring by health or by the operator; its keys went to the successors.
    case ejected

    /// Whether the slot's points are part of the published ring.
    package var isPublished: Bool {
        switch self {
        case .ramping, .in, .held, .covered: true
        case .absent, .ejected: false
        }
    }
}

/// The durable facts of a slot: one row of the table `slot`.
package struct SlotRecord: Hashable, Sendable {
    package let id: SlotID
    package let pool: PoolID
    /// What the dialect hashes; fixed while the slot and the pool's dialect last.
    package var label: String
    package var weight: Weight
    /// The order of the ring in dialects where order matters; unique in the pool, not dense.
    package var position: Int64
    /// The node that occupies the slot; `nil` once removed.
    package var node: NodeID?
    package var placement: Placement
    /// The part of the points that is published, in per cent: 1 to 100.
    package var ramp: Int
    /// The node that had the slot before a spare took it over; `nil` unless it is covered.
    package var coveredFor: NodeID?
    /// Since when the placement is what it is.
    package var since: WallTime

    package init(
        id: SlotID,
        pool: PoolID,
        label: String,
        weight: Weight,
        position: Int64,
        node: NodeID?,
        placement: Placement,
        ramp: Int = 100,
        coveredFor: NodeID? = nil,
        since: WallTime
    ) {
        self.id = id
        self.pool = pool
        self.label = label
        self.weight = weight
        self.position = position
        self.node = node
        self.placement = placement
        self.ramp = ramp
        self.coveredFor = coveredFor
        self.since = since
    }
}
