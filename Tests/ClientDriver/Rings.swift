import ArgumentParser
import RingClient
import RingCore

/// Measures loads, polls, and look-ups while the ring is replaced again and again.
struct Rings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure loads, polls and look-ups while reloading.")

    @Option(help: "Versions that are published at 20 a second while eight tasks look up.") var versions = 200
    @Option(help: "Slots of that ring.") var slots = 100
    @Option(help: "Slots of the ring whose load is measured.") var loaded = 1000
    @Option(help: "Times that look-ups with reloads and without take turns.") var turns = 10

    func run() async throws {
        var line = Line()
        try measureLoads(&line)
        try measurePolls(&line)
        try await measureLookUps(&line)
        line.print()
    }

    /// Read, verify, build, swap: all of what a process does at its start, and of what a poll does that finds a version
    /// with another weight of one slot.
    private func measureLoads(_ line: inout Line) throws {
        let directory = try ScratchDirectory()
        func publish(_ version: Int64) throws {
            try directory.publish(
                ScratchDirectory.snapshot(version, slots: ScratchDirectory.slots(loaded, version: version))
            )
        }
        try publish(1)
        let ring = try LiveRing(path: directory.path, pool: "measured")
        var (first, next): ([Double], [Double]) = ([], [])
        for version in 2...Int64(51) {
            try publish(version)
            var begin = ContinuousClock.now
            ring.poll()
            next.append((ContinuousClock.now - begin) / .milliseconds(1))
            guard ring.state.version == version else { throw ValidationError("version \(version) was not adopted") }
            begin = .now
            _ = try LiveRing(path: directory.path, pool: "measured")
            first.append((ContinuousClock.now - begin) / .milliseconds(1))
        }
        line.add("first_load_ms", first.sorted()[first.count / 2])
        line.add("next_load_ms", next.sorted()[next.count / 2])
        line.add("next_load_ms_worst", next.max() ?? 0)
    }

    private func measurePolls(_ line: inout Line) throws {
        let directory = try ScratchDirectory()
        try directory.publish(ScratchDirectory.snapshot(1, slots: ScratchDirectory.slots(slots, version: 1)))
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
        // Some more for two threads, before the ones that eight tasks see.
        let few = 100
        let bytes = try (1...Int64(1 + 2 * few + versions)).map { version in
            try ScratchDirectory.snapshot(version, slots: ScratchDirectory.slots(slots, version: version))
        }
        try directory.publish(bytes[0])
        // The process follows by itself, as an application does; what that costs is part of its processor time.
        let ring = try LiveRing(path: directory.path, pool: "measured", pollInterval: .milliseconds(10))
        let publisher = Publisher(directory: directory, versions: bytes)
        let plain = try ScratchDirectory.ring(ScratchDirectory.slots(slots, version: 1))
        let lookUps = LookUps(ring: ring, keys: (0..<1024).map { "user:\(1_000_000_000 + $0):name" })
        line.add("plain_ns", lookUps.nanoseconds(on: plain))

        let following = Task { try await ring.run() }
        defer { following.cancel() }
        let threads = try await lookUps.run(tasks: 2, by: .ring) { try await publisher.publish(few) }
        line.add("threads2_reloading_ns", threads.processorNanosecondsEach)
        let readers = try await lookUps.run(tasks: 2, by: .reader) { try await publisher.publish(few) }
        line.add("threads2_reloading_reader_ns", readers.processorNanosecondsEach)
        // They take turns, so that what else goes on in the machine weighs on both.
        var (still, reloading) = (LookUps.Found(), LookUps.Found())
        for turn in 0..<turns {
            let part = versions * (turn + 1) / turns - versions * turn / turns
            still += try await lookUps.run(tasks: 8, by: .ring) {
                try await Task.sleep(for: .milliseconds(50 * part / 2))
            }
            reloading += try await lookUps.run(tasks: 8, by: .ring) { try await publisher.publish(part) }
        }
        line.add("tasks8_reloading_per_second", reloading.rate)
        line.add("tasks8_still_per_second", still.rate)
        line.add("tasks8_reloading_ns", reloading.processorNanosecondsEach)
        line.add("tasks8_still_ns", still.processorNanosecondsEach)
        line.add("published", bytes.count)
        line.add("loads", ring.state.loads)
        line.add("mixed", threads.mixed + readers.mixed + still.mixed + reloading.mixed)
        line.add("failures", ring.state.failures)
    }
}
