package import RingCore

/// Every pool in a line: the answer to `GET /v1/pools`.
package struct PoolList: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// By name.
    package var pools: [PoolSummary]

    package init(pools: [PoolSummary]) { self.pools = pools }
}

/// One pool in a line.
package struct PoolSummary: Codable, Hashable, Sendable {
    package var pool: String
    /// Absent while the ring was never filled.
    package var version: Int64?
    package var dialect: String
    /// What automation may do now.
    package var mode: PoolMode
    package var counts: NodeCounts
    /// `created_at` of the version.
    package var changedAt: WallTime?

    package init(
        pool: String,
        version: Int64?,
        dialect: String,
        mode: PoolMode,
        counts: NodeCounts,
        changedAt: WallTime?
    ) {
        self.pool = pool
        self.version = version
        self.dialect = dialect
        self.mode = mode
        self.counts = counts
        self.changedAt = changedAt
    }

    enum CodingKeys: String, CodingKey {
        case pool, version, dialect, mode
        case counts = "nodes"
        case changedAt = "changed_at"
    }
}

/// What automation may do in a pool: the pool's mode.
///
/// A word, not an enumeration, because a reader must bear words that came later.
package struct PoolMode: RawRepresentable, Codable, Hashable, Sendable {
    package var rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let normal = PoolMode(rawValue: "normal")
    /// Nothing is published or flushed by itself.
    package static let frozen = PoolMode(rawValue: "frozen")
    /// Only holds, until an operator acknowledges.
    package static let needsAck = PoolMode(rawValue: "needs-ack")
    /// Only says what it would do.
    package static let observe = PoolMode(rawValue: "observe")
}

/// How many nodes of a pool are in which state; a node can count more than once.
package struct NodeCounts: Codable, Hashable, Sendable {
    /// Every node that is not retired.
    package var total: Int
    package var up: Int
    package var suspect: Int
    package var down: Int
    /// Out of the ring: ejected by health or by an operator.
    package var ejected: Int
    package var held: Int

    package init(total: Int, up: Int, suspect: Int, down: Int, ejected: Int, held: Int) {
        self.total = total
        self.up = up
        self.suspect = suspect
        self.down = down
        self.ejected = ejected
        self.held = held
    }
}

/// A pool with its policy: the answer to `GET /v1/pools/{pool}`.
package struct PoolDetail: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var version: Int64?
    package var epoch: Int64
    package var createdAt: WallTime
    /// `created_at` of the version.
    package var changedAt: WallTime?
    package var dialect: DialectName
    package var mode: PoolMode
    /// Why the pool is frozen or needs an acknowledgement.
    package var modeReason: String?
    package var modeSince: WallTime?
    package var counts: NodeCounts
    /// Every policy value by key with `_`, in the order of the documentation.
    package var policy: NamedValues
    /// The keys of `policy` that an operator set; every other value is the default.
    package var overrides: [String]
    /// The directory of the pool's snapshots.
    package var snapshots: String

    package init(
        pool: String,
        version: Int64?,
        epoch: Int64,
        createdAt: WallTime,
        changedAt: WallTime?,
        dialect: DialectName,
        mode: PoolMode,
        modeReason: String?,
        modeSince: WallTime?,
        counts: NodeCounts,
        policy: NamedValues,
        overrides: [String],
        snapshots: String
    ) {
        self.pool = pool
        self.version = version
        self.epoch = epoch
        self.createdAt = createdAt
        self.changedAt = changedAt
        self.dialect = dialect
        self.mode = mode
        self.modeReason = modeReason
        self.modeSince = modeSince
        self.counts = counts
        self.policy = policy
        self.overrides = overrides
        self.snapshots = snapshots
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, version, epoch, dialect, mode, policy, overrides, snapshots
        case createdAt = "created_at"
        case changedAt = "changed_at"
        case modeReason = "mode_reason"
        case modeSince = "mode_since"
        case counts = "nodes"
    }
}

/// A dialect with its options in the order given.
package struct DialectName: Codable, Hashable, Sendable {
    package var name: String
    package var options: NamedValues

    package init(name: String, options: NamedValues = NamedValues()) {
        self.name = name
        self.options = options
    }

    package init(_ choice: DialectChoice) {
        name = choice.name
        options = NamedValues(choice.options.map { NamedValues.Pair($0.name, $0.value) })
    }
}
