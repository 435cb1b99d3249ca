import Testing

@testable import RingCore

/// Which parts of the key space change hands, held against the keys themselves.
struct HandoverTests {
    /// Goal: a part changes hands exactly where the owner of its keys is another one.
    ///
    /// Method: one slot leaves, one comes, one weighs more and one ramps; each of many keys is looked up on both rings.
    @Test(arguments: Dialect.all.map(\.name), [1, 2] as [UInt64])
    func areWhatKeysDo(name: String, seed: UInt64) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: seed)
        var slots = generator.slots(generator.number(3...30), for: dialect)
        let before = try Ring(dialect: dialect.choice, slots: slots)
        slots.remove(at: generator.number(0...(slots.count - 1)))
        if seed > 1 { slots.append(RingSlot(label: "10.9.9.9:11211", weight: dialect.defaultWeight)) }
        if dialect.weightRange.count > 1 { slots[0].weight = Weight(known: dialect.weightRange.lowerBound) }
        let after = try Ring(dialect: dialect.choice, slots: slots)
        let handovers = try #require(before.handovers(to: after, from: before.labels, to: after.labels))
        #expect(!handovers.isEmpty)
        for (one, next) in zip(handovers, handovers.dropFirst()) { #expect(one.end <= next.start) }
        for key in Self.keys(of: before, &generator) {
            let (from, to) = (before.owner(ofKey: key.bytes), after.owner(ofKey: key.bytes))
            let found = Self.handover(at: key.part, in: handovers)
            if before.labels[from] == after.labels[to] {
                #expect(found == nil)
            } else {
                #expect(found?.from == from && found?.to == to, "a key at \(key.part)")
            }
        }
    }

    @Test(arguments: ["pinned-ketama", "libmemcached-ketama-weighted", "mcrouter-rendezvous", "libmemcached-modula"])
    func sumToWhatMoves(name: String) throws {
        guard let dialect = try? Dialect.named(name) else { return }
        var generator = Generator(seed: 9)
        let slots = generator.slots(40, for: dialect)
        let before = try Ring(dialect: dialect.choice, slots: slots)
        let after = try Ring(dialect: dialect.choice, slots: Array(slots.dropLast()))
        let handovers = try #require(before.handovers(to: after, from: before.labels, to: after.labels))
        let sum = handovers.reduce(0) { $0 + ($1.end - $1.start) }
        let moved = before.movement(to: after).moved.parts
        let difference = max(sum, moved) - min(sum, moved)
        // Where keys are sampled, five standard deviations of 4,096 of them.
        #expect(difference <= (before.pointCount > 0 ? 0 : Share.whole.parts / 25))
    }

    /// Goal: on a small space every hash is looked at, the ends of arcs and the wrap included.
    @Test func areExactToTheHash() throws {
        let narrow = Dialect.all.filter { dialect in
            let slot = RingSlot(label: "10.0.0.1:11211", weight: dialect.defaultWeight)
            guard let ring = try? Ring(dialect: dialect.choice, slots: [slot]), ring.pointCount > 0 else {
                return false
            }
            return ring.rule.keyHash.bits <= 16
        }
        for dialect in narrow { try checkEveryHash(dialect) }
        try checkEveryHash(try Dialect.named("pinned-ketama"))
    }

    /// Every hash of a narrow space; of a wide one those around the ends of all arcs.
    private func checkEveryHash(_ dialect: Dialect) throws {
        var generator = Generator(seed: 5)
        let slots = generator.slots(6, for: dialect)
        let before = try Ring(dialect: dialect.choice, slots: slots)
        let after = try Ring(dialect: dialect.choice, slots: Array(slots.dropFirst()))
        let handovers = try #require(before.handovers(to: after, from: before.labels, to: after.labels))
        let bits = before.rule.keyHash.bits
        let last = UInt32((UInt64(1) << UInt64(bits)) - 1)
        var hashes = Set<UInt32>([0, last])
        for ring in [before, after] {
            for point in ring.points {
                let position = UInt32(truncatingIfNeeded: point.point)
                for hash in [position &- 1, position, position &+ 1] where hash <= last { hashes.insert(hash) }
            }
        }
        if bits <= 16 { hashes = Set(0...last) }
        for hash in hashes {
            let (from, to) = (before.owner(ofHash: hash), after.owner(ofHash: hash))
            let found = Self.handover(at: UInt64(hash) << UInt64(62 - bits), in: handovers)
            #expect((found != nil) == (before.labels[from] != after.labels[to]), "\(dialect.name) hash \(hash)")
        }
    }

    @Test func knowWhoHoldsASlotAndNotWhatItIsCalled() throws {
        let dialect = try Dialect.named("pinned-ketama")
        var generator = Generator(seed: 3)
        let slots = generator.slots(4, for: dialect)
        let ring = try Ring(dialect: dialect.choice, slots: slots)
        #expect(ring.handovers(to: ring, from: [1, 2, 3, 4], to: [1, 2, 3, 4]) == [])
        let taken = try #require(ring.handovers(to: ring, from: [1, 2, 3, 4], to: [1, 2, 3, 9]))
        #expect(Set(taken.map(\.from)) == [3] && Set(taken.map(\.to)) == [3])
        #expect(taken.reduce(0) { $0 + ($1.end - $1.start) } == ring.shares[3].parts)
    }

    @Test func cannotBeToldBetweenDifferentSpaces() throws {
        let slots = [RingSlot(label: "a:1", weight: try Weight(1)), RingSlot(label: "b:1", weight: try Weight(1))]
        let ketama = try Ring(dialect: .pinnedKetama, slots: slots)
        let table = try Ring(dialect: DialectChoice(name: "libmemcached-modula"), slots: slots)
        #expect(ketama.handovers(to: table, from: [1, 2], to: [1, 2]) == nil)
        #expect(table.handovers(to: ketama, from: [1, 2], to: [1, 2]) == nil)
    }

    private static func handover(at part: UInt64, in handovers: [Handover]) -> Handover? {
        var low = 0
        var high = handovers.count
        while low < high {
            let middle = (low + high) / 2
            if handovers[middle].end <= part { low = middle + 1 } else { high = middle }
        }
        return low < handovers.count && handovers[low].start <= part ? handovers[low] : nil
    }

    /// Keys, each with the part of the space in which it lies.
    private static func keys(of ring: Ring, _ generator: inout Generator) -> [(bytes: [UInt8], part: UInt64)] {
        let bits = ring.rule.keyHash.bits
        func part(_ key: [UInt8]) -> UInt64? {
            let text = ring.hashesWholeKey ? key : ring.rule.keyText.text(of: key.span)
            guard let text else { return nil }
            switch ring.placement {
            case .continuum(let continuum):
                let hash = UInt32(truncatingIfNeeded: ring.rule.keyHash(text.span)) ^ continuum.flip
                return UInt64(hash) << UInt64(62 - bits)
            case .wideContinuum:
                return UInt64(truncatingIfNeeded: ring.rule.keyHash.wide(text.span) >> UInt128(bits - 62))
            case .table, .rendezvous, .jump, .ch3, .weightedCh3: return nil
            }
        }
        guard ring.pointCount > 0 else {
            let width = Share.whole.parts / 4096
            return (0..<512).map { (Array("ringd-agreement-\($0)".utf8), UInt64($0) * width + width / 2) }
        }
        return (0..<600).compactMap { _ in
            let key = generator.key()
            return part(key).map { (key, $0) }
        }
    }
}
