/// The share of one slot on two rings; none where it is not on the ring.
package struct SlotShares: Hashable, Sendable {
    package let label: String
    package let before: Share
    package let after: Share
}

extension Ring {
    /// The shares of every slot of this ring or `next`: those of this ring in its order, then the new ones.
    ///
    /// Slots of the two rings are the same where their labels are.
    /// - Complexity: O(*p* + *n*) in the points and slots of both rings.
    package func slotShares(beside next: Ring) -> [SlotShares] {
        let pairing = SlotPairing(from: self, to: next, changed: [], former: nil)
        var rows = zip(slots, shares).map { SlotShares(label: $0.label, before: $1, after: .none) }
        for (slot, (identity, share)) in zip(next.slots, zip(pairing.identities, next.shares)) {
            if identity < rows.count {
                rows[identity] = SlotShares(label: slot.label, before: rows[identity].before, after: share)
            } else {
                rows.append(SlotShares(label: slot.label, before: .none, after: share))
            }
        }
        return rows
    }
}
