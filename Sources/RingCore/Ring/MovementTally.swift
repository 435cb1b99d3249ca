/// Adds up what moves between two rings.
struct MovementTally: Sendable {
    let pairing: SlotPairing
    private(set) var moved = Share.none
    private(set) var own = Share.none

    init(pairing: SlotPairing) { self.pairing = pairing }

    /// Compares arc by arc, in one pass over both rings.
    mutating func merge(_ a: Continuum, _ b: Continuum, hashBits: Int) {
        let last = (UInt64(1) << UInt64(hashBits)) - 1
        let counts = movedHashes(
            from: a.arcs,
            to: b.arcs,
            last: last,
            identities: pairing.identities.map { UInt32($0) },
            isTouched: pairing.isTouched.map { $0 ? .max : 0 }
        )
        settle(counts, of: last + 1)
    }

    /// Compares arc by arc where hashes are wider.
    mutating func merge(_ a: WideContinuum, _ b: WideContinuum, hashBits: Int) {
        let whole = Share.whole.parts
        var (i, j) = (0, 0)
        var before: UInt64 = 0
        var counts = (moved: UInt64(0), own: UInt64(0))
        while before < whole {
            let endA = i < a.count ? a.partsThrough(arc: i, hashBits: hashBits) : whole
            let endB = j < b.count ? b.partsThrough(arc: j, hashBits: hashBits) : whole
            let end = min(endA, endB)
            count(a.owner(ofArc: i), b.owner(ofArc: j), end - before, in: &counts)
            if endA == end, i < a.count { i += 1 }
            if endB == end, j < b.count { j += 1 }
            before = end
        }
        settle(counts, of: whole)
    }

    /// Compares two tables under every value of a narrow hash, or entry by entry where they are equally long.
    mutating func enumerate(_ a: SlotTable, _ b: SlotTable, hash: HashFunction) {
        guard hash.bits <= 16 else {
            // Remainders are evenly spread but for less than one part in 2^32 divided by the length.
            var counts = (moved: UInt64(0), own: UInt64(0))
            for (from, to) in zip(a.entries, b.entries) { count(Int(from), Int(to), 1, in: &counts) }
            settle(counts, of: UInt64(a.entries.count))
            return
        }
        var counts = (moved: UInt64(0), own: UInt64(0))
        let values = UInt64(1) << UInt64(hash.bits)
        for value in 0..<values {
            count(a.owner(of: hash.mapped(value)), b.owner(of: hash.mapped(value)), 1, in: &counts)
        }
        settle(counts, of: values)
    }

    /// Compares two tables under every pair of remainders that one hash can have.
    ///
    /// Remainders modulo the two lengths go together exactly where they agree modulo the greatest common divisor, and
    /// all such pairs are equally frequent. So the tables are counted by owner in each class of that divisor.
    mutating func multiply(_ a: [UInt32], _ b: [UInt32]) {
        let classes = greatestCommonDivisor(a.count, b.count)
        var same: UInt64 = 0
        var sameUntouched: UInt64 = 0
        var untouchedPairs: UInt64 = 0
        var counts = [UInt64](repeating: 0, count: pairing.isTouched.count)
        for residue in 0..<classes {
            var untouchedA: UInt64 = 0
            for index in stride(from: residue, to: a.count, by: classes) {
                counts[Int(a[index])] += 1
                if !pairing.isTouched[Int(a[index])] { untouchedA += 1 }
            }
            for index in stride(from: residue, to: b.count, by: classes) {
                let identity = pairing.identities[Int(b[index])]
                same += counts[identity]
                guard !pairing.isTouched[identity] else { continue }
                sameUntouched += counts[identity]
                untouchedPairs += untouchedA
            }
            for index in stride(from: residue, to: a.count, by: classes) { counts[Int(a[index])] = 0 }
        }
        let all = UInt64(a.count / classes) * UInt64(b.count)
        settle((all - same, (all - same) - (untouchedPairs - sameUntouched)), of: all)
    }

    /// Compares two lists under jump hashing: from the shorter to the longer, a bucket keeps its keys but for those
    /// that jump into a new one.
    mutating func jump(from a: [Int], to b: [Int]) {
        let (shorter, longer) = (min(a.count, b.count), max(a.count, b.count))
        var counts = (moved: UInt64(0), own: UInt64(0))
        // In units of one key in `shorter * longer`.
        for place in 0..<shorter {
            count(a[place], b[place], UInt64(shorter), in: &counts)
            for other in shorter..<longer {
                if a.count <= b.count {
                    count(a[place], b[other], 1, in: &counts)
                } else {
                    count(a[other], b[place], 1, in: &counts)
                }
            }
        }
        settle(counts, of: UInt64(shorter * longer))
    }

    /// Compares two lists whose slots draw for each key, every common slot the same number on both.
    ///
    /// A key moves exactly when the highest draw among all slots of both lists is that of a slot only one of them has;
    /// such a slot is touched by the change, so nothing else moves.
    mutating func draw(from a: [Int], to b: [Int], weights: ([UInt64], [UInt64])) {
        var isCommon = [Bool](repeating: false, count: pairing.isTouched.count)
        var isFirst = isCommon
        for slot in a { isFirst[slot] = true }
        var total = a.reduce(0) { $0 + weights.0[$1] }
        var common: UInt64 = 0
        for slot in b {
            let identity = pairing.identities[slot]
            if isFirst[identity] {
                isCommon[identity] = true
                common += weights.1[slot]
            } else {
                total += weights.1[slot]
            }
        }
        settle((total - common, total - common), of: max(1, total))
    }

    /// Compares the owners of fixed keys, and says how far the result may be off.
    ///
    /// The bound is four standard deviations of the worst case: one comparison in 16,000 exceeds it.
    mutating func sample(_ first: Ring, _ second: Ring, isSlow: Bool) -> String {
        let keys = isSlow ? max(1 << 12, min(1 << 16, (1 << 24) / first.slotCount)) : 1 << 16
        var counts = (moved: UInt64(0), own: UInt64(0))
        var key = CountedText(label: Array("ringd-sample".utf8), separator: "-")
        for _ in 0..<keys {
            let owners = key.withNext { (first.owner(ofKey: $0), second.owner(ofKey: $0)) }
            count(owners.0, owners.1, 1, in: &counts)
        }
        settle(counts, of: UInt64(keys))
        // 4 * 0.5 / sqrt(keys), in hundredths of a percentage point, rounded up.
        var root = 1
        while (root + 1) * (root + 1) <= keys { root += 1 }
        let bound = (20_000 + root - 1) / root
        let hundredths = bound % 100 < 10 ? "0\(bound % 100)" : "\(bound % 100)"
        return "sampled over \(keys) keys, within \(bound / 100).\(hundredths) percentage points"
    }

    /// Counts keys whose owners are slots `from` and `to` of the two rings.
    private func count(_ from: Int, _ to: Int, _ keys: UInt64, in counts: inout (moved: UInt64, own: UInt64)) {
        let to = pairing.identities[to]
        guard from != to else { return }
        counts.moved += keys
        if pairing.isTouched[from] || pairing.isTouched[to] { counts.own += keys }
    }

    private mutating func settle(_ counts: (moved: UInt64, own: UInt64), of all: UInt64) {
        moved = Share(counts.moved, of: all)
        own = Share(counts.own, of: all)
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
