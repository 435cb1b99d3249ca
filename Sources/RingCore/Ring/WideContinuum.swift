/// A ring whose points are wider than 32 bits.
struct WideContinuum: Sendable {
    /// The last hash of each arc, sorted; of equal ends the first owns.
    let ends: [UInt128]
    /// The slot of each arc; the first is repeated at the end.
    let owners: [UInt32]
    /// The number of arcs.
    let count: Int

    /// - Precondition: `points` is sorted by position and not empty.
    init(points: [(position: UInt128, slot: UInt32)], search: DialectRule.SearchRule, bits: Int) {
        let mask = bits == 128 ? UInt128.max : (1 << UInt128(bits)) - 1
        var ends = points.map(\.position)
        var owners = points.map(\.slot)
        if search == .after {
            // A point answers for the hashes before it: its arc ends one earlier, for a point at 0 at the very end.
            ends = ends.map { ($0 &- 1) & mask }
            if ends[0] == mask {
                ends.append(ends.removeFirst())
                owners.append(owners.removeFirst())
            }
        }
        count = ends.count
        self.ends = ends
        self.owners = owners + [owners[0]]
    }

    /// The arc of a hash.
    func index(of hash: UInt128) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The slot that owns a hash.
    func owner(of hash: UInt128) -> Int { Int(owners[index(of: hash)]) }
}
