package import Logging
import RingCore
import RingPlanner
import RingSnapshots
package import RingStore
import ServiceLifecycle

/// Publishes committed versions from the store, in their order, and tells the coordinator when each is on disk.
package struct PublicationService: Service {
    private let store: RingStore
    private let publisher: SnapshotPublisher
    private let coordinator: Coordinator
    private let work: DiskWork
    private let meters: DaemonMeters
    private let logger: Logger

    package init(
        store: RingStore,
        publisher: SnapshotPublisher,
        coordinator: Coordinator,
        work: DiskWork,
        meters: DaemonMeters,
        logger: Logger
    ) {
        self.meters = meters
        self.store = store
        self.publisher = publisher
        self.coordinator = coordinator
        self.work = work
        self.logger = logger
    }

    /// Runs until it is shut down gracefully; what was handed over before is still published.
    package func run() async throws {
        await withGracefulShutdownHandler {
            for await publication in work.publications {
                await publish(publication.pool, publication.version)
            }
        } onGracefulShutdown: {
            work.finishPublications()
        }
    }

    private func publish(_ pool: PoolID, _ version: RingVersion) async {
        do {
            let (snapshot, kept) = try await store.perform { store throws(StoreError) in
                (try store.snapshot(pool: pool, version: version), try store.keptSnapshots(of: pool))
            }
            let receipt = try await publisher.publish(snapshot, keeping: kept)
            if let leftBehind = receipt.leftBehind {
                logger.warning(
                    "old snapshot files remain",
                    metadata: ["event": "publish.left-behind", "pool": "\(snapshot.pool)", "error": "\(leftBehind)"]
                )
            }
            meters.noteWrite(of: snapshot.pool, at: DaemonClock.wall())
            // On disk and synced: it may be announced, whatever becomes of the mark.
            await coordinator.tell(.published(pool, version))
            try await store.perform { store throws(StoreError) in
                try store.markPublished(pool: pool, version: version, at: DaemonClock.wall())
            }
        } catch let error as PublicationError {
            await fail(pool, version, "\(error)")
        } catch let error as StoreError where error.code == .notFound {
            // The pool was deleted meanwhile.
            return
        } catch {
            await fail(pool, version, "\(error)")
        }
    }

    private func fail(_ pool: PoolID, _ version: RingVersion, _ reason: String) async {
        logger.error(
            "not published",
            metadata: ["event": "publish.failed", "version": "\(version)", "error": "\(reason)"]
        )
        if let name = await coordinator.roster.pool(pool)?.name { meters.countPublishFailure(of: name) }
        await coordinator.tell(.publishFailed(pool, version, reason: reason))
    }
}
