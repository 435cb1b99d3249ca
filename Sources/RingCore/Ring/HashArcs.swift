/// The circle of hashes, cut into arcs that each belong to one slot.
///
/// An arc begins after the end of the one before; hashes beyond the last end belong to the first arc.
protocol HashArcs {
    /// The number of arcs.
    var arcCount: Int { get }
    /// The slot of an arc; that of the first also at index `arcCount`.
    func owner(ofArc index: Int) -> Int
}

extension HashArcs {
    /// The first `count` slots met when walking the circle from an arc, each once.
    func successors(_ count: Int, fromArc first: Int, slotCount: Int) -> [Int] {
        var seen = [Bool](repeating: false, count: slotCount)
        var result: [Int] = []
        for step in 0..<arcCount {
            let slot = owner(ofArc: (first + step) % arcCount)
            if seen[slot] { continue }
            seen[slot] = true
            result.append(slot)
            if result.count == count { break }
        }
        return result
    }
}

extension Continuum: HashArcs {
    var arcCount: Int { count }

    func owner(ofArc index: Int) -> Int { Int(arcs[index] & 0xffff_ffff) }

    /// The share of each slot among hashes of so many bits.
    ///
    /// Hashes can be narrower than points: ends beyond the last hash own nothing more.
    func shares(slotCount: Int, hashBits: Int) -> [Share] {
        let hashes = UInt64(1) << UInt64(hashBits)
        var counts = [UInt64](repeating: 0, count: slotCount)
        var before: UInt64 = 0
        for arc in arcs.prefix(count) {
            let end = min(hashes, arc &>> 32 &+ 1)
            counts[Int(arc & 0xffff_ffff)] &+= end &- before
            before = end
        }
        counts[owner(ofArc: 0)] += hashes - before
        return counts.map { Share(parts: $0 << UInt64(62 - hashBits)) }
    }
}

extension WideContinuum: HashArcs {
    var arcCount: Int { count }
    func owner(ofArc index: Int) -> Int { Int(owners[index]) }

    /// The number of 2^-62 parts of the circle at or before the end of an arc.
    func partsThrough(arc index: Int, hashBits: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: ends[index] >> UInt128(hashBits - 62)) + 1
    }

    /// The share of each slot; ends are cut to 62 bits, so that shares sum to the whole.
    func shares(slotCount: Int, hashBits: Int) -> [Share] {
        var sums = [UInt64](repeating: 0, count: slotCount)
        var before: UInt64 = 0
        for index in 0..<count {
            let end = partsThrough(arc: index, hashBits: hashBits)
            sums[owner(ofArc: index)] += end - before
            before = end
        }
        sums[owner(ofArc: 0)] += Share.whole.parts - before
        return sums.map(Share.init(parts:))
    }
}
