package import RingAPI
package import RingCore
package import RingPlanner

/// What the server asks of the record: questions about the past of a pool.
///
/// A pool that is `nil`, unknown pools and nodes are treated as in ``ControlPlane``.
package protocol RecordPlane: Sendable {
    /// What differs between two versions; `not-found` where one never existed, `invalid` for a time to come.
    func difference(of pool: PoolName?, _ from: RingSelection, _ to: RingSelection) async throws(Refusal)
        -> RingDifference

    /// What people did, newest first.
    func changes(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> ChangeList

    /// How long nodes were up since then, and how often they fell.
    func availability(of pool: PoolName?, since: RingSelection) async throws(Refusal) -> AvailabilityReport

    /// The versions that moved the most keys, the largest move first.
    func largestMoves(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> History

    /// How the node of that name, else the slot of that label, came to be as it is.
    func story(of name: String, in pool: PoolName?) async throws(Refusal) -> Story

    /// What another policy would have done with the probes that are recorded since then; changes nothing.
    ///
    /// - Parameters:
    ///   - policy: the whole of it, found to be without contradictions.
    ///   - until: `nil` for the present.
    func replay(_ policy: Policy, of pool: PoolName?, since: RingSelection, until: WallTime?) async throws(Refusal)
        -> ReplayReport

    /// The rows of one SELECT, within limits on time and length; anything else is refused as `invalid`.
    func query(_ sql: String) async throws(Refusal) -> QueryResult

    /// Looks at the whole database, and follows the chain of its events.
    func checkDatabase() async throws(Refusal) -> DatabaseCheck

    /// Copies the database as it is now to a new file of the daemon's machine, and checks the copy.
    ///
    /// - Parameter request: names the work in ``databaseWork()``.
    func backUpDatabase(to file: String, request: RequestID) async throws(Refusal) -> DatabaseBackup

    /// Writes the database anew without holes; changes wait meanwhile.
    ///
    /// - Parameter request: names the work in ``databaseWork()``.
    func compactDatabase(request: RequestID) async throws(Refusal) -> DatabaseCompaction

    /// How far the backups and compactions are that are under way; never waits for them.
    func databaseWork() async -> DatabaseWork
}

/// How far a question about the past looks back, and how much is answered.
package struct RecordWindow: Hashable, Sendable {
    /// From then on; `nil` for all that is recorded.
    package var since: RingSelection?
    /// Within ``HistoryPage/limitRange``.
    package var limit: Int

    package init(since: RingSelection? = nil, limit: Int = HistoryPage.standardLimit) {
        self.since = since
        self.limit = limit
    }
}
