extension Ring {
    /// The fraction of the hashes that each slot owns.
    ///
    /// Exact where hashes are looked up in arcs or tables. Where slots draw for each key, what evenly spread draws come
    /// to; ``shareMethod`` says which.
    package var shares: [Share] {
        let hash = rule.keyHash
        switch placement {
        case .continuum(let continuum): return continuum.shares(slotCount: slots.count, hashBits: hash.bits)
        case .wideContinuum(let continuum): return continuum.shares(slotCount: slots.count, hashBits: hash.bits)
        case .table(let table): return table.shares(slotCount: slots.count, hash: hash)
        case .jump, .ch3: return Self.divided(among: slots.count, order: order) { _ in 1 }
        case .weightedCh3: return Self.divided(among: slots.count, order: order) { self.drawWeight(of: $0) }
        case .rendezvous: return Self.divided(among: slots.count, order: order) { self.drawWeight(of: $0) }
        }
    }

    /// How exact ``shares`` is: `exact`, or the method with its error bound.
    package var shareMethod: String {
        switch placement {
        case .continuum, .wideContinuum, .table: "exact"
        case .jump, .rendezvous: "exact for evenly spread hashes"
        case .ch3, .weightedCh3: "expected for evenly spread hashes, within 0.1 percentage points"
        }
    }

    /// The chance of a slot in one draw, in millionths of a weight of 1.
    func drawWeight(of slot: Int) -> UInt64 {
        if case .rendezvous(.hash128(isWeighted: true)) = rule.engine {
            return UInt64(slots[slot].weight.number * 1_000_000)
        }
        if case .weightedCh3 = rule.engine { return UInt64(slots[slot].weight.number * 1_000_000) }
        return 1_000_000
    }

    private static func divided(among count: Int, order: [Int], by weight: (Int) -> UInt64) -> [Share] {
        var shares = [Share](repeating: .none, count: count)
        let total = order.reduce(0) { $0 + weight($1) }
        guard total > 0 else { return shares }
        var sum: UInt64 = 0
        for slot in order {
            let before = Share(sum, of: total)
            sum += weight(slot)
            shares[slot] = Share(sum, of: total) - before
        }
        return shares
    }
}
