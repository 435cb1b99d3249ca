import ArgumentParser
import RingClient
import RingCore
import RingSnapshots
import Synchronization

/// Measures loads, polls, and look-ups while the ring is replaced again and again.
struct Rings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure loads, polls and look-ups while reloading.")

    @Option(help: "Versions that are published at 20 a second while tasks look up.") var versions = 200
    @Option(help: "Slots of that ring.") var slots = 100
    @Option(help: "Slots of the ring whose load is measured.") var loaded = 1000

    func run() async throws {
        var line = Line()
        try measureLoads(&line)
        try measurePolls(&line)
        try await measureLookUps(&line)
        line.print()
    }

    /// Read, verify, build, swap: all of what a poll does that finds a new version.
    private func measureLoads(_ line: inout Line) throws {
        let directory = try ScratchDirectory()
        let agreement = try ScratchDirectory.agreement((1...loaded).map { try ScratchDirectory.slot($0) })
        func publish(_ version: Int64) throws {
            let slots = try (1...loaded).map { try ScratchDirectory.slot($0, version: version) }
            try directory.publish(ScratchDirectory.snapshot(version, slots: slots, agreement: agreement))
        }
        try publish(1)
        let ring = try LiveRing(path: directory.path, pool: "measured")
        var times: [Double] = []
        for version in 2...Int64(51) {
            try publish(version)
            let begin = ContinuousClock.now
            ring.poll()
            times.append((ContinuousClock.now - begin) / .milliseconds(1))
            guard ring.state.version == version else { throw ValidationError("version \(version) was not adopted") }
        }
        times.sort()
        line.add("load_ms_median", times[times.count / 2])
        line.add("load_ms_worst", times.last ?? 0)
    }

    private func measurePolls(_ line: inout Line) throws {
        let directory = try ScratchDirectory()
        let slots = try (1...slots).map { try ScratchDirectory.slot($0) }
        try directory.publish(ScratchDirectory.snapshot(1, slots: slots))
        directory.age()
        let ring = try LiveRing(path: directory.path, pool: "measured")
        let count = 100_000
        let begin = ContinuousClock.now
        for _ in 0..<count { ring.poll() }
        line.add("idle_poll_us", (ContinuousClock.now - begin) / .microseconds(1) / Double(count))
        guard ring.state.loads == 1 else { throw ValidationError("an idle poll has read the file") }
    }

    // MARK: Look-ups

    private func measureLookUps(_ line: inout Line) async throws {
        let directory = try ScratchDirectory()
        let agreement = try ScratchDirectory.agreement((1...slots).map { try ScratchDirectory.slot($0) })
        let bytes = try (1...Int64(versions)).map { version in
            let slots = try (1...slots).map { try ScratchDirectory.slot($0, version: version) }
            return try ScratchDirectory.snapshot(version, slots: slots, agreement: agreement)
        }
        try directory.publish(bytes[0])
        let ring = try LiveRing(path: directory.path, pool: "measured")
        let plain = try ScratchDirectory.ring((1...slots).map { try ScratchDirectory.slot($0) })
        let keys = (0..<1024).map { "user:\(1_000_000_000 + $0):name" }
        line.add("plain_ns", Self.plainLookUp(plain, keys))

        func still() async throws -> Found {
            try await lookUps(ring, keys, tasks: 8, way: .ring) { try await Task.sleep(for: .seconds(5)) }
        }
        var next = 1
        func publish(_ count: Int) async throws {
            let clock = ContinuousClock()
            var due = clock.now
            for _ in 0..<count where next < bytes.count {
                due += .milliseconds(50)
                try await clock.sleep(until: due)
                try directory.publish(bytes[next])
                next += 1
                ring.poll()
            }
        }
        // A quarter of the versions for each of the other two, the rest for the tasks.
        let part = versions / 4
        let ringOnly = try await lookUps(ring, keys, tasks: 2, way: .ring) { try await publish(part) }
        line.add("threads2_reloading_ns", ringOnly.nanosecondsEach)
        let readers = try await lookUps(ring, keys, tasks: 2, way: .reader) { try await publish(part) }
        line.add("threads2_reloading_reader_ns", readers.nanosecondsEach)
        // Without reloads before and after, so that what else goes on in the machine weighs on both.
        let before = try await still()
        let reloading = try await lookUps(ring, keys, tasks: 8, way: .ring) { try await publish(versions) }
        let after = try await still()
        line.add("tasks8_reloading_per_second", reloading.rate)
        line.add("tasks8_still_per_second", (before.rate + after.rate) / 2)
        line.add("versions", ring.state.loads)
        line.add("mixed", before.mixed + after.mixed + ringOnly.mixed + readers.mixed + reloading.mixed)
        line.add("failures", ring.state.failures)
    }

    private static func plainLookUp(_ ring: Ring, _ keys: [String]) -> Double {
        var best = Double.infinity
        var sum = 0
        for _ in 0..<20 {
            let begin = ContinuousClock.now
            for _ in 0..<100 {
                for key in keys { sum &+= ring.owner(ofKey: key) }
            }
            best = min(best, (ContinuousClock.now - begin) / .nanoseconds(1) / Double(100 * keys.count))
        }
        // Whoever looks at the sum keeps the loop from being removed.
        return sum == .min ? 0 : best
    }

    private enum Way { case ring, reader }

    private struct Found: Sendable {
        var count = 0
        /// Look-ups whose version was lower than one before, or whose batch had several.
        var mixed = 0
        var time: Duration = .zero
        var tasks = 0

        var rate: Double { Double(count) / (time / .seconds(1)) }
        /// The time of one look-up in each of the tasks that run side by side.
        var nanosecondsEach: Double { time / .nanoseconds(1) * Double(tasks) / Double(count) }
    }

    /// Looks up in several tasks for as long as `body` takes.
    private func lookUps(
        _ ring: LiveRing,
        _ keys: [String],
        tasks: Int,
        way: Way,
        while body: () async throws -> Void
    ) async throws -> Found {
        let isOver = Flag()
        return try await withThrowingTaskGroup(of: Found.self) { group in
            let begin = ContinuousClock.now
            for _ in 0..<tasks {
                group.addTask {
                    way == .reader ? await Self.read(ring, keys, isOver) : await Self.ask(ring, keys, isOver)
                }
            }
            try await body()
            isOver.value.store(true, ordering: .relaxed)
            var all = Found()
            for try await found in group {
                all.count += found.count
                all.mixed += found.mixed
            }
            all.time = ContinuousClock.now - begin
            all.tasks = tasks
            return all
        }
    }

    private static func ask(_ ring: LiveRing, _ keys: [String], _ isOver: Flag) async -> Found {
        var found = Found()
        var newest: Int64 = 0
        while !isOver.value.load(ordering: .relaxed) {
            var owner = ring.owner(of: keys[0])
            for key in keys.dropFirst() { owner = ring.owner(of: key) }
            found.count += keys.count
            check(version(of: owner), &newest, &found)
            if found.count.isMultiple(of: keys.count * 16) {
                // Once in a while a batch, whose answers must all be of one version.
                let versions = Set(ring.owners(of: Array(keys.prefix(16))).map { version(of: $0) })
                if versions.count != 1 { found.mixed += 1 }
                await Task.yield()
            }
        }
        return found
    }

    private static func read(_ ring: LiveRing, _ keys: [String], _ isOver: Flag) async -> Found {
        var found = Found()
        var newest: Int64 = 0
        var reader = ring.reader()
        while !isOver.value.load(ordering: .relaxed) {
            var owner = reader.owner(of: keys[0])
            for key in keys.dropFirst() { owner = reader.owner(of: key) }
            found.count += keys.count
            check(version(of: owner), &newest, &found)
            if found.count.isMultiple(of: keys.count * 16) { await Task.yield() }
        }
        return found
    }

    private static func check(_ version: Int64, _ newest: inout Int64, _ found: inout Found) {
        if version < newest { found.mixed += 1 }
        newest = max(newest, version)
    }

    private static func version(of owner: Owner) -> Int64 {
        Int64(owner.node.dropFirst().prefix { $0 != "-" }) ?? -1
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }
}
