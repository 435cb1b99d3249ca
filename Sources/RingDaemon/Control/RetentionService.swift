package import Logging
import RingCore
package import RingStore
import ServiceLifecycle

/// Forgets the history of probes after a while, and nothing else: versions and events stay for ever.
package struct RetentionService: Service {
    /// How long a run of probes is kept after its end.
    package static let kept: Duration = .seconds(30 * 86_400)
    /// How often it is looked whether there is something to forget.
    private static let pause: Duration = .seconds(3600)
    /// Between two batches, so that a change never waits for more than one.
    private static let breath: Duration = .milliseconds(200)

    private let store: RingStore
    private let logger: Logger

    package init(store: RingStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Runs until it is shut down gracefully.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                let isMore = await prune()
                try await Task.sleep(for: isMore ? Self.breath : Self.pause)
            }
        }
    }

    /// Forgets one batch, and says whether there is more.
    private func prune() async -> Bool {
        let now = DaemonClock.wall()
        let end = WallTime(milliseconds: now.milliseconds - Self.kept.wholeMilliseconds)
        do throws(StoreError) {
            let count = try await store.perform { store throws(StoreError) in
                try store.pruneProbeRuns(endedBefore: end, at: now)
            }
            return count == RingStore.pruningLimit
        } catch {
            // A history that grows harms no ring, and the next hour tries again.
            logger.warning("history not pruned", metadata: ["event": "prune.failed", "error": "\(error)"])
            return false
        }
    }
}
