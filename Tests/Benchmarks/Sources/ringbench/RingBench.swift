import Foundation
import RingCore

/// Measures the core against real peers in one run: `swift run -c release ringbench [--plot FILE.svg]`.
@main
enum RingBench {
    static let plotted = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]

    static func main() throws {
        // Debian's libmemcached aborts above 100 servers.
        let libmemcached = Peer.libmemcached(slots: plotted.filter { $0 <= 100 })
        let uhashring = Peer.uhashring()
        var table = ResultTable()
        try lookUps(against: libmemcached, and: uhashring, into: &table)
        try searches(into: &table)
        try batches(against: libmemcached, into: &table)
        try builds(against: uhashring, into: &table)
        try movements(into: &table)
        if let ringctl = ProcessInfo.processInfo.environment["RINGCTL"] {
            table.add("eval, a key of 10 million", try Evaluation(ringctl: ringctl).nanoseconds, limit: 100, aim: 40)
        }
        print(table)
        for peer in ["pylibmc", "twemproxy"] { print(Peer.untimed(peer)) }
        if let index = CommandLine.arguments.firstIndex(of: "--plot"), CommandLine.arguments.count > index + 1 {
            let plot = try lookUpPlot(against: libmemcached)
            try plot.svg.write(toFile: CommandLine.arguments[index + 1], atomically: true, encoding: .utf8)
        }
    }

    static func nanosecondsPerLookUp(_ ring: Ring) -> Double {
        let keys = Work.keys
        return medianNanoseconds(per: keys.count) {
            var sum = 0
            for key in keys { sum &+= ring.owner(ofKey: key.span) }
            consume(sum)
        }
    }

    static func nanosecondsPerBatchKey(_ ring: Ring) -> Double {
        let buffer = Work.keys.flatMap { $0 }
        let ranges = (0..<Work.keys.count).map { $0 * 20..<$0 * 20 + 20 }
        var owners: [UInt32] = []
        return medianNanoseconds(per: ranges.count) {
            owners.removeAll(keepingCapacity: true)
            ring.appendOwners(ofKeysAt: ranges, in: buffer.span, to: &owners)
            consume(owners.count)
        }
    }

    private static func lookUps(against peer: Peer, and python: Peer, into table: inout ResultTable) throws {
        let own = nanosecondsPerLookUp(try Work.ring(100))
        table.add("one key, 100 slots", own, peer, "lookup-100", must: 0.7, aim: 0.5)
        table.add("one key, 100 slots", own, python, "lookup-100")
        let md5 = medianNanoseconds(per: Work.keys.count) {
            var sum: UInt32 = 0
            for key in Work.keys { sum &+= MD5(key.span).words.x }
            consume(sum)
        }
        table.add("MD5 of one key", md5, peer, "md5")
    }

    private static func searches(into table: inout ResultTable) throws {
        let ring = try Ring(dialect: .pinnedKetama, slots: Work.slots(1000))
        let hashes = Work.hashes
        let independent = medianNanoseconds(per: hashes.count) {
            var sum = 0
            for hash in hashes { sum &+= ring.owner(ofHash: hash) }
            consume(sum)
        }
        table.add("search, 160,000 points", independent, limit: 12, aim: 5)
        let chained = medianNanoseconds(per: hashes.count) {
            var last = 0
            for hash in hashes { last = ring.owner(ofHash: hash &+ UInt32(truncatingIfNeeded: last)) }
            consume(last)
        }
        table.add("search, each after the last", chained, limit: 30, aim: 20)
    }

    private static func batches(against peer: Peer, into table: inout ResultTable) throws {
        let own = nanosecondsPerBatchKey(try Work.ring(100))
        table.add("batch of keys, 100 slots", own, peer, "lookup-100", must: 0.25, aim: 0.125)
    }

    private static func builds(against peer: Peer, into table: inout ResultTable) throws {
        let slots = try Work.slots(1000)
        let pinned = DialectChoice.pinnedKetama
        let whole = try medianNanoseconds(per: 1, rounds: 15) { consume(try Ring(dialect: pinned, slots: slots)) }
        table.add("build 1,000 x 160 points", whole, peer, "build-1000")
        table.add("build 1,000 x 160 points", whole, limit: 5e6, aim: 2.5e6)
        let ring = try Ring(dialect: pinned, slots: slots)
        var fewer = slots
        fewer.remove(at: 500)
        let removal = try medianNanoseconds(per: 1, rounds: 31) {
            consume(try Ring(dialect: pinned, slots: fewer, reusing: ring))
        }
        table.add("remove 1 slot of 1,000", removal, limit: 0.5e6, aim: 0.15e6)
        let less = try Ring(dialect: pinned, slots: fewer)
        let addition = try medianNanoseconds(per: 1, rounds: 31) {
            consume(try Ring(dialect: pinned, slots: slots, reusing: less))
        }
        table.add("add 1 slot to 999", addition, limit: 0.5e6, aim: 0.15e6)
    }

    private static func movements(into table: inout ResultTable) throws {
        let slots = try Work.slots(1000)
        let ring = try Ring(dialect: .pinnedKetama, slots: slots)
        let fewer = try Ring(dialect: .pinnedKetama, slots: slots.filter { $0.label != "10.0.2.1" })
        let other = try Ring(
            dialect: .pinnedKetama,
            slots: slots.map { RingSlot(label: "other-\($0.label)", weight: $0.weight) }
        )
        let near = medianNanoseconds(per: 1, rounds: 15) { consume(ring.movement(to: fewer).moved) }
        table.add("moved share, 1 slot removed", near, limit: 2e6, aim: 1.2e6)
        let far = medianNanoseconds(per: 1, rounds: 15) { consume(ring.movement(to: other).moved) }
        table.add("moved share, unrelated rings", far, limit: 2e6, aim: 1.2e6)
    }

    private static func lookUpPlot(against peer: Peer) throws -> Plot {
        var plot = Plot(title: "ns a key by number of slots (weighted ketama, 20-byte keys)")
        var one: [(Int, Double)] = []
        var batch: [(Int, Double)] = []
        for count in plotted {
            let ring = try Work.ring(count)
            one.append((count, nanosecondsPerLookUp(ring)))
            batch.append((count, nanosecondsPerBatchKey(ring)))
        }
        plot.add("ringd, one key", one)
        plot.add("ringd, batch", batch)
        plot.add(
            "libmemcached \(peer.version)",
            plotted.compactMap { count in
                peer.figures["lookup-\(count)"].map { (count, $0) }
            }
        )
        return plot
    }
}
