import RingCore
import RingPlanner
import Testing

/// Goal: what a preview promises is what comes, figure by figure.
struct PreviewTests {
    /// Changes of every kind that moves keys, drawn by a seed.
    private static func changes(seed: UInt64, nodes: Int) throws -> [Command.Action] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 7
        func draw(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var left = Array(0..<nodes)
        var actions: [Command.Action] = []
        for step in 0...draw(4) {
            switch draw(4) {
            case 0 where left.count > 3:
                actions.append(try .remove(PlanningDesk.name(left.remove(at: draw(left.count)))))
            case 1: actions.append(try .weight(PlanningDesk.name(left[draw(left.count)]), 20 + draw(400)))
            case 2: actions.append(.eject(try NodeName(PlanningDesk.name(left[draw(left.count)]))))
            default:
                actions.append(try .add("new-\(step)", "10.9.\(seed).\(step + 1)", weight: 50 + draw(200), now: true))
            }
        }
        return actions
    }

    /// Method: the two rings are asked for the owner of each of many keys, one by one, and the answers are counted.
    @Test(arguments: 1...12)
    func figuresAgreeWithTheOwnersOfManyKeys(seed: UInt64) throws {
        let nodes = 6 + Int(seed)
        var desk = try PlanningDesk(weights: (0..<nodes).map { 60 + 20 * ($0 % 5) })
        let actions = try Self.changes(seed: seed, nodes: nodes)
        let before = try #require(desk.ring)
        let report = try desk.preview(actions)
        #expect(desk.ring?.contents == before.contents, "a preview changes nothing")
        guard case .done(let done) = try desk.ask(actions, isDryRun: false) else {
            Issue.record("the change was not made")
            return
        }
        let after = try #require(desk.ring)
        #expect(done.movement == report.movement && done.shares == report.shares && done.summary == report.summary)
        #expect(done.newVersion == report.newVersion)

        let keys = 20_000
        var moved = 0
        var counts: [NodeName: (before: Int, after: Int)] = [:]
        for number in 0..<keys {
            let key = "brute-force-\(seed)-\(number)"
            let from = before.contents[before.ring.owner(ofKey: key)].content.node
            let to = after.contents[after.ring.owner(ofKey: key)].content.node
            counts[from, default: (0, 0)].before += 1
            counts[to, default: (0, 0)].after += 1
            if from != to { moved += 1 }
        }
        #expect(isNear(report.movement.moved, moved, of: keys))
        #expect(report.movement.method == "exact")
        let rows = report.shares + report.unchanged
        #expect(Set(rows.map(\.node)) == Set((before.contents + after.contents).map(\.content.node)))
        for row in rows {
            let count = counts[row.node] ?? (0, 0)
            #expect(isNear(row.before, count.before, of: keys), "\(row.node) before")
            #expect(isNear(row.after, count.after, of: keys), "\(row.node) after")
        }
        #expect(rows.reduce(0) { $0 + $1.before.parts } == Share.whole.parts)
        #expect(rows.reduce(0) { $0 + $1.after.parts } == Share.whole.parts)
        for row in report.unchanged { #expect(row.before == row.after) }
    }

    /// Four standard deviations of a count of so many keys, and half a permille for what is rounded.
    private func isNear(_ share: Share, _ count: Int, of keys: Int) -> Bool {
        let wanted = Double(share.parts) / Double(Share.whole.parts)
        let deviation = (wanted * (1 - wanted) / Double(keys)).squareRoot()
        return abs(Double(count) / Double(keys) - wanted) <= 4 * deviation + 0.0005
    }

    /// Method: the arcs of both continua are walked with nothing but their sorted ends.
    @Test(arguments: 1...12)
    func movedShareIsExactToTheLastHash(seed: UInt64) throws {
        let nodes = 5 + Int(seed)
        var desk = try PlanningDesk(weights: (0..<nodes).map { 60 + 20 * ($0 % 5) })
        let actions = try Self.changes(seed: seed, nodes: nodes)
        let before = try #require(desk.ring)
        let report = try desk.preview(actions)
        _ = try desk.ask(actions, isDryRun: false)
        let after = try #require(desk.ring)
        let (first, second) = (try ends(of: before), try ends(of: after))
        let borders = Set(first.map(\.end) + second.map(\.end) + [UInt32.max]).sorted()
        var (moved, begin): (UInt64, UInt64) = (0, 0)
        for border in borders {
            if owner(of: border, in: first) != owner(of: border, in: second) { moved += UInt64(border) + 1 - begin }
            begin = UInt64(border) + 1
        }
        #expect(report.movement.moved == Share(of32BitHashes: moved))
        #expect(report.movement.own + report.movement.collateral == report.movement.moved)
    }

    private func ends(of ring: PublishedRing) throws -> [(end: UInt32, node: NodeName)] {
        let continuum = try #require(ring.ring.searchableContinuum)
        return zip(continuum.hashes, continuum.slots).map { ($0, ring.contents[Int($1)].content.node) }
    }

    private func owner(of hash: UInt32, in arcs: [(end: UInt32, node: NodeName)]) -> NodeName {
        var (low, high) = (0, arcs.count)
        while low < high {
            let middle = (low + high) / 2
            if arcs[middle].end < hash { low = middle + 1 } else { high = middle }
        }
        return arcs[low == arcs.count ? 0 : low].node
    }

    @Test(arguments: 1...12)
    func theWorstGrowthIsTheLargestFactorOfThoseThatStay(seed: UInt64) throws {
        let nodes = 6 + Int(seed)
        var desk = try PlanningDesk(weights: (0..<nodes).map { 60 + 20 * ($0 % 5) })
        let report = try desk.preview(try Self.changes(seed: seed, nodes: nodes))
        var worst: (factor: Double, node: NodeName)?
        for row in report.shares where row.before > .none && row.after > row.before {
            let factor = Double(row.after.parts) / Double(row.before.parts)
            if factor > worst?.factor ?? 1 { worst = (factor, row.node) }
        }
        #expect(report.worstGrowth?.node == worst?.node)
        guard let worst, let growth = report.worstGrowth else { return }
        #expect(abs(Double(growth.growth) - worst.factor * 100) <= 0.51)
    }

    @Test func whoIsNewOrShrinksIsNotTheWorstGrowth() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        let added = try desk.preview([try .add("e", "10.9.0.1", now: true)])
        #expect(added.worstGrowth == nil)
        let removed = try desk.preview([try .remove("a")])
        let growth = try #require(removed.worstGrowth)
        #expect(growth.node.text != "a" && growth.after > growth.before)
    }

    @Test func factorsAreRoundedAndNeverOverflow() throws {
        let node = try NodeName("a")
        func growth(_ before: Share, _ after: Share) -> UInt64 {
            ChangeReport.SlotShare(node: node, label: "a", before: before, after: after).growth
        }
        #expect(growth(Share(percent: 20), Share(percent: 25)) == 125)
        #expect(growth(Share(1, of: 3), Share(2, of: 3)) == 200)
        #expect(growth(Share(parts: 3), Share(parts: 4)) == 133)
        #expect(growth(.whole, .none) == 0)
        #expect(growth(Share(parts: 1), .whole) == .max)
    }

    /// A slot stays the same place when another dialect calls it otherwise: only keys that change their server move.
    @Test(arguments: [
        "libmemcached-ketama", "libmemcached-ketama-weighted", "twemproxy-ketama", "libmemcached-modula",
        "python-memcached",
    ])
    func aChangeOfTheDialectMovesTheKeysThatChangeTheirServer(dialect: String) throws {
        guard (try? Dialect.named(dialect)) != nil else {
            Issue.record("no dialect \(dialect)")
            return
        }
        var desk = try PlanningDesk(
            weights: [Int](repeating: 1, count: 5),
            dialect: DialectChoice(name: "libmemcached-modula")
        )
        let before = try #require(desk.ring)
        let report = try desk.preview([.set("dialect", dialect)])
        _ = try desk.ask([.set("dialect", dialect)], isDryRun: false)
        let after = try #require(desk.ring)
        let keys = 20_000
        let moved = (0..<keys).count { number in
            let key = "dialect-\(number)"
            return before.contents[before.ring.owner(ofKey: key)].content.node
                != after.contents[after.ring.owner(ofKey: key)].content.node
        }
        let wanted = Double(report.movement.moved.parts) / Double(Share.whole.parts)
        #expect(abs(Double(moved) / Double(keys) - wanted) < 0.025, "\(report.movement)")
        // Each slot has one row, by the label that it has now.
        let rows = Dictionary(grouping: report.shares + report.unchanged, by: \.node)
        #expect(rows.count == before.contents.count && rows.values.allSatisfy { $0.count == 1 })
        for (slot, share) in zip(before.contents, before.shares) {
            #expect(rows[slot.content.node]?.first?.before == share)
        }
        for (slot, share) in zip(after.contents, after.shares) {
            let row = rows[slot.content.node]?.first
            #expect(row?.label == slot.content.label && row?.after == share)
        }
    }

    @Test func sharesAreInTheOrderOfTheRingTheNewOnesLast() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        let report = try desk.preview([
            try .weight("d", 300), try .remove("b"), try .add("new-1", "10.9.0.1", now: true),
            try .add("new-0", "10.9.0.2", now: true),
        ])
        #expect(report.shares.map(\.node.text) == ["a", "b", "c", "d", "new-1", "new-0"])
        #expect(report.shares[1].after == .none && report.shares[4].before == .none)
        let steady = try desk.preview([try .weight("d", 100)])
        #expect(steady.shares.isEmpty && steady.unchanged.map(\.node.text) == ["a", "b", "c", "d"])
    }

    @Test func aNodeThatIsEnabledIsShownInTheRing() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100], out: [])
        _ = try desk.ask([.eject(try NodeName("b"))], isDryRun: false)
        let report = try desk.preview([.enable(try NodeName("b"), acceptStale: false)])
        let row = try #require(report.shares.first { $0.node.text == "b" })
        #expect(row.before == .none && row.after > .none)
        #expect(report.movement.moved == row.after && report.movement.cold == row.after)
        #expect(report.notices.contains { $0.contains("emptied") })
    }
}
