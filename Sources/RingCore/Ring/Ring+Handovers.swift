/// A part of the key space that has one holder before a change of the ring and another one after it.
package struct Handover: Hashable, Sendable {
    /// Where it begins and ends, in parts of 2^-62 of the space; the end is past the last.
    package let start: UInt64
    package fileprivate(set) var end: UInt64
    /// The slot that has it on the first ring, and the one on the second, by index.
    package let from: Int
    package let to: Int

    package init(start: UInt64, end: UInt64, from: Int, to: Int) {
        self.start = start
        self.end = end
        self.from = from
        self.to = to
    }
}

extension Ring {
    /// Which parts of the key space change hands when clients go over from this ring to `next`, by rising start.
    ///
    /// Where both rings cut one space of hashes into arcs, the parts are those arcs, exact to the hash. Elsewhere nothing
    /// but the keys themselves can tell: there the space is the 4,096 keys of the agreement, each an equal part, so what is
    /// less than one key in a thousand may be missed.
    ///
    /// - Parameters:
    ///   - holders: who has each slot of this ring; a part changes hands when its holder does, whatever slots are called.
    ///   - nextHolders: who has each slot of `next`.
    /// - Returns: `nil` where the two rings divide different spaces: which keys change hands cannot be told then, and parts
    ///   noted before mean nothing after.
    /// - Complexity: O(*p*) in the points of both rings.
    package func handovers<Holder: Hashable>(
        to next: Ring,
        from holders: [Holder],
        to nextHolders: [Holder]
    ) -> [Handover]? {
        precondition(holders.count == slots.count && nextHolders.count == next.slots.count, "a slot without a holder")
        if isSame(as: next), holders == nextHolders { return [] }
        var numbers: [Holder: Int] = [:]
        func number(_ holder: Holder) -> Int {
            let number = numbers[holder] ?? numbers.count
            numbers[holder] = number
            return number
        }
        let before = holders.map(number)
        let after = nextHolders.map(number)
        switch (cuts, next.cuts) {
        case (let a?, let b?):
            guard rule.keyHash == next.rule.keyHash, rule.keyText == next.rule.keyText, a.space == b.space else {
                return nil
            }
            return merge(a, before, with: b, after)
        case (nil, nil): return compareSample(with: next, before, after)
        case (nil, _?), (_?, nil): return nil
        }
    }

    /// Whether the other ring gives every key to the slot of the same index.
    private func isSame(as other: Ring) -> Bool {
        dialect == other.dialect && slots == other.slots && order == other.order
    }

    /// A ring that is cut into arcs: where each ends, in 2^-62 parts of the space, and whose it is.
    ///
    /// What lies beyond the last end belongs to the first arc.
    private struct Cuts {
        enum Space: Equatable {
            case narrow(flip: UInt32)
            case wide
        }

        var space: Space
        var ends: [UInt64]
        var slots: [Int]

        func end(_ index: Int) -> UInt64 { index < ends.count ? ends[index] : Share.whole.parts }
        func slot(_ index: Int) -> Int { index < ends.count ? slots[index] : slots[0] }
    }

    /// The arcs of the ring; `nil` where it has none.
    private var cuts: Cuts? {
        let bits = rule.keyHash.bits
        switch placement {
        case .continuum(let continuum):
            let hashes = UInt64(1) << UInt64(bits)
            return Cuts(
                space: .narrow(flip: continuum.flip),
                ends: continuum.arcs.prefix(continuum.count).map { arc in
                    // Hashes can be narrower than points: ends beyond the last hash own nothing more.
                    min(hashes, (arc >> 32) + 1) << UInt64(62 - bits)
                },
                slots: (0..<continuum.count).map { continuum.owner(ofArc: $0) }
            )
        case .wideContinuum(let continuum):
            return Cuts(
                space: .wide,
                ends: (0..<continuum.count).map { continuum.partsThrough(arc: $0, hashBits: bits) },
                slots: (0..<continuum.count).map { continuum.owner(ofArc: $0) }
            )
        case .table, .rendezvous, .jump, .ch3, .weightedCh3: return nil
        }
    }

    private func merge(_ a: Cuts, _ before: [Int], with b: Cuts, _ after: [Int]) -> [Handover] {
        var handovers: [Handover] = []
        var (i, j) = (0, 0)
        var start: UInt64 = 0
        while start < Share.whole.parts {
            let end = min(a.end(i), b.end(j))
            let (from, to) = (a.slot(i), b.slot(j))
            if end > start, before[from] != after[to] { handovers.extend(from: from, to: to, start, end) }
            if i < a.ends.count, a.ends[i] == end { i += 1 }
            if j < b.ends.count, b.ends[j] == end { j += 1 }
            start = end
        }
        return handovers
    }

    private func compareSample(with next: Ring, _ before: [Int], _ after: [Int]) -> [Handover] {
        let owners = zip(agreementOwners, next.agreementOwners)
        let part = Share.whole.parts / UInt64(AgreementKeys.count)
        var handovers: [Handover] = []
        var start: UInt64 = 0
        for (from, to) in owners {
            if before[Int(from)] != after[Int(to)] {
                handovers.extend(from: Int(from), to: Int(to), start, start + part)
            }
            start += part
        }
        return handovers
    }
}

extension [Handover] {
    /// Adds a part, to the last one where it goes on from there.
    fileprivate mutating func extend(from: Int, to: Int, _ start: UInt64, _ end: UInt64) {
        if let last = indices.last, self[last].end == start, self[last].from == from, self[last].to == to {
            self[last].end = end
        } else {
            append(Handover(start: start, end: end, from: from, to: to))
        }
    }
}
