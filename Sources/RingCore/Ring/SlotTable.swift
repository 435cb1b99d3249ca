/// A list of slots, indexed by the hash modulo its length.
struct SlotTable: Sendable {
    let entries: [UInt32]

    /// - Precondition: the list is not empty.
    init(entries: [UInt32]) {
        precondition(!entries.isEmpty, "a table without slots")
        self.entries = entries
    }

    /// Lists each slot as often as its weight.
    init(repeating slots: [PlacedSlot], order: [Int]) {
        self.init(entries: order.flatMap { repeatElement(UInt32($0), count: slots[$0].weight.whole) })
    }

    /// Looks evenly spaced hashes up on a continuum: PECL memcache's way to a table of fixed length.
    init(buckets: Int, on continuum: Continuum) {
        let step = UInt32.max / UInt32(buckets)
        self.init(entries: (0..<UInt32(buckets)).map { UInt32(continuum.owner(of: $0 &* step)) })
    }

    /// The place in the list of a hash.
    @inline(__always)
    func index(of hash: UInt64) -> Int { Int(hash % UInt64(entries.count)) }

    /// The slot of a hash.
    @inline(__always)
    func owner(of hash: UInt64) -> Int { Int(entries[index(of: hash)]) }

    /// The first `count` slots met when walking the list in a circle, each once.
    func successors(_ count: Int, of hash: UInt64, slotCount: Int) -> [Int] {
        var seen = [Bool](repeating: false, count: slotCount)
        var result: [Int] = []
        let first = index(of: hash)
        for step in entries.indices {
            let slot = Int(entries[(first + step) % entries.count])
            if seen[slot] { continue }
            seen[slot] = true
            result.append(slot)
            if result.count == count { break }
        }
        return result
    }

    /// The share of each slot among all values of a hash.
    func shares(slotCount: Int, hash: HashFunction) -> [Share] {
        var counts = [UInt64](repeating: 0, count: slotCount)
        if hash.bits <= 16 {
            for value in 0..<(UInt64(1) << UInt64(hash.bits)) { counts[owner(of: hash.mapped(value))] += 1 }
            return counts.map { Share($0, of: 1 << UInt64(hash.bits)) }
        }
        // Each remainder below `hashes mod length` has one hash more than the others.
        let length = UInt64(entries.count)
        let bits = UInt64(min(hash.bits, 62))
        let (quotient, rest) = (UInt64(1) << bits).quotientAndRemainder(dividingBy: length)
        for (index, slot) in entries.enumerated() { counts[Int(slot)] += quotient + (index < rest ? 1 : 0) }
        return counts.map { Share(parts: $0 << (62 - bits)) }
    }
}

extension HashFunction {
    /// What the function makes of an evenly spread number of its width.
    func mapped(_ value: UInt64) -> UInt64 {
        if case .upper15Nonzero = self { max(1, value) } else { value }
    }
}
