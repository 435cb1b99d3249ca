package import RingCore

/// Everything durable that decisions rest on: what the store loads at start, and what each committed change edits.
///
/// Probe evidence is not part of it; after a restart every node is probed again before anything is decided.
package struct Roster: Equatable, Sendable {
    /// The fencing term of this writer.
    package var epoch: Epoch
    /// Live pools, by rising identifier.
    package var pools: [PoolRecord]
    /// Every node that was ever added and not purged, retired ones included, by rising identifier.
    package var nodes: [NodeRecord]
    /// Every slot that was ever made, by rising identifier.
    package var slots: [SlotRecord]
    /// The newest version of deleted pools: numbers go on when a pool of that name is created again.
    package var formerPools: [FormerPool]
    /// Automatic changes of the last day before each pool's newest one, by rising pool and version.
    package var charges: [Charge]
    /// The answers of the newest changes by request, so that a retried request has one effect.
    package var recentRequests: [AnsweredRequest]
    /// Above every identifier in use.
    package var nextPool: PoolID
    package var nextNode: NodeID
    package var nextSlot: SlotID

    package init(
        epoch: Epoch,
        pools: [PoolRecord] = [],
        nodes: [NodeRecord] = [],
        slots: [SlotRecord] = [],
        formerPools: [FormerPool] = [],
        charges: [Charge] = [],
        recentRequests: [AnsweredRequest] = [],
        nextPool: PoolID = PoolID(1),
        nextNode: NodeID = NodeID(1),
        nextSlot: SlotID = SlotID(1)
    ) {
        self.epoch = epoch
        self.pools = pools
        self.nodes = nodes
        self.slots = slots
        self.formerPools = formerPools
        self.charges = charges
        self.recentRequests = recentRequests
        self.nextPool = nextPool
        self.nextNode = nextNode
        self.nextSlot = nextSlot
    }

    /// How many answered requests are remembered.
    package static let recentRequestLimit = 1024
}

/// What an automatic change took from the pool's budget: a `ring_version` row with `is_automatic`.
package struct Charge: Hashable, Sendable {
    package var pool: PoolID
    package var version: RingVersion
    package var at: WallTime
    /// The cold share that counts against the budget; none for changes that are not charged.
    package var share: Share

    package init(pool: PoolID, version: RingVersion, at: WallTime, share: Share) {
        self.pool = pool
        self.version = version
        self.at = at
        self.share = share
    }

    /// Charges older than this before the pool's newest charge are forgotten, in milliseconds: the longest budget window.
    package static let memoryMilliseconds: Int64 = 86_400_000
}

/// What remains of a deleted pool.
package struct FormerPool: Hashable, Sendable {
    package var name: PoolName
    package var version: RingVersion
    package var createdAt: WallTime

    package init(name: PoolName, version: RingVersion, createdAt: WallTime) {
        self.name = name
        self.version = version
        self.createdAt = createdAt
    }
}

/// A change that was committed for a request.
package struct AnsweredRequest: Hashable, Sendable {
    package var request: RequestID
    package var pool: PoolName
    /// What was done, as the event said it.
    package var summary: String
    /// The pool's version after the change; `nil` where no ring was ever filled.
    package var version: RingVersion?

    package init(request: RequestID, pool: PoolName, summary: String, version: RingVersion?) {
        self.request = request
        self.pool = pool
        self.summary = summary
        self.version = version
    }
}
