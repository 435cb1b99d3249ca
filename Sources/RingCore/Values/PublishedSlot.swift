/// One slot as a version of the ring publishes it: what every client sees, and what the database keeps for ever.
package struct PublishedSlot: Hashable, Sendable {
    /// What clients do with the keys of the slot.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Keys go to the node.
        case `in`
        /// The node is down: a client answers a miss at once, and no key moves.
        case held
    }

    /// What the dialect hashes: 1 to 255 bytes without control characters, unique in the pool.
    package var label: String
    /// The weight from which the dialect derives the number of points.
    package var weight: Weight
    /// The number of points on the continuum; `nil` in dialects that have none.
    package var points: Int?
    package var state: State
    /// The name of the node that occupies the slot.
    package var node: NodeName
    package var address: NodeAddress
    /// The failure domain of the node, where the operator gave one.
    package var zone: String?

    package init(
        label: String,
        weight: Weight,
        points: Int?,
        state: State,
        node: NodeName,
        address: NodeAddress,
        zone: String?
    ) {
        self.label = label
        self.weight = weight
        self.points = points
        self.state = state
        self.node = node
        self.address = address
        self.zone = zone
    }
}

/// The longest label, in bytes.
package let labelByteLimit = 255
