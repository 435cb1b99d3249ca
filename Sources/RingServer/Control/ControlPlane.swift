package import RingAPI
package import RingCore
package import RingPlanner

/// What the server asks of the daemon: the whole of it, so that a test can stand in for the daemon.
///
/// Where a pool is `nil`, the only pool is meant; with none or several the call is refused as `not-found` with a hint
/// that names them. An unknown pool or node is refused as `not-found`, the nearest name in the hint. Each call is made
/// from its own task and may be cancelled when the peer goes away.
package protocol ControlPlane: RecordPlane, LivePlane {
    /// Performs a change and answers once it is durable and visible, or refused.
    ///
    /// The same request has one effect, however often it is submitted.
    func submit(_ command: Command, request: RequestID, actor: Actor) async -> Reply

    /// Every pool, by name.
    func pools() async throws(Refusal) -> PoolList

    /// One pool with its policy.
    func pool(_ pool: PoolName?) async throws(Refusal) -> PoolDetail

    /// The nodes of a pool in the order of the roster, retired ones left out.
    func nodes(of pool: PoolName?) async throws(Refusal) -> NodeList

    /// One node with its newest events.
    func node(_ node: NodeName, of pool: PoolName?) async throws(Refusal) -> NodeDetail

    /// A version of the ring; `not-found` where it never existed or the ring was never filled.
    func ring(of pool: PoolName?, _ selection: RingSelection) async throws(Refusal) -> RingDetail

    /// The owners of keys in the current ring; at most ``LocateRequest/keyLimit`` keys.
    func locate(_ keys: [String], in pool: PoolName?) async throws(Refusal) -> Locations

    /// Versions of the ring, newest first.
    func history(of pool: PoolName?, _ page: HistoryPage) async throws(Refusal) -> History

    /// Events by rising identifier: the newest that fit the query, the newest last.
    func events(_ query: EventQuery) async throws(Refusal) -> EventList

    /// Checks the whole chain of the audit.
    func verifyAudit() async throws(Refusal) -> AuditVerification

    /// Where clients find the pool's snapshot.
    func snapshotLocation(of pool: PoolName?) async throws(Refusal) -> SnapshotLocation

    /// The bytes of a published snapshot; `nil` stands for the newest version.
    func snapshot(of pool: PoolName?, version: RingVersion?) async throws(Refusal) -> SnapshotFile

    /// Which daemon this is.
    func version() async -> DaemonVersion

    /// Whether the daemon does its work.
    func readiness() async -> Readiness
}

/// Which version of a ring is meant.
package enum RingSelection: Hashable, Sendable {
    case current
    case version(RingVersion)
    /// The version that was current then.
    case at(WallTime)
}

/// A part of the versions of a ring.
package struct HistoryPage: Hashable, Sendable {
    /// Only versions below this one.
    package var before: RingVersion?
    /// Within ``limitRange``.
    package var limit: Int

    /// What may be asked for at once.
    package static let limitRange = 1...1000
    /// What is answered unless asked otherwise.
    package static let standardLimit = 20

    package init(before: RingVersion? = nil, limit: Int = HistoryPage.standardLimit) {
        self.before = before
        self.limit = limit
    }
}

/// Which events are asked for.
package struct EventQuery: Hashable, Sendable {
    package var pool: PoolName?
    package var node: NodeName?
    /// Only events at this time or later.
    package var since: WallTime?
    /// Only events before this time.
    package var until: WallTime?
    /// Only events with a greater identifier; then the oldest of them are answered first: for following.
    package var after: EventID?
    /// Within ``limitRange``.
    package var limit: Int

    /// What may be asked for at once.
    package static let limitRange = 1...1000
    /// What is answered unless asked otherwise.
    package static let standardLimit = 50

    package init(
        pool: PoolName? = nil,
        node: NodeName? = nil,
        since: WallTime? = nil,
        until: WallTime? = nil,
        after: EventID? = nil,
        limit: Int = EventQuery.standardLimit
    ) {
        self.pool = pool
        self.node = node
        self.since = since
        self.until = until
        self.after = after
        self.limit = limit
    }
}

/// The bytes of a snapshot, as they are on disk.
package struct SnapshotFile: Hashable, Sendable {
    package var bytes: [UInt8]
    /// `sha256:` and hexadecimal digits: the entity tag over HTTP.
    package var digest: String

    package init(bytes: [UInt8], digest: String) {
        self.bytes = bytes
        self.digest = digest
    }
}
