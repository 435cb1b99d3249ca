import RingClient
import RingCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tasks that look keys up without pause, and see to it that each answer is of one whole version.
struct LookUps: Sendable {
    let ring: LiveRing
    let keys: [String]

    /// By which way of a live ring.
    enum Way { case ring, reader }

    /// What all tasks of a run did together.
    struct Found: Sendable {
        var count = 0
        /// Look-ups whose version was lower than one before, and batches that had several.
        var mixed = 0
        var time: Duration = .zero
        var processorTime: Duration = .zero

        /// Look-ups a second.
        var rate: Double { Double(count) / (time / .seconds(1)) }
        /// The processor time of the whole process for each look-up: what else runs on the machine takes none of it.
        var processorNanosecondsEach: Double { processorTime / .nanoseconds(1) / Double(count) }

        static func += (all: inout Found, more: Found) {
            all.count += more.count
            all.mixed += more.mixed
            all.time += more.time
            all.processorTime += more.processorTime
        }
    }

    /// Looks up in several tasks for as long as `body` takes.
    func run(tasks: Int, by way: Way, while body: () async throws -> Void) async throws -> Found {
        let isOver = Flag()
        return try await withThrowingTaskGroup(of: Found.self) { group in
            let (begin, processorBegin) = (ContinuousClock.now, Self.processorTime())
            for _ in 0..<tasks {
                group.addTask { way == .reader ? await read(until: isOver) : await ask(until: isOver) }
            }
            try await body()
            isOver.value.store(true, ordering: .relaxed)
            var all = Found()
            for try await found in group { all += found }
            all.time = ContinuousClock.now - begin
            all.processorTime = Self.processorTime() - processorBegin
            return all
        }
    }

    /// The time of a look-up on a ring that never changes, in one thread: the best of some.
    func nanoseconds(on plain: Ring) -> Double {
        var best = Double.infinity
        var sum = 0
        for _ in 0..<20 {
            let begin = Self.processorTime()
            for _ in 0..<100 {
                for key in keys { sum &+= plain.owner(ofKey: key) }
            }
            best = min(best, (Self.processorTime() - begin) / .nanoseconds(1) / Double(100 * keys.count))
        }
        // Whoever looks at the sum keeps the loop from being removed.
        return sum == .min ? 0 : best
    }

    private func ask(until isOver: Flag) async -> Found {
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

    private func read(until isOver: Flag) async -> Found {
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

    private func check(_ version: Int64, _ newest: inout Int64, _ found: inout Found) {
        if version < newest { found.mixed += 1 }
        newest = max(newest, version)
    }

    private func version(of owner: Owner) -> Int64 {
        Int64(owner.node.dropFirst().prefix { $0 != "-" }) ?? -1
    }

    private static func processorTime() -> Duration {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }
}
