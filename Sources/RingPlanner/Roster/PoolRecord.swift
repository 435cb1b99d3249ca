package import RingCore

/// The durable facts of a pool: one row of the table `pool`.
package struct PoolRecord: Hashable, Sendable {
    package let id: PoolID
    package var name: PoolName
    package var dialect: DialectChoice
    /// The policy values that an operator set; every other value is the default.
    package var policy: Policy
    /// Set while the pool is frozen.
    package var freeze: Freeze?
    /// Why automation only holds until an operator acknowledges; `nil` when it need not.
    package var needsAck: String?
    /// Automatic changes before this do not count against the rate any more.
    package var acknowledgedAt: WallTime?
    /// The newest committed version; `nil` while the ring was never filled.
    package var version: RingVersion?
    /// `created_at` of that version.
    package var versionCreatedAt: WallTime?
    /// Numbers up to this one were used before: by a deleted pool of this name, or before a restore.
    package var versionFloor: RingVersion
    package var createdAt: WallTime

    /// The highest number that was ever used for a version of a pool of this name; 0 for none.
    package var newestNumber: RingVersion { max(version ?? versionFloor, versionFloor) }

    /// Why nothing is published or flushed by itself.
    package struct Freeze: Hashable, Sendable {
        package enum Cause: String, Hashable, Sendable {
            /// An operator froze the pool; only an operator thaws it.
            case `operator`
            /// Many nodes seemed to die at once; it thaws by itself when they are back.
            case massFailure = "mass-failure"
        }

        package var cause: Cause
        package var reason: String
        package var at: WallTime

        package init(cause: Cause, reason: String, at: WallTime) {
            self.cause = cause
            self.reason = reason
            self.at = at
        }
    }

    package init(
        id: PoolID,
        name: PoolName,
        dialect: DialectChoice,
        policy: Policy,
        freeze: Freeze? = nil,
        needsAck: String? = nil,
        acknowledgedAt: WallTime? = nil,
        version: RingVersion? = nil,
        versionCreatedAt: WallTime? = nil,
        versionFloor: RingVersion = RingVersion(0),
        createdAt: WallTime
    ) {
        self.id = id
        self.name = name
        self.dialect = dialect
        self.policy = policy
        self.freeze = freeze
        self.needsAck = needsAck
        self.acknowledgedAt = acknowledgedAt
        self.version = version
        self.versionCreatedAt = versionCreatedAt
        self.versionFloor = versionFloor
        self.createdAt = createdAt
    }
}
