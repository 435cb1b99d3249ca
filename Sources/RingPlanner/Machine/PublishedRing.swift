package import RingCore

/// The ring of one version, with the slots it was built from, in the ring's order.
package struct PublishedRing: Sendable {
    package let ring: Ring
    package let dialect: DialectChoice
    /// The share of each slot, in the ring's order.
    package let shares: [Share]
    /// The slots in the ring's order, with what is published of each.
    package let contents: [NewVersion.SlotContent]
    /// The node that occupies each slot, in the ring's order.
    package let nodes: [NodeID]

    /// Builds the ring that the roster's published slots of a pool make; `nil` where there are none.
    ///
    /// - Parameter previous: a ring that differs little; the result is the same without it, and takes longer.
    /// - Throws: `ValidationError` when the dialect refuses the slots.
    /// - Complexity: O(*p* log *p*) in points; O(*p*) where `previous` has most of the slots.
    package init?(pool: PoolRecord, roster: Roster, reusing previous: PublishedRing? = nil) throws(ValidationError) {
        var slots = roster.slots.filter { $0.pool == pool.id && $0.placement.isPublished && $0.node != nil }
        guard !slots.isEmpty else { return nil }
        if try Dialect.named(pool.dialect.name).ordersSlotsByLabel {
            slots.sort { $0.label.utf8.lexicographicallyPrecedes($1.label.utf8) }
        } else {
            slots.sort { ($0.position, $0.id) < ($1.position, $1.id) }
        }
        let ringSlots = slots.map { RingSlot(label: $0.label, weight: $0.weight, limit: .percent($0.ramp)) }
        let ring = try Ring(dialect: pool.dialect, slots: ringSlots, reusing: previous?.ring)
        let counts = ring.pointCounts
        var contents: [NewVersion.SlotContent] = []
        for (index, slot) in slots.enumerated() {
            guard let node = slot.node.flatMap(roster.node) else {
                preconditionFailure("slot \(slot.label) is occupied by a node that is not on the roster")
            }
            contents.append(
                NewVersion.SlotContent(
                    slot: slot.id,
                    position: slot.position,
                    ramp: slot.ramp,
                    content: PublishedSlot(
                        label: slot.label,
                        weight: slot.weight,
                        points: counts?[index],
                        state: slot.placement == .held ? .held : .in,
                        node: node.name,
                        address: node.address,
                        zone: node.zone
                    )
                )
            )
        }
        self.ring = ring
        shares = ring.shares
        self.dialect = pool.dialect
        self.contents = contents
        nodes = slots.compactMap(\.node)
    }

    /// The share of a slot; none when it is not in the ring.
    package func share(of slot: SlotID) -> Share {
        contents.firstIndex { $0.slot == slot }.map { shares[$0] } ?? .none
    }

    /// The largest share of one slot.
    package var largestShare: Share { shares.max() ?? .none }

    func labels(of slots: [SlotID]) -> [String] {
        slots.compactMap { slot in contents.first { $0.slot == slot }?.content.label }
    }

    /// Slots of `next` that are new or whose content differs.
    ///
    /// Points are derived, so they do not count.
    func changes(to next: PublishedRing) -> (changed: [NewVersion.SlotContent], removed: [SlotID]) {
        let before = Dictionary(uniqueKeysWithValues: contents.map { ($0.slot, $0.withoutPoints) })
        let after = Set(next.contents.map(\.slot))
        let changed = next.contents.filter { before[$0.slot] != $0.withoutPoints }
        return (changed, contents.map(\.slot).filter { !after.contains($0) })
    }
}

extension NewVersion.SlotContent {
    fileprivate var withoutPoints: NewVersion.SlotContent {
        var copy = self
        copy.content.points = nil
        return copy
    }
}
