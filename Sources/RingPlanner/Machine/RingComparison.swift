import RingCore

/// What changes between two published rings of a pool.
struct RingComparison {
    let movement: ChangeReport.MovementSummary
    let shares: [ChangeReport.SlotShare]
    let changedSlots: [NewVersion.SlotContent]
    let removedSlots: [SlotID]
    /// A field of the snapshot below `dialect` or in `slots` differs, so that a version is due.
    let isPublishedDifferently: Bool

    /// Compares two rings.
    ///
    /// - Parameter changed: the slots that the change is about: what they lose or gain is own, the rest collateral.
    /// - Complexity: O(*p*) in points where both rings have a continuum.
    init(from before: PublishedRing?, to after: PublishedRing?, changed: [SlotID]) {
        switch (before, after) {
        case (nil, nil):
            movement = .none
            shares = []
            changedSlots = []
            removedSlots = []
            isPublishedDifferently = false
        case (nil, let after?):
            movement = .none
            shares = zip(after.contents, after.shares).map { slot, share in
                .init(node: slot.content.node, label: slot.content.label, before: .none, after: share)
            }
            changedSlots = after.contents
            removedSlots = []
            isPublishedDifferently = true
        case (let before?, nil):
            movement = .init(moved: .whole, own: .whole, collateral: .none, cold: .none, method: "exact")
            shares = zip(before.contents, before.shares).map { slot, share in
                .init(node: slot.content.node, label: slot.content.label, before: share, after: .none)
            }
            changedSlots = []
            removedSlots = before.contents.map(\.slot)
            isPublishedDifferently = true
        case (let before?, let after?):
            (changedSlots, removedSlots) = before.changes(to: after)
            isPublishedDifferently =
                !changedSlots.isEmpty || !removedSlots.isEmpty || before.dialect != after.dialect
                || before.contents.map(\.slot) != after.contents.map(\.slot)
            guard isPublishedDifferently else {
                movement = .none
                shares = []
                return
            }
            let labels = before.labels(of: changed) + after.labels(of: changed)
            let found = before.ring.movement(to: after.ring, changed: labels)
            movement = .init(
                moved: found.moved,
                own: found.own,
                collateral: found.collateral,
                cold: .none,
                method: found.method
            )
            shares = Self.shares(found, from: before, to: after, changed: Set(labels))
        }
    }

    /// The slots whose share differs, or that the change is about.
    private static func shares(
        _ found: Movement,
        from before: PublishedRing,
        to after: PublishedRing,
        changed: Set<String>
    ) -> [ChangeReport.SlotShare] {
        var nodes: [String: NodeName] = [:]
        for slot in before.contents + after.contents { nodes[slot.content.label] = slot.content.node }
        return found.shares.compactMap { slot in
            guard slot.before != slot.after || changed.contains(slot.label), let node = nodes[slot.label] else {
                return nil
            }
            return .init(node: node, label: slot.label, before: slot.before, after: slot.after)
        }
    }
}
