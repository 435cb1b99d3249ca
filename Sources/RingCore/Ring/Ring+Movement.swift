extension Ring {
    /// What moves when clients go over from this ring to `next`.
    ///
    /// Slots of the two rings are the same where their labels are, unless it is said which are. A slot is touched by the
    /// change when only one of the rings has it, when its weight or limit differs, or when it is in `changed`.
    /// - Parameter former: for each slot of `next`, in its order, the index of the slot that it was; `nil` for a new one.
    ///   Given where labels may change, as from one dialect to another.
    /// - Complexity: O(*p*) in the points of both rings, by one merge, where both hash keys alike.
    package func movement(to next: Ring, changed: [String] = [], former: [Int?]? = nil) -> Movement {
        let pairing = SlotPairing(from: self, to: next, changed: changed, former: former)
        var tally = MovementTally(pairing: pairing)
        let method = compare(with: next, in: &tally)
        return Movement(
            moved: tally.moved,
            own: tally.own,
            collateral: tally.moved - tally.own,
            method: method
        )
    }

    /// Compares owners by the best way there is, and says how exact it was.
    private func compare(with next: Ring, in tally: inout MovementTally) -> String {
        if rule.keyHash == next.rule.keyHash, rule.keyText == next.rule.keyText {
            switch (placement, next.placement) {
            case (.continuum(let a), .continuum(let b)) where a.flip == b.flip:
                tally.merge(a, b, hashBits: rule.keyHash.bits)
                return "exact"
            case (.wideContinuum(let a), .wideContinuum(let b)):
                tally.merge(a, b, hashBits: rule.keyHash.bits)
                return "exact"
            case (.table(let a), .table(let b)):
                if rule.keyHash.bits <= 16 || a.entries.count == b.entries.count {
                    tally.enumerate(a, b, hash: rule.keyHash)
                    return "exact"
                }
                tally.multiply(a.entries, b.entries)
                return "exact for evenly spread hashes"
            case (.jump, .jump):
                tally.jump(from: order, to: next.order)
                return "exact for evenly spread hashes"
            case (.rendezvous(let a), .rendezvous(let b)) where a.draw == b.draw && !drawsAnew(in: next, tally):
                let weights = (slots.indices.map(drawWeight), next.slots.indices.map(next.drawWeight))
                tally.draw(from: order, to: next.order, weights: weights)
                return "exact for evenly spread hashes"
            default: break
            }
        }
        let isSlow =
            switch placement {
            case .rendezvous: true
            default: false
            }
        return tally.sample(self, next, isSlow: isSlow)
    }

    /// Whether a slot of both rings draws other numbers on the second, because of its weight or its label.
    private func drawsAnew(in next: Ring, _ tally: MovementTally) -> Bool {
        next.slots.indices.contains { slot in
            let identity = tally.pairing.identities[slot]
            guard identity < slots.count else { return false }
            return drawWeight(of: identity) != next.drawWeight(of: slot)
                || slots[identity].label != next.slots[slot].label
        }
    }
}
