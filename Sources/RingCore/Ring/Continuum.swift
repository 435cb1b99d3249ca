/// A ring of 32-bit points, and the search in it.
///
/// Dialects differ in which point answers for a hash. Here each point's arc is kept by its last hash, so that one
/// search serves all of them: the first end at or after the hash. End and slot share a word, so that who finds the one
/// has the other at hand.
struct Continuum: Sendable {
    /// Of each arc the last hash in the high half and the slot in the low half, sorted.
    ///
    /// Of equal ends the first owns. Padding follows that stands for the first arc: hashes beyond the last end are its.
    let arcs: [UInt64]
    /// The number of arcs.
    let count: Int
    /// The number of bits of the space in which points and hashes lie.
    let bits: Int
    /// Flips the top bit where the dialect compares signed numbers.
    let flip: UInt32
    /// The points as the dialect lists them, where they are not the ends of the arcs.
    private let listing: [UInt64]?
    /// The index of the first end of each range of hashes with equal top bits.
    private let starts: [UInt32]
    private let shift: UInt32

    /// - Precondition: `points` is sorted and not empty, and without equal positions unless points answer for the
    ///   hashes up to them.
    /// - Parameters:
    ///   - points: the position in the high half, the slot in the low half.
    ///   - bits: the number of bits of the space in which points and hashes lie.
    init(points: [UInt64], search: DialectRule.SearchRule, bits: Int) {
        precondition(!points.isEmpty, "a ring without points")
        var arcs = Self.arcs(of: points, search: search)
        switch search {
        case .atOrAfter, .signedAtOrAfter: listing = nil
        case .after, .atOrBefore, .nearest: listing = points
        }
        count = arcs.count
        self.bits = bits
        flip = search == .signedAtOrAfter ? 1 << 31 : 0
        // One to two and a half ends in a range, so that the four comparisons of the search nearly always suffice.
        let wanted = UInt32(max(2, count * 4 / 5))
        let tableBits = min(bits, 31 - wanted.leadingZeroBitCount)
        shift = UInt32(bits - tableBits)
        starts = rangeStarts(of: arcs, shift: UInt64(shift) + 32, ranges: 1 << tableBits)
        arcs.append(contentsOf: repeatElement(0xffff_ffff << 32 | (arcs[0] & 0xffff_ffff), count: arcPadding))
        self.arcs = arcs
    }

    /// The arcs that belong to points.
    private static func arcs(of points: [UInt64], search: DialectRule.SearchRule) -> [UInt64] {
        func arc(to end: UInt32, of point: UInt64) -> UInt64 { UInt64(end) << 32 | (point & 0xffff_ffff) }
        let position = { (index: Int) in UInt32(points[index] >> 32) }
        let last = points.count - 1
        var arcs: [UInt64]
        switch search {
        case .atOrAfter, .signedAtOrAfter: return points
        case .after:
            arcs = points.indices.map { arc(to: position($0) &- 1, of: points[$0]) }
        case .atOrBefore:
            // What ends before a point belongs to the point before that.
            arcs = points.indices.map { arc(to: position($0) &- 1, of: points[$0 == 0 ? last : $0 - 1]) }
        case .nearest:
            arcs = points.indices.map { index in
                let next = position(index == last ? 0 : index + 1)
                return arc(to: position(index) &+ (next &- position(index)) / 2, of: points[index])
            }
        }
        // One arc may have crossed zero: at the front backwards, at the back forwards.
        if last > 0, arcs[0] >> 32 > arcs[1] >> 32 {
            arcs.append(arcs.removeFirst())
        } else if last > 0, arcs[last] >> 32 < arcs[last - 1] >> 32 {
            arcs.insert(arcs.removeLast(), at: 0)
        }
        return arcs
    }

    /// The arc of a hash; `count` stands for the first one.
    @inline(__always)
    func index(of hash: UInt32) -> Int {
        let hash = hash ^ flip
        let bound = UInt64(hash) &<< 32
        let start = Int(starts[Int(hash &>> shift)])
        let index = firstOfFour(atOrAbove: bound, in: arcs, from: start)
        return index &- start < 4 ? index : Self.search(bound, in: arcs, from: index, to: count)
    }

    /// The rest of the search where more than four ends share their top bits: a binary search in steps that double.
    @inline(never)
    private static func search(_ bound: UInt64, in arcs: [UInt64], from start: Int, to end: Int) -> Int {
        var low = start
        var step = 4
        while low + step < end, arcs[low + step] < bound {
            low += step + 1
            step *= 2
        }
        var high = min(low + step, end)
        while low < high {
            let middle = (low + high) / 2
            if arcs[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The slot that owns a hash.
    @inline(__always)
    func owner(of hash: UInt32) -> Int { Int(arcs[index(of: hash)] & 0xffff_ffff) }

    /// The points as the dialect lists them: the position in the high half, flipped as the hashes are.
    var points: ArraySlice<UInt64> { listing?[...] ?? arcs.prefix(count) }
}
