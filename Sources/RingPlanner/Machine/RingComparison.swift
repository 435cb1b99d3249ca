import RingCore

/// What changes between two published rings of a pool.
struct RingComparison {
    let movement: ChangeReport.MovementSummary
    /// Slots whose share differs, or that the change is about.
    let shares: [ChangeReport.SlotShare]
    /// The other slots.
    let unchanged: [ChangeReport.SlotShare]
    let changedSlots: [NewVersion.SlotContent]
    let removedSlots: [SlotID]
    /// A field of the snapshot below `dialect` or in `slots` differs, so that a version is due.
    let isPublishedDifferently: Bool

    /// Compares two rings.
    ///
    /// - Parameters:
    ///   - changed: the slots that the change is about: what they lose or gain is own, the rest collateral.
    ///   - isSame: whether `after` is known to be `before`.
    /// - Complexity: O(*p*) in points where both rings have a continuum; O(*n*) in slots where they are the same.
    init(from before: PublishedRing?, to after: PublishedRing?, changed: [SlotID], isSame: Bool = false) {
        switch (before, after) {
        case (nil, nil):
            movement = .none
            shares = []
            unchanged = []
            changedSlots = []
            removedSlots = []
            isPublishedDifferently = false
        case (nil, let after?):
            movement = .none
            shares = after.slotShares { (.none, $0) }
            unchanged = []
            changedSlots = after.contents
            removedSlots = []
            isPublishedDifferently = true
        case (let before?, nil):
            movement = .init(moved: .whole, own: .whole, collateral: .none, cold: .none, method: "exact")
            shares = before.slotShares { ($0, .none) }
            unchanged = []
            changedSlots = []
            removedSlots = before.contents.map(\.slot)
            isPublishedDifferently = true
        case (let before?, let after?):
            (changedSlots, removedSlots) = isSame ? ([], []) : before.changes(to: after)
            isPublishedDifferently =
                !isSame
                && (!changedSlots.isEmpty || !removedSlots.isEmpty || before.dialect != after.dialect
                    || before.contents.map(\.slot) != after.contents.map(\.slot))
            guard isPublishedDifferently else {
                movement = .none
                shares = []
                unchanged = after.slotShares { ($0, $0) }
                return
            }
            let labels = before.labels(of: changed) + after.labels(of: changed)
            let former = Self.former(of: after, in: before)
            let found = before.ring.movement(to: after.ring, changed: labels, former: former)
            movement = .init(
                moved: found.moved,
                own: found.own,
                collateral: found.collateral,
                cold: .none,
                method: found.method
            )
            let rows = Self.shares(from: before, to: after, former: former)
            let named = Set(labels)
            shares = rows.filter { $0.before != $0.after || named.contains($0.label) }
            unchanged = rows.filter { $0.before == $0.after && !named.contains($0.label) }
        }
    }

    /// Where each slot of a ring was in the one before: the same place on the roster, whatever its label is now.
    private static func former(of after: PublishedRing, in before: PublishedRing) -> [Int?] {
        let places = Dictionary(uniqueKeysWithValues: before.contents.enumerated().map { ($1.slot, $0) })
        return after.contents.map { places[$0.slot] }
    }

    /// Every slot of either ring, called as it is afterwards.
    private static func shares(
        from before: PublishedRing,
        to after: PublishedRing,
        former: [Int?]
    ) -> [ChangeReport.SlotShare] {
        var rows = before.slotShares { ($0, .none) }
        for (row, place) in zip(after.slotShares { (.none, $0) }, former) {
            guard let place else {
                rows.append(row)
                continue
            }
            rows[place] = .init(node: row.node, label: row.label, before: rows[place].before, after: row.after)
        }
        return rows
    }
}

extension PublishedRing {
    /// The share of each slot before and after, made of what it is on this ring.
    fileprivate func slotShares(_ beforeAndAfter: (Share) -> (Share, Share)) -> [ChangeReport.SlotShare] {
        zip(contents, shares).map { slot, share in
            let (before, after) = beforeAndAfter(share)
            return .init(node: slot.content.node, label: slot.content.label, before: before, after: after)
        }
    }
}
