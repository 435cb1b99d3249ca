package import RingCore
package import RingPlanner

/// Hands work for the disk over from the event loop, by value and in order.
///
/// The planner has one change out at a time, one publication a pool and change, and one batch of history a second, so
/// the queues are short by construction.
package struct DiskWork: Sendable {
    package enum StoreJob: Sendable {
        case commit(Change)
        case record(HistoryBatch)
    }

    package struct Publication: Sendable {
        package let pool: PoolID
        package let version: RingVersion
    }

    package let storeJobs: AsyncStream<StoreJob>
    package let publications: AsyncStream<Publication>
    /// Yields the reason, once, when the process has to end.
    package let stops: AsyncStream<String>
    private let storeInlet: AsyncStream<StoreJob>.Continuation
    private let publicationInlet: AsyncStream<Publication>.Continuation
    private let stopInlet: AsyncStream<String>.Continuation

    package init() {
        (storeJobs, storeInlet) = AsyncStream.makeStream()
        (publications, publicationInlet) = AsyncStream.makeStream()
        (stops, stopInlet) = AsyncStream.makeStream()
    }

    func commit(_ change: Change) { storeInlet.yield(.commit(change)) }
    func record(_ batch: HistoryBatch) { storeInlet.yield(.record(batch)) }
    func publish(_ pool: PoolID, _ version: RingVersion) {
        publicationInlet.yield(Publication(pool: pool, version: version))
    }
    func stop(_ reason: String) { stopInlet.yield(reason) }

    /// No more writes; what was handed over is still done.
    package func finishStoreJobs() { storeInlet.finish() }
    /// No more publications; what was handed over is still done.
    package func finishPublications() { publicationInlet.finish() }
    /// Nobody waits for a reason to stop any more.
    package func finishStops() { stopInlet.finish() }
}
