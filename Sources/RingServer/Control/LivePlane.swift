package import RingAPI
package import RingCore
package import RingPlanner

/// What the server asks for pages, streams and metrics: the present in one look.
///
/// A pool that is `nil`, unknown pools and nodes are treated as in ``ControlPlane``.
package protocol LivePlane: Sendable {
    /// Announces whatever a reader could see.
    var announcer: Announcer { get }

    /// What the parts of the daemon count.
    var metrics: MetricRegistry { get }

    /// What is measured when somebody asks: the state of every pool and of the process.
    func measurements() async -> [Measurement]

    /// The newest version on disk; `nil` while there is none.
    func publishedVersion(of pool: PoolName?) async throws(Refusal) -> RingVersion?

    /// A pool as a page shows it.
    func board(of pool: PoolName?) async throws(Refusal) -> PoolBoard

    /// The health of the nodes of a pool since then, by node; unknown names are left out.
    func healthSpans(of pool: PoolName?, since: WallTime) async throws(Refusal) -> [String: [HealthSpan]]

    /// What removing nodes would move; refused as `empty-ring` where none would be left.
    func removal(of nodes: [NodeName], from pool: PoolName?) async throws(Refusal) -> RemovalPreview
}

/// A pool as it is at one moment, with what a page draws of it.
package struct PoolBoard: Sendable {
    package var detail: PoolDetail
    /// In the order of the roster.
    package var nodes: [NodeRow]
    /// The newest latencies by node, in microseconds, the oldest first.
    package var latencies: [String: [UInt32]]
    /// The ring of the newest committed version; `nil` while it was never filled.
    package var ring: Ring?
    /// The name of the node in each slot of `ring`.
    package var owners: [String]
    /// The newest version on disk.
    package var published: Int64?
    /// The wall clock of that moment.
    package var at: WallTime

    package init(
        detail: PoolDetail,
        nodes: [NodeRow],
        latencies: [String: [UInt32]],
        ring: Ring?,
        owners: [String],
        published: Int64?,
        at: WallTime
    ) {
        self.detail = detail
        self.nodes = nodes
        self.latencies = latencies
        self.ring = ring
        self.owners = owners
        self.published = published
        self.at = at
    }
}

/// A time in which a node's health was the same.
package struct HealthSpan: Hashable, Sendable {
    /// As ``NodeRow/health``.
    package var health: String
    package var from: WallTime
    package var until: WallTime

    package init(health: String, from: WallTime, until: WallTime) {
        self.health = health
        self.from = from
        self.until = until
    }
}
