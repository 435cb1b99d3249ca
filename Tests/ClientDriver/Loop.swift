import ArgumentParser
import RingClient
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes and reads until its standard input ends, and watches for stale values.
///
/// Each task of each process has keys of its own and stores rising numbers, so that it knows what may not be read any more: whatever is
/// lower than the last number that a server said it has.
struct Loop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write and read until the standard input ends.")

    @Option(help: "The directory of the snapshots.") var snapshots: String
    @Option(help: "The pool.") var pool = "default"
    @Option(help: "Milliseconds between two looks at the file.") var poll = 100
    @Option(help: "How many tasks write and read.") var tasks = 8
    @Option(help: "How many keys each of them has.") var keys = 100
    @Option(help: "A file of public keys.") var trust: String?
    @Option(help: "A file to keep the ring in.") var keep: String?
    @Flag(help: "Hear of changes of the directory.") var wake = false
    @Flag(help: "Throw what fails.") var raise = false

    func run() async throws {
        let ring = try LiveRing(
            directory: snapshots,
            pool: pool,
            pollInterval: .milliseconds(poll),
            keys: try trust.map { try SnapshotKeys(path: $0) },
            keep: keep,
            wakesOnChange: wake
        )
        let cache = MemcachedClient(ring: ring, failureMode: raise ? .raise : .miss)
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await ring.run() }
            group.addTask { await cache.run() }
            group.addTask {
                for await update in ring.updates {
                    var line = Line()
                    line.add("version", update.version)
                    line.add("at", Self.wallClock())
                    line.print()
                }
            }
            for task in 0..<tasks {
                group.addTask { await Self.work(task, keys: keys, cache, tally) }
            }
            group.addTask { await Self.untilInputEnds() }
            _ = await group.next()
            // Only the end of the input ends a child.
            group.cancelAll()
        }
        tally.line(of: ring.state).print()
    }

    private static func work(_ task: Int, keys count: Int, _ cache: MemcachedClient, _ tally: Tally) async {
        var known = [Int](repeating: 0, count: count)
        var turn = 0
        while !Task.isCancelled {
            let index = turn % count
            let key = "application:\(getpid()):\(task):\(index)"
            turn += 1
            do throws(MemcachedError) {
                // One round of storing, three of reading.
                if ((turn - 1) / count).isMultiple(of: 4) {
                    let outcome = try await cache.set(key, "\(turn)")
                    if outcome == .done { known[index] = turn }
                    tally.count { $0.stores += 1 }
                    if outcome != .done { tally.count { $0.unavailable += 1 } }
                }
                let value = try await cache.get(key)
                let isStale = value.map { (Int($0.text) ?? -1) < known[index] } ?? false
                tally.count { counts in
                    counts.reads += 1
                    if value == nil { counts.misses += 1 }
                    if isStale { counts.stale += 1 }
                }
            } catch {
                guard error.code != .cancelled else { return }
                tally.count { counts in
                    counts.errors += 1
                    if counts.firstError.isEmpty { counts.firstError = "\(error)" }
                }
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    private static func untilInputEnds() async {
        // A thread of its own waits, because reading blocks.
        await withCheckedContinuation { continuation in
            let box = Box(continuation)
            var thread = pthread_t()
            pthread_create(
                &thread,
                nil,
                { argument in
                    while readLine() != nil {}
                    if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().continuation.resume() }
                    return nil
                },
                Unmanaged.passRetained(box).toOpaque()
            )
            pthread_detach(thread)
        }
    }

    private final class Box: Sendable {
        let continuation: CheckedContinuation<Void, Never>
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
    }

    /// Now, in nanoseconds since 1970, as the times of files are.
    private static func wallClock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

/// What all tasks have seen together.
private final class Tally: Sendable {
    private let counts = Mutex(Counts())

    struct Counts {
        var reads = 0
        var misses = 0
        var stores = 0
        var unavailable = 0
        var stale = 0
        var errors = 0
        var firstError = ""
    }

    func count(_ change: (inout Counts) -> Void) { counts.withLock { change(&$0) } }

    func line(of state: LiveRing.State) -> Line {
        let counts = counts.withLock { $0 }
        var line = Line()
        line.add("reads", counts.reads)
        line.add("misses", counts.misses)
        line.add("stores", counts.stores)
        line.add("unavailable", counts.unavailable)
        line.add("stale", counts.stale)
        line.add("errors", counts.errors)
        line.add("first_error", text: counts.firstError)
        line.add("loads", state.loads)
        line.add("failures", state.failures)
        line.add("ring_error", text: state.lastError.map { "\($0)" } ?? "")
        return line
    }
}
