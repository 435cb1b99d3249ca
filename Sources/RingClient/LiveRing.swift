import NIOPosix
import RingCore
import RingSnapshots
import Synchronization

/// The ring of a pool, which follows what `ringd` publishes.
///
/// ```swift
/// let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "sessions")
/// async let following: Void = ring.run()
/// let owner = ring.owner(of: "user:42")
/// ```
///
/// Look-ups are answered at any time, from any thread, by one whole version; they never wait for a reload. Only the
/// first load may fail. Afterwards the last good ring stays in use whatever becomes of the file or of `ringd`, and
/// ``state`` says what is wrong and how old things are.
public final class LiveRing: Sendable {
    /// The pool of the ring.
    public let pool: String
    /// The path of the file that is followed.
    public let path: String
    /// The mean time between two looks at the file; each is up to a fifth shorter or longer.
    public let pollInterval: Duration

    let shared: SharedGeneration
    /// The number of the current generation; what readers compare.
    let number: Atomic<UInt64>
    /// Held while the file is looked at and read, which may take as long as a disk takes.
    private let polling: Mutex<Follower>
    /// Held for moments only, so that whoever asks for the state never waits for a disk.
    private let known: Mutex<Known>

    private struct Known {
        var report: Follower.Report
        var place: Snapshot.Place
        var adoptedAt: ContinuousClock.Instant
        var subscribers = Subscribers()
    }

    /// Loads the current version of a pool below a directory of snapshots.
    ///
    /// - Parameters:
    ///   - directory: what `ringd` calls its snapshot directory.
    ///   - pool: the name of the pool.
    ///   - pollInterval: the mean time between two looks at the file, one system call each.
    /// - Throws: ``RingClientError`` when there is no ring that can be used.
    public convenience init(
        directory: String,
        pool: String,
        pollInterval: Duration = .seconds(1)
    ) throws(RingClientError) {
        // Validated before it becomes part of a path.
        let name = try Self.name(of: pool)
        try self.init(
            path: "\(directory)/\(name)/ring.json",
            alivePath: "\(directory)/\(name)/alive.json",
            pool: name,
            pollInterval: pollInterval
        )
    }

    /// Loads the current version of a pool from a file of any name, as a copy or a mounted volume brings it.
    ///
    /// - Parameters:
    ///   - path: the path of the file; symbolic links are followed.
    ///   - pool: the name of the pool.
    ///   - pollInterval: the mean time between two looks at the file, one system call each.
    /// - Throws: ``RingClientError`` when there is no ring that can be used.
    public convenience init(
        path: String,
        pool: String,
        pollInterval: Duration = .seconds(1)
    ) throws(RingClientError) {
        try self.init(path: path, alivePath: nil, pool: try Self.name(of: pool), pollInterval: pollInterval)
    }

    private init(path: String, alivePath: String?, pool: PoolName, pollInterval: Duration) throws(RingClientError) {
        self.path = path
        self.pool = pool.text
        self.pollInterval = max(pollInterval, .milliseconds(1))
        var follower = Follower(
            pool: pool,
            file: SnapshotFile(path: path),
            aliveFile: alivePath.map { SnapshotFile(path: $0) }
        )
        guard follower.look(), let first = follower.load() else {
            throw follower.report.lastError ?? RingClientError(.missing, "\(printable(path)) has no ring")
        }
        shared = SharedGeneration(first)
        number = Atomic(first.number)
        known = Mutex(Known(report: follower.report, place: first.place, adoptedAt: .now))
        polling = Mutex(follower)
    }

    deinit {
        known.withLock { $0.subscribers.finish() }
    }

    private static func name(of pool: String) throws(RingClientError) -> PoolName {
        do throws(ValidationError) {
            return try PoolName(pool)
        } catch {
            throw RingClientError(.invalidPool, "\(error.problem); \(error.hint)")
        }
    }

    // MARK: Following

    /// Follows the published ring until the task is cancelled.
    ///
    /// One call is enough for a process. It has the shape of a service of swift-service-lifecycle.
    public func run() async throws {
        while !Task.isCancelled {
            let fifth = pollInterval.wholeNanoseconds / 5
            let jitter = Int64.random(in: -fifth...fifth)
            do {
                try await Task.sleep(for: pollInterval + .nanoseconds(jitter))
                guard look() else { continue }
                // Reading and building take milliseconds, for which no thread of other tasks should wait.
                try await NIOThreadPool.singleton.runIfActive { self.load() }
            } catch is CancellationError {
                return
            }
        }
    }

    /// Looks at the file now, and adopts what is new; for programs that have a timer of their own.
    ///
    /// Waits for the disk. What goes wrong is found in ``state``.
    public func poll() {
        if look() { load() }
    }

    /// One system call when nothing happened; whether the file must be read.
    private func look() -> Bool {
        polling.withLock { follower in
            let mustLoad = follower.look()
            known.withLock { $0.report = follower.report }
            return mustLoad
        }
    }

    private func load() {
        polling.withLock { follower in
            guard let next = follower.load() else {
                known.withLock { $0.report = follower.report }
                return
            }
            // The number first: whoever has seen the new generation must find that a reader's is old.
            number.store(next.number, ordering: .sequentiallyConsistent)
            shared.replace(with: next) {
                known.withLock { known in
                    known.report = follower.report
                    known.place = next.place
                    known.adoptedAt = .now
                    known.subscribers.send(next.published)
                }
            }
        }
    }

    // MARK: What is known

    /// The version in use, with its servers.
    public var current: PublishedRing { shared.read { $0.published } }

    /// How things stand: for health pages, metrics and logs.
    public var state: State {
        let now = SnapshotFile.wallClock() / 1_000_000
        return known.withLock { known in
            let (place, report) = (known.place, known.report)
            return State(
                epoch: place.epoch.value,
                version: place.version.value,
                digest: place.digest.description,
                age: ContinuousClock.now - known.adoptedAt,
                aliveAge: report.alive.map { .milliseconds(max(0, now - $0.at.milliseconds)) },
                announcedVersion: report.alive?.version?.value,
                lastError: report.lastError,
                polls: report.polls,
                loads: report.loads,
                failures: report.failures
            )
        }
    }

    /// The version in use, and then each that is adopted; who is slow gets the newest only.
    ///
    /// Ends with the task that iterates, or with this ring.
    public var updates: AsyncStream<PublishedRing> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PublishedRing.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let id = known.withLock { known in
            continuation.yield(current)
            return known.subscribers.add(continuation)
        }
        continuation.onTermination = { [weak self] _ in
            self?.known.withLock { $0.subscribers.remove(id) }
        }
        return stream
    }
}
