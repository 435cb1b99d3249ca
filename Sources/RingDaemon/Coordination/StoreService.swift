package import Logging
import RingCore
import RingPlanner
package import RingStore
import ServiceLifecycle

/// Writes changes and history, one after the other, and tells the coordinator what became of each change.
package struct StoreService: Service {
    private let store: RingStore
    private let coordinator: Coordinator
    private let work: DiskWork
    private let meters: DaemonMeters
    private let logger: Logger

    package init(
        store: RingStore,
        coordinator: Coordinator,
        work: DiskWork,
        meters: DaemonMeters,
        logger: Logger
    ) {
        self.meters = meters
        self.store = store
        self.coordinator = coordinator
        self.work = work
        self.logger = logger
    }

    /// Runs until it is shut down gracefully; what was handed over before is still written.
    package func run() async throws {
        await withGracefulShutdownHandler {
            var growth = LogGrowth()
            for await job in work.storeJobs {
                switch job {
                case .commit(let change): await commit(change)
                case .record(let batch): await record(batch)
                }
                if let checkpoint = await checkpointWhenLarge(), let remark = growth.note(logBytes: checkpoint.logBytes)
                {
                    report(remark)
                }
            }
        } onGracefulShutdown: {
            work.finishStoreJobs()
        }
    }

    private func commit(_ change: Change) async {
        do throws(CommitError) {
            let start = DaemonClock.now().instant
            let receipt = try await store.perform { store throws(CommitError) in try store.commit(change) }
            meters.count(change, took: DaemonClock.now().instant - start)
            await coordinator.tell(.committed(change.id))
            for event in change.events { note(event, change: change, receipt: receipt) }
        } catch {
            meters.countCommitFailure()
            logger.error("commit failed", metadata: ["event": "commit.failed", "error": "\(error.cause)"])
            await coordinator.tell(.commitFailed(change.id, error.failure))
        }
    }

    private func note(_ event: AuditEvent, change: Change, receipt: CommitReceipt) {
        var metadata: Logger.Metadata = [
            "event": "\(event.kind.rawValue)", "actor": "\(event.actor.user)", "reason": "\(event.reason)",
        ]
        if let pool = event.pool { metadata["pool"] = "\(pool)" }
        if let node = event.node { metadata["node"] = "\(node)" }
        if let version = change.version { metadata["version"] = "\(version.version)" }
        logger.notice("committed", metadata: metadata)
    }

    private func record(_ batch: HistoryBatch) async {
        do throws(StoreError) {
            try await store.perform { store throws(StoreError) in
                try store.record(batch.transitions)
                try store.record(batch.runs)
            }
        } catch {
            // A gap in the record of health harms no ring; the next change finds out whether the disk is well.
            logger.warning("history not recorded", metadata: ["event": "history.failed", "error": "\(error)"])
        }
    }

    /// SQLite swallows errors of its own checkpoints, so they are made here; a failed one ends the process.
    private func checkpointWhenLarge() async -> RingStore.Checkpoint? {
        do throws(StoreError) {
            return try await store.perform { store throws(StoreError) in try store.checkpointWhenLarge() }
        } catch {
            work.stop("a checkpoint of the database failed: \(error)")
            return nil
        }
    }

    private func report(_ remark: LogGrowth.Remark) {
        switch remark {
        case .grew(let bytes):
            logger.warning(
                "a reader keeps the database's log from being cut; end the long query or close the program that holds it",
                metadata: ["event": "store.log.held", "bytes": "\(bytes)"]
            )
        case .wasCut: logger.notice("the database's log was cut", metadata: ["event": "store.log.cut"])
        }
    }
}
