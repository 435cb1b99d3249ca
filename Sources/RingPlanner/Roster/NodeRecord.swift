package import RingCore

/// What the operator wants of a node.
package enum AdminState: String, Hashable, Sendable, CaseIterable {
    /// On the roster, not meant for the ring yet.
    case staged
    /// Meant for the ring.
    case active
    /// On its way out, gently.
    case draining
    /// Out by the operator's wish, until readmitted.
    case maintenance
    /// Healthy and empty, without a slot, ready to take one over.
    case spare
    /// Removed. The row stays, so that a returning address is known to be a rejoin.
    case retired
}

/// The durable facts of a node: one row of the table `node`.
package struct NodeRecord: Hashable, Sendable {
    package let id: NodeID
    package let pool: PoolID
    /// Unique among the pool's nodes that are not retired.
    package var name: NodeName
    /// Unique among the pool's nodes that are not retired.
    package var address: NodeAddress
    package var zone: String?
    /// Free words for selection, sorted, at most 32.
    package var tags: [String]
    package var admin: AdminState
    /// Why the operator set the state; empty where none was given.
    package var adminReason: String
    /// When a maintenance is to end; `nil` for one without an end.
    package var adminUntil: WallTime?
    /// The penalty for flapping when it last flapped; it decays with time, and a restart of the checker starts the
    /// decay anew.
    package var flapPenalty: Int
    /// It flapped so much that it may not rejoin by itself.
    package var isDamped: Bool
    /// The node held keys of this pool and was out of the ring since, so what it holds may be stale.
    package var mayBeStale: Bool
    package var createdAt: WallTime

    package init(
        id: NodeID,
        pool: PoolID,
        name: NodeName,
        address: NodeAddress,
        zone: String? = nil,
        tags: [String] = [],
        admin: AdminState,
        adminReason: String = "",
        adminUntil: WallTime? = nil,
        flapPenalty: Int = 0,
        isDamped: Bool = false,
        mayBeStale: Bool,
        createdAt: WallTime
    ) {
        self.id = id
        self.pool = pool
        self.name = name
        self.address = address
        self.zone = zone
        self.tags = tags
        self.admin = admin
        self.adminReason = adminReason
        self.adminUntil = adminUntil
        self.flapPenalty = flapPenalty
        self.isDamped = isDamped
        self.mayBeStale = mayBeStale
        self.createdAt = createdAt
    }
}
