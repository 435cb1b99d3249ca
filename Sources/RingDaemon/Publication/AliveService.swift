package import Logging
import RingCore
import RingPlanner
import RingSnapshots
import ServiceLifecycle

/// Rewrites each pool's `alive.json` every ten seconds: it tells a stable ring from a dead `ringd`.
package struct AliveService: Service {
    /// Between two notes.
    package static let pause: Duration = .seconds(10)

    private let coordinator: Coordinator
    private let publisher: SnapshotPublisher
    private let meters: DaemonMeters
    private let logger: Logger

    package init(coordinator: Coordinator, publisher: SnapshotPublisher, meters: DaemonMeters, logger: Logger) {
        self.meters = meters
        self.coordinator = coordinator
        self.publisher = publisher
        self.logger = logger
    }

    /// Runs until it is cancelled or shut down gracefully.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await noteAll()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func noteAll() async {
        let epoch = await coordinator.roster.epoch
        for view in await coordinator.views() {
            let note = AliveNote(
                pool: view.record.name,
                at: DaemonClock.wall(),
                epoch: epoch,
                version: view.published
            )
            do throws(PublicationError) {
                try await publisher.note(note)
                meters.noteWrite(of: view.record.name, at: note.at)
            } catch {
                logger.warning(
                    "alive.json not written",
                    metadata: ["event": "alive.failed", "pool": "\(view.record.name)", "error": "\(error)"]
                )
            }
        }
    }
}
