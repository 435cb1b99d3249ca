package import Logging
package import RingCore
package import RingDaemon
import RingSnapshots
import ServiceLifecycle
import UnixSignals

/// Follows a pool of a remote ringd over HTTP and keeps the same file on this machine, for clients that read it.
///
/// It trusts nobody: what comes is checked as a client checks it, an older version is never written, and while the
/// remote end is away the last good file stays.
package struct SnapshotAgent: Service {
    private let source: SnapshotSource
    private let file: FollowedFile
    private let pool: PoolName?
    private let pause: Duration
    private let logger: Logger
    private let onWritten: @Sendable (RingVersion, PoolName) -> Void

    /// The longest pause while the remote end does not answer.
    private static let longestPause: Duration = .seconds(30)

    /// - Parameters:
    ///   - pool: `nil` for the only pool of the remote ringd.
    ///   - pause: between two questions, where the remote end cannot wait with its answer.
    ///   - onWritten: called for each version once it is durable.
    /// - Throws: `ConfigurationError` about one of the flags.
    package init(
        from address: String,
        to path: String,
        pool: PoolName?,
        pause: Duration,
        logger: Logger,
        onWritten: @escaping @Sendable (RingVersion, PoolName) -> Void
    ) throws(ConfigurationError) {
        source = try SnapshotSource(address: address, pool: pool)
        file = try FollowedFile(path: path)
        self.pool = pool
        self.pause = pause
        self.logger = logger
        self.onWritten = onWritten
    }

    /// Follows until SIGTERM or SIGINT.
    ///
    /// - Throws: `DaemonError` when the file cannot be written at the start.
    package func follow() async throws {
        var configuration = ServiceGroupConfiguration(
            services: [self],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Daemon.shutdownLimit
        try await ServiceGroup(configuration: configuration).run()
    }

    /// What the agent knows between two questions.
    private struct State {
        var current: Snapshot?
        var canWait = true
        /// What was complained of last, so that it is said once.
        var complaint: String?
        var failures = 0
    }

    package func run() async throws {
        var state = State()
        do throws(PublicationError) {
            state.current = try file.current(of: pool)
        } catch {
            throw DaemonError(error)
        }
        await cancelWhenGracefulShutdown { [state] in
            var state = state
            while !Task.isCancelled {
                let wait = await step(&state)
                if wait > .zero { try? await Task.sleep(for: wait) }
            }
        }
    }

    /// Asks once and does what the answer says; returns how long to wait before the next question.
    private func step(_ state: inout State) async -> Duration {
        let begin = ContinuousClock.now
        let answer = await source.next(after: state.current?.place, waits: state.canWait)
        guard !Task.isCancelled else { return .zero }
        switch answer {
        case .snapshot(let bytes):
            let problem = take(bytes, &state)
            return problem.map { complain($0, &state) } ?? settle(&state, since: begin, isNews: true)
        case .unchanged: return settle(&state, since: begin, isNews: false)
        case .cannotWait:
            state.canWait = false
            return .zero
        case .missing(let problem), .failed(let problem): return complain(problem, &state)
        }
    }

    /// After a good answer: the next question goes out at once where the remote end waits with its answer.
    private func settle(_ state: inout State, since begin: ContinuousClock.Instant, isNews: Bool) -> Duration {
        if state.complaint != nil {
            logger.notice(
                "the remote ringd answers again",
                metadata: ["event": "agent.back", "from": "\(source.address)"]
            )
        }
        state.complaint = nil
        state.failures = 0
        // One that answers at once although nothing is new does not wait.
        let waited = ContinuousClock.now - begin
        return state.canWait && (isNews || waited > .seconds(1)) ? .zero : pause
    }

    private func complain(_ problem: String, _ state: inout State) -> Duration {
        state.failures += 1
        if state.complaint != problem {
            state.complaint = problem
            logger.warning(
                "the snapshot cannot be followed: the last good file stays",
                metadata: ["event": "agent.failed", "from": "\(source.address)", "problem": "\(problem)"]
            )
        }
        return min(pause * (1 << min(state.failures, 5)), max(pause, Self.longestPause))
    }

    /// Checks what came and writes what is newer; returns what is wrong with it.
    private func take(_ bytes: [UInt8], _ state: inout State) -> String? {
        let next: Snapshot
        do throws(SnapshotError) {
            next = try Snapshot.decoding(bytes)
            try next.verify(expectedPool: pool ?? state.current?.pool ?? next.pool)
        } catch {
            return "what came is no snapshot to be used: \(error.description)"
        }
        switch Snapshot.adoption(of: next.place, over: state.current?.place) {
        case .keepSame: return nil
        case .ignoreOlder:
            return "version \(next.version) came, which is older than version \(state.current?.version.value ?? 0) here"
        case .alarm: return "version \(next.version) came with another content than the one here: two writers"
        case .adopt: break
        }
        do throws(PublicationError) {
            try file.replace(by: bytes)
        } catch {
            return error.description
        }
        state.current = next
        onWritten(next.version, next.pool)
        return nil
    }
}
