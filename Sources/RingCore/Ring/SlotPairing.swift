/// Which slots of two rings are the same, and which are touched by the change between them.
struct SlotPairing: Sendable {
    /// For each slot of the second ring the slot of the first with its label, or a number past those.
    let identities: [Int]
    /// By identity.
    let isTouched: [Bool]

    /// - Parameter former: for each slot of the second ring the slot of the first that it was; by label unless given.
    init(from first: Ring, to second: Ring, changed: [String], former: [Int?]?) {
        var indexes: [String: Int] = [:]
        for (index, slot) in first.slots.enumerated() { indexes[slot.label] = index }
        let named = Set(changed)
        var touched = [Bool](repeating: true, count: first.slots.count)
        var identities: [Int] = []
        for (place, slot) in second.slots.enumerated() {
            let same = former.map { $0[place] } ?? indexes[slot.label]
            if let index = same {
                let old = first.slots[index]
                touched[index] = old.weight != slot.weight || old.limit != slot.limit || named.contains(slot.label)
                identities.append(index)
            } else {
                identities.append(touched.count)
                touched.append(true)
            }
        }
        self.identities = identities
        isTouched = touched
    }
}
