import Testing

@testable import RingCore

/// What must hold whatever the slots: seeds stand for slots, weights and keys.
struct RingPropertyTests {
    @Test(arguments: Dialect.all.map(\.name), [1, 2] as [UInt64])
    func sharesSumToTheWhole(name: String, seed: UInt64) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: seed)
        let ring = try Ring(dialect: dialect.choice, slots: generator.slots(generator.number(1...40), for: dialect))
        let sum = ring.shares.reduce(0) { $0 + $1.parts }
        // Only the remainders of tables over hashes wider than 62 bits are cut.
        #expect(sum <= Share.whole.parts && sum >= Share.whole.parts - 1000, "\(Share.whole.parts - min(sum, 1 << 62))")
        #expect(ring.shares.count == ring.slotCount)
    }

    @Test(arguments: Dialect.all.map(\.name))
    func oneSlotOwnsEverything(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: 4)
        let slot = RingSlot(label: "10.0.0.1:11211", weight: dialect.defaultWeight)
        let ring = try Ring(dialect: dialect.choice, slots: [slot])
        for _ in 0..<200 { #expect(ring.owner(ofKey: generator.key()) == 0) }
        #expect(ring.shares == [.whole])
        #expect(ring.owners(ofKey: [], count: 3) == [0])
    }

    /// Goal: shares are what keys do.
    ///
    /// Method: many keys, against the binomial spread.
    @Test(arguments: Dialect.all.map(\.name))
    func sharesAreWhatKeysDo(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: 5)
        let ring = try Ring(dialect: dialect.choice, slots: generator.slots(9, for: dialect, evenly: true))
        var counts = [Int](repeating: 0, count: ring.slotCount)
        let total = 6000
        for number in 0..<total { counts[ring.owner(ofKey: "key/\(number * 7919)/\(generator.next())")] += 1 }
        for (count, share) in zip(counts, ring.shares) {
            let expected = Double(share.parts) / Double(Share.whole.parts)
            #expect(abs(Double(count) / Double(total) - expected) < 0.035, "\(count) of \(total), share \(share)")
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func orderOfInputNeverMattersInPinnedKetama(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let dialect = try Dialect.named("pinned-ketama")
        let slots = generator.slots(generator.number(2...60), for: dialect)
        let shuffled = slots.shuffled(using: &generator)
        let first = try Ring(dialect: .pinnedKetama, slots: slots)
        let second = try Ring(dialect: .pinnedKetama, slots: shuffled)
        #expect(first.agreement == second.agreement)
        for _ in 0..<200 {
            let key = generator.key()
            #expect(first.labels[first.owner(ofKey: key)] == second.labels[second.owner(ofKey: key)])
        }
    }

    /// Goal: in pinned-ketama nothing ever moves between slots that a change does not touch.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func pinnedKetamaMovesOwnKeysOnly(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        let dialect = try Dialect.named("pinned-ketama")
        let slots = generator.slots(generator.number(2...60), for: dialect)
        let ring = try Ring(dialect: .pinnedKetama, slots: slots)
        var changed = slots
        let victim = generator.number(0...(slots.count - 1))
        switch seed % 4 {
        case 0: changed.remove(at: victim)
        case 1: changed.append(RingSlot(label: "new", weight: try Weight(generator.number(1...400))))
        case 2: changed[victim].weight = try Weight(generator.number(1...400))
        default: changed[victim].limit = .percent(generator.number(1...99))
        }
        let movement = ring.movement(to: try Ring(dialect: .pinnedKetama, slots: changed))
        #expect(movement.collateral == .none)
        #expect(movement.own == movement.moved)
        #expect(movement.method == "exact")
        if seed % 4 != 2 { #expect(movement.moved > .none) }
    }

    @Test(arguments: Dialect.all.map(\.name), [1, 2] as [UInt64])
    func movementIsWhatKeysDo(name: String, seed: UInt64) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: seed)
        let slots = generator.slots(11, for: dialect)
        var changed = slots
        if seed == 1 {
            changed.remove(at: 3)
        } else {
            changed.append(RingSlot(label: "new:1", weight: slots[0].weight))
        }
        let first = try Ring(dialect: dialect.choice, slots: slots)
        let second = try Ring(dialect: dialect.choice, slots: changed)
        let movement = first.movement(to: second)
        let touched = seed == 1 ? slots[3].label : "new:1"
        var moved = 0
        var own = 0
        let total = 5000
        for number in 0..<total {
            let key = "key/\(number * 104_729)/\(generator.next())"
            let from = first.labels[first.owner(ofKey: key)]
            let to = second.labels[second.owner(ofKey: key)]
            guard from != to else { continue }
            moved += 1
            if from == touched || to == touched { own += 1 }
        }
        func expect(_ count: Int, _ share: Share, _ what: String) {
            let figure = Double(share.parts) / Double(Share.whole.parts)
            #expect(abs(Double(count) / Double(total) - figure) < 0.035, "\(what): \(count) of \(total), said \(share)")
        }
        expect(moved, movement.moved, "moved")
        expect(own, movement.own, "own")
        #expect(movement.own + movement.collateral == movement.moved)
    }

    @Test(arguments: Dialect.all.map(\.name))
    func sharesOfTwoRingsAreThoseOfEach(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: 6)
        let slots = generator.slots(8, for: dialect)
        let first = try Ring(dialect: dialect.choice, slots: Array(slots.dropLast()))
        let second = try Ring(dialect: dialect.choice, slots: Array(slots.dropFirst()))
        let both = first.slotShares(beside: second)
        #expect(both.map(\.label) == first.labels + second.labels.filter { !first.labels.contains($0) })
        let after = Dictionary(uniqueKeysWithValues: zip(second.labels, second.shares))
        #expect(both.map(\.before) == first.shares + [.none])
        #expect(both.map(\.after) == both.map { after[$0.label] ?? .none })
    }

    @Test func movementBetweenDialectsOfOneHashIsExact() throws {
        let slots = (0..<20).map { RingSlot(label: "10.0.0.\($0)", weight: Weight(known: 100)) }
        let pinned = try Ring(dialect: .pinnedKetama, slots: slots)
        let weighted = try Ring(dialect: DialectChoice(name: "libmemcached-ketama-weighted"), slots: slots)
        // At 160 points each the two are the same ring.
        #expect(pinned.movement(to: weighted).moved == .none)
        #expect(pinned.movement(to: weighted).method == "exact")
        let table = try Ring(dialect: DialectChoice(name: "python-memcached"), slots: slots)
        #expect(pinned.movement(to: table).method.hasPrefix("sampled over 65536 keys, within 0.79"))
    }

    @Test(arguments: Dialect.all.map(\.name))
    func successorsAreDistinctAndBeginWithTheOwner(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: 6)
        let ring = try Ring(dialect: dialect.choice, slots: generator.slots(7, for: dialect))
        for _ in 0..<50 {
            let key = generator.key()
            let owners = ring.owners(ofKey: key, count: 3)
            #expect(owners.count == 3 && Set(owners).count == 3)
            #expect(owners[0] == ring.owner(ofKey: key))
            #expect(ring.owners(ofKey: key, count: 99).count <= 7)
        }
        #expect(ring.owners(ofKey: [1], count: 0).isEmpty)
    }

    @Test(arguments: Dialect.all.map(\.name))
    func batchesAnswerAsSingleLookUpsDo(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: 7)
        let ring = try Ring(dialect: dialect.choice, slots: generator.slots(12, for: dialect))
        for count in [0, 1, 15, 16, 17, 100] {
            let keys = (0..<count).map { _ in generator.key() }
            #expect(ring.owners(ofKeys: keys) == keys.map { ring.owner(ofKey: $0) })
            var ranges: [Range<Int>] = []
            var buffer: [UInt8] = []
            for key in keys {
                ranges.append(buffer.count..<buffer.count + key.count)
                buffer += key
            }
            var owners: [UInt32] = []
            ring.appendOwners(ofKeysAt: ranges, in: buffer.span, to: &owners)
            #expect(owners.map { Int($0) } == ring.owners(ofKeys: keys))
        }
    }

    /// Goal: a ring made from another one is the ring made anew.
    ///
    /// Method: random chains of changes.
    @Test(arguments: ["pinned-ketama", "libmemcached-ketama-weighted", "libmemcached-ketama", "twemproxy-ketama"])
    func reusingARingChangesNothing(name: String) throws {
        let dialect = try Dialect.named(name)
        for seed in 1...6 as ClosedRange<UInt64> {
            var generator = Generator(seed: seed)
            var slots = generator.slots(generator.number(2...25), for: dialect, evenly: seed % 2 == 0)
            var ring = try Ring(dialect: dialect.choice, slots: slots)
            for step in 0..<8 {
                let index = generator.number(0...(slots.count - 1))
                switch generator.number(0...3) {
                case 0 where slots.count > 1: slots.remove(at: index)
                case 1: slots[index].weight = try Weight(generator.number(1...3))
                case 2: slots.swapAt(index, 0)
                default: slots.insert(RingSlot(label: "new-\(step)", weight: dialect.defaultWeight), at: index)
                }
                ring = try Ring(dialect: dialect.choice, slots: slots, reusing: ring)
                let anew = try Ring(dialect: dialect.choice, slots: slots)
                #expect(ring.points.elementsEqual(anew.points) { $0 == $1 }, "seed \(seed), step \(step)")
            }
            #expect(ring.agreement == (try Ring(dialect: dialect.choice, slots: slots)).agreement)
        }
    }
}
