public import Metrics
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
    /// The longest time between two looks at the file; each is up to a fifth shorter.
    public let pollInterval: Duration
    /// Whether a change of the directory wakes the following at once.
    public let wakesOnChange: Bool

    let metricsFactory: any MetricsFactory
    let shared: SharedGeneration
    /// The number of the current generation; what readers compare.
    let number: Atomic<UInt64>
    /// Held while the file is looked at and read, which may take as long as a disk takes.
    let polling: Mutex<Follower>
    /// Held for moments only, so that whoever asks for the state never waits for a disk.
    let known: Mutex<Known>
    let metrics: RingMetrics?

    struct Known {
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
    ///   - pollInterval: the longest time between two looks at the file, one system call each.
    ///   - keys: public keys of which one must have signed a version; `nil` takes what is unsigned.
    ///   - keep: a file of this program's own in which the ring in use outlives it: it serves at the next start while
    ///     the published file is missing or bad, and nothing older is taken.
    ///   - wakesOnChange: whether a change of the directory makes the following look at once, where the system tells of
    ///     such changes (Linux, on local disks). The poll stays, and stays the guarantee.
    ///   - metrics: who collects metrics; `nil` takes what swift-metrics was set up with.
    /// - Throws: ``RingClientError`` when there is no ring that can be used.
    public convenience init(
        directory: String,
        pool: String,
        pollInterval: Duration = .seconds(1),
        keys: SnapshotKeys? = nil,
        keep: String? = nil,
        wakesOnChange: Bool = false,
        metrics: (any MetricsFactory)? = nil
    ) throws(RingClientError) {
        // Validated before it becomes part of a path.
        let name = try Self.name(of: pool)
        try self.init(
            path: "\(directory)/\(name)/ring.json",
            alivePath: "\(directory)/\(name)/alive.json",
            pool: name,
            pollInterval: pollInterval,
            keys: keys,
            keep: keep,
            wakesOnChange: wakesOnChange,
            metrics: metrics
        )
    }

    /// Loads the current version of a pool from a file of any name, as a copy or a mounted volume brings it.
    ///
    /// - Parameters:
    ///   - path: the path of the file; symbolic links are followed.
    ///   - pool: the name of the pool.
    ///   - pollInterval: the longest time between two looks at the file, one system call each.
    ///   - keys: public keys of which one must have signed a version; `nil` takes what is unsigned.
    ///   - keep: a file of this program's own in which the ring in use outlives it.
    ///   - wakesOnChange: whether a change of the directory makes the following look at once.
    ///   - metrics: who collects metrics; `nil` takes what swift-metrics was set up with.
    /// - Throws: ``RingClientError`` when there is no ring that can be used.
    public convenience init(
        path: String,
        pool: String,
        pollInterval: Duration = .seconds(1),
        keys: SnapshotKeys? = nil,
        keep: String? = nil,
        wakesOnChange: Bool = false,
        metrics: (any MetricsFactory)? = nil
    ) throws(RingClientError) {
        try self.init(
            path: path,
            alivePath: nil,
            pool: try Self.name(of: pool),
            pollInterval: pollInterval,
            keys: keys,
            keep: keep,
            wakesOnChange: wakesOnChange,
            metrics: metrics
        )
    }

    private init(
        path: String,
        alivePath: String?,
        pool: PoolName,
        pollInterval: Duration,
        keys: SnapshotKeys?,
        keep: String?,
        wakesOnChange: Bool,
        metrics: (any MetricsFactory)?
    ) throws(RingClientError) {
        self.path = path
        self.pool = pool.text
        self.pollInterval = max(pollInterval, .milliseconds(1))
        self.wakesOnChange = wakesOnChange
        metricsFactory = metrics ?? MetricsSystem.factory
        self.metrics = RingMetrics(metricsFactory, pool: pool.text)
        var follower = Follower(
            pool: pool,
            file: SnapshotFile(path: path),
            aliveFile: alivePath.map { SnapshotFile(path: $0) },
            kept: keep.map { KeptSnapshot(path: $0) },
            keys: keys?.trusted
        )
        follower.recall()
        if follower.look() { _ = follower.load() }
        guard let first = follower.current else {
            throw follower.report.lastError ?? RingClientError(.missing, "\(printable(path)) has no ring")
        }
        shared = SharedGeneration(first)
        number = Atomic(first.number)
        known = Mutex(Known(report: follower.report, place: first.place, adoptedAt: .now))
        polling = Mutex(follower)
        self.metrics?.record(state, since: Follower.Report())
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
                keepError: report.keepError,
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
