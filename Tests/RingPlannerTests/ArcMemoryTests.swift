import RingCore
import RingPlanner
import Testing

/// What nodes gave away, held against a model that follows single keys.
struct ArcMemoryTests {
    private static let day = Duration.seconds(86_400)

    private func instant(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    private func ring(
        _ nodes: [Int64],
        held: Set<Int64> = [],
        dialect: DialectChoice = .pinnedKetama,
        weights: [Int64: Int] = [:]
    ) throws -> ServedRing {
        let slots = try nodes.map { RingSlot(label: "10.0.0.\($0)", weight: try Weight(weights[$0] ?? 100)) }
        return ServedRing(
            ring: try Ring(dialect: dialect, slots: slots),
            nodes: nodes.map { NodeID($0) },
            isHeld: nodes.map { held.contains($0) }
        )
    }

    @Test func knowsWhatWouldGoBackToWhom() throws {
        let full = try ring([1, 2, 3, 4, 5])
        let without = try ring([1, 2, 4, 5])
        var memory = ArcMemory()
        memory.record(from: full, to: without, at: instant(10), ttl: Self.day)
        #expect(memory.isEmpty, "who takes keys over and who leaves hold nothing old")
        memory.record(from: without, to: full, at: instant(20), ttl: Self.day)
        let back = memory.returns(from: full, to: without, at: instant(30), ttl: Self.day)
        #expect(back.map(\.node) == [1, 2, 4, 5].map { NodeID($0) })
        #expect(back.reduce(Share.none) { $0 + $1.share } == full.ring.shares[2])
        #expect(back.allSatisfy { $0.until == instant(20) + Self.day })
        let others = memory.returns(from: full, to: try ring([1, 3, 4, 5]), at: instant(30), ttl: Self.day)
        #expect(others.reduce(Share.none) { $0 + $1.share } < full.ring.shares[1], "the keys of another are another's")
    }

    @Test func forgetsTheDeadAndTheEmptied() throws {
        let full = try ring([1, 2, 3, 4, 5])
        let without = try ring([1, 2, 4, 5])
        var memory = ArcMemory()
        memory.record(from: without, to: full, at: instant(20), ttl: Self.day)
        let share = { (memory: ArcMemory, at: Int64) in
            memory.returns(from: full, to: without, at: self.instant(at), ttl: Self.day)
                .reduce(Share.none) { $0 + $1.share }
        }
        #expect(share(memory, 86_419) == full.ring.shares[2])
        #expect(share(memory, 86_420) == .none)
        var emptied = memory
        emptied.forget(NodeID(2), before: instant(19))
        #expect(share(emptied, 30) == share(memory, 30), "it was empty before it gave them away")
        emptied.forget(NodeID(2), before: instant(20))
        #expect(share(emptied, 30) < share(memory, 30))
        #expect(
            emptied.returns(from: full, to: without, at: instant(30), ttl: Self.day).map(\.node)
                == [1, 4, 5].map { NodeID($0) }
        )
        // Who was held was emptied before it serves again, and who enters was too.
        let held = try ring([1, 2, 3, 4, 5], held: [1])
        memory.record(from: full, to: held, at: instant(40), ttl: Self.day)
        #expect(
            memory.returns(from: held, to: without, at: instant(41), ttl: Self.day).contains { $0.node == NodeID(1) }
        )
        memory.record(from: held, to: full, at: instant(50), ttl: Self.day)
        #expect(
            !memory.returns(from: full, to: without, at: instant(60), ttl: Self.day).contains { $0.node == NodeID(1) }
        )
    }

    @Test func countsTheWorstPastItsLimit() throws {
        let full = try ring(Array(1...9))
        let without = try ring(Array(1...8))
        var exact = ArcMemory()
        exact.record(from: without, to: full, at: instant(20), ttl: Self.day)
        var coarse = ArcMemory(limit: 8)
        coarse.record(from: without, to: full, at: instant(20), ttl: Self.day)
        let other = try ring([1, 2, 3, 4, 5, 6, 7, 9])
        let few = exact.returns(from: full, to: other, at: instant(30), ttl: Self.day)
        let many = coarse.returns(from: full, to: other, at: instant(30), ttl: Self.day)
        let sum = { (returns: [ArcMemory.Return]) in returns.reduce(Share.none) { $0 + $1.share } }
        #expect(sum(few) < sum(many) && sum(many) <= full.ring.shares[7])
        #expect(many.map(\.node) == (1...7).map { NodeID($0) }, "whatever they get, they may have had")
    }

    @Test func countsEverybodyWhoServesWhenTheSpaceIsAnotherOne() throws {
        let ketama = try ring([1, 2, 3])
        let table = try ring([1, 2, 3], dialect: DialectChoice(name: "libmemcached-modula"))
        var memory = ArcMemory()
        memory.record(from: ketama, to: table, at: instant(5), ttl: Self.day)
        let back = memory.returns(from: table, to: ketama, at: instant(6), ttl: Self.day)
        #expect(back.reduce(Share.none) { $0 + $1.share } == .whole)
        #expect(memory.returns(from: table, to: table, at: instant(6), ttl: Self.day).isEmpty)
    }

    /// What a pool of three nodes on record leads to, of which the third came last.
    private func recalled(_ recent: RecentRings, at now: Int64) throws -> [ArcMemory.Return] {
        var roster = Roster(epoch: Epoch(1))
        let wall = WallTime(milliseconds: 0)
        let name = try PoolName("web")
        roster.pools = [
            PoolRecord(id: PoolID(1), name: name, dialect: .pinnedKetama, policy: Policy(), createdAt: wall)
        ]
        for number in Int64(1)...3 {
            roster.nodes.append(
                NodeRecord(
                    id: NodeID(number),
                    pool: PoolID(1),
                    name: try NodeName("cache-\(number)"),
                    address: try NodeAddress(host: "10.0.0.\(number)", port: 11211),
                    admin: .active,
                    mayBeStale: false,
                    createdAt: wall
                )
            )
        }
        let moment = Moment(instant: instant(0), wall: WallTime(milliseconds: now * 1000))
        let memory = ArcMemory(recalling: recent, of: PoolID(1), in: roster, at: moment)
        return memory.returns(from: try ring([1, 2, 3]), to: try ring([1, 2]), at: instant(0), ttl: Self.day)
    }

    private func version(_ nodes: [Int64], at seconds: Int64) throws -> RecentRings.Version {
        RecentRings.Version(
            createdAt: WallTime(milliseconds: seconds * 1000),
            dialect: .pinnedKetama,
            slots: try nodes.map { number in
                RecentRings.Slot(
                    label: "10.0.0.\(number)",
                    weight: try Weight(100),
                    ramp: 100,
                    isHeld: false,
                    address: try NodeAddress(host: "10.0.0.\(number)", port: 11211)
                )
            }
        )
    }

    @Test func isMadeAgainFromTheRecord() throws {
        let versions = [try version([1, 2], at: 100), try version([1, 2, 3], at: 200)]
        let back = try recalled(RecentRings(versions: versions), at: 300)
        #expect(back.map(\.node) == [NodeID(1), NodeID(2)])
        #expect(back.allSatisfy { $0.until == instant(-100) + Self.day })
        #expect(try recalled(RecentRings(versions: versions), at: 86_600).isEmpty, "it is a day later")
        let emptied = RecentRings.Emptying(node: try NodeName("cache-1"), at: WallTime(milliseconds: 250_000))
        #expect(try recalled(RecentRings(versions: versions, emptied: [emptied]), at: 300).map(\.node) == [NodeID(2)])
        let early = RecentRings.Emptying(node: try NodeName("cache-1"), at: WallTime(milliseconds: 150_000))
        #expect(try recalled(RecentRings(versions: versions, emptied: [early]), at: 300) == back)
        // Of what is not on record any more the worst is taken.
        let cut = RecentRings(versions: [versions[1]], isCut: true)
        #expect(try recalled(cut, at: 300).map(\.node) == [NodeID(1), NodeID(2)])
        #expect(try recalled(RecentRings(versions: [versions[1]]), at: 300).isEmpty)
    }

    /// Goal: over any history a key goes back to a node with an old copy exactly when the memory says so.
    ///
    /// Method: random rings, a model with the owner of each of many keys, and who lost it when.
    @Test(
        arguments: ["pinned-ketama", "libmemcached-ketama-weighted", "libmemcached-modula"],
        [1, 2] as [UInt64]
    )
    func isTrueOfEveryKey(dialect: String, seed: UInt64) throws {
        var walk = Walk(dialect: dialect, seed: seed)
        var memory = ArcMemory()
        var model = KeyModel()
        var before = try walk.next(of: self.ring)
        var sawReturn = false
        for _ in 0..<40 {
            walk.clock += Int64(walk.random.below(20_000))
            let after = try walk.next(of: self.ring)
            let returns = memory.returns(from: before, to: after, at: instant(walk.clock), ttl: Self.day)
            let expected = model.returns(from: before, to: after, at: walk.clock)
            let shares = Dictionary(uniqueKeysWithValues: returns.map { ($0.node, $0.share) })
            for (node, keys) in expected where keys > 0 {
                let share = Double(shares[node]?.parts ?? 0) / Double(Share.whole.parts)
                #expect(
                    abs(share * 4096 - Double(keys)) <= (dialect.hasSuffix("modula") ? 0 : 120),
                    "\(node) at \(walk.clock)"
                )
                #expect(share > 0)
                sawReturn = true
            }
            if dialect.hasSuffix("modula") {
                #expect(Set(returns.map(\.node)) == Set(expected.filter { $0.value > 0 }.keys))
            }
            memory.record(from: before, to: after, at: instant(walk.clock), ttl: Self.day)
            model.record(from: before, to: after, at: walk.clock)
            before = after
        }
        #expect(sawReturn)
    }
}

/// Random rings of up to seven nodes, some held, of different weights.
private struct Walk {
    let dialect: DialectChoice
    var random: SeededGenerator
    var clock: Int64 = 0
    private var present: Set<Int64> = [1, 2, 3, 4]
    private var held: Set<Int64> = []
    private var weights: [Int64: Int] = [:]

    init(dialect: String, seed: UInt64) {
        self.dialect = DialectChoice(name: dialect)
        random = SeededGenerator(seed: seed)
    }

    mutating func next(
        of make: ([Int64], Set<Int64>, DialectChoice, [Int64: Int]) throws -> ServedRing
    ) throws -> ServedRing {
        let node = 1 + random.below(7)
        switch random.below(4) {
        case 0 where present.count > 2: present.remove(node)
        case 1: weights[node] = dialect.name.hasSuffix("modula") ? 100 : 50 + Int(random.below(3)) * 50
        case 2 where held.isEmpty: held = [node]
        case 3 where !held.isEmpty: held = []
        default: present.insert(node)
        }
        return try make(present.sorted(), held, dialect, weights)
    }
}

/// Who has each of the agreement's keys, and when others lost it that serve since.
private struct KeyModel {
    private static let keys = (0..<4096).map { Array("ringd-agreement-\($0)".utf8) }
    private var lost: [NodeID: [Int: Int64]] = [:]
    private var before: [NodeID?] = []
    private var after: [NodeID?] = []

    private func owners(_ ring: ServedRing) -> [NodeID?] { ring.ring.owners(ofKeys: Self.keys).map { ring.nodes[$0] } }

    mutating func returns(from before: ServedRing, to after: ServedRing, at now: Int64) -> [NodeID: Int] {
        self.before = self.after.isEmpty ? owners(before) : self.after
        self.after = owners(after)
        var counts: [NodeID: Int] = [:]
        for (key, (old, new)) in zip(self.before, self.after).enumerated() where old != new {
            guard let new, after.serving.contains(new), let at = lost[new]?[key], at > now - 86_400 else { continue }
            counts[new, default: 0] += 1
        }
        return counts
    }

    mutating func record(from before: ServedRing, to after: ServedRing, at now: Int64) {
        for node in after.serving where !before.serving.contains(node) { lost[node] = nil }
        for (key, (old, new)) in zip(self.before, self.after).enumerated() where old != new {
            guard let old, before.serving.contains(old), after.serving.contains(old) else { continue }
            lost[old, default: [:]][key] = now
        }
    }
}
