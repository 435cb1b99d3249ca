import GRDB
package import RingCore
package import RingPlanner
package import RingSnapshots

/// An event as the database has it.
///
/// Words are text here, because a kind that this program does not know is still a fact.
package struct StoredEvent: Hashable, Sendable {
    package let id: EventID
    package let at: WallTime
    package let actor: Actor
    package let kind: String
    package let pool: String?
    package let node: String?
    /// The label of the slot.
    package let slot: String?
    package let reason: String
    package let detail: [AuditEvent.Fact]
    package let request: String?
    package let hash: Digest
    /// The version that it caused, if it caused one.
    package let version: RingVersion?

    init(_ row: Row, _ db: Database) throws {
        id = EventID(row["id"])
        at = WallTime(milliseconds: row["at"])
        actor = Actor(
            user: row["actor"],
            uid: (row["actor_uid"] as Int64?).map { UInt32(clamping: $0) },
            pid: (row["actor_pid"] as Int64?).map { Int32(clamping: $0) }
        )
        kind = row["kind"]
        pool = row["pool"]
        node = row["node"]
        slot = row["slot"]
        reason = row["reason"]
        detail = try JSONText.members(of: row["detail"], db).map { AuditEvent.Fact($0.name, $0.value) }
        request = row["request_id"]
        hash = Digest(row.bytes("hash"))
        version = (row["version"] as Int64?).map(RingVersion.init)
    }
}

/// Which events are asked for; every condition that is set must hold.
package struct AuditQuery: Hashable, Sendable {
    package var pool: PoolName?
    package var node: NodeName?
    /// Only events at this time or later.
    package var since: WallTime?
    /// Only events before this time.
    package var until: WallTime?
    /// Only events with a greater identifier; then the oldest of them are answered first, for following.
    package var after: EventID?
    package var limit: Int

    package init(
        pool: PoolName? = nil,
        node: NodeName? = nil,
        since: WallTime? = nil,
        until: WallTime? = nil,
        after: EventID? = nil,
        limit: Int = 50
    ) {
        self.pool = pool
        self.node = node
        self.since = since
        self.until = until
        self.after = after
        self.limit = limit
    }
}

/// A version as the database has it, without its slots.
package struct StoredVersion: Hashable, Sendable {
    package let pool: PoolID
    package let version: RingVersion
    package let epoch: Epoch
    /// The version before; `nil` for the first.
    package let parent: RingVersion?
    package let createdAt: WallTime
    /// The event that caused it.
    package let event: StoredEvent
    package let dialect: DialectChoice
    package let digest: Digest
    package let agreement: Digest
    package let movedShare: Share
    package let coldShare: Share
    package let isAutomatic: Bool
    /// `nil` while it is not published.
    package let publishedAt: WallTime?

    init(_ row: Row, event: StoredEvent, _ db: Database) throws {
        pool = PoolID(row["pool_id"])
        version = RingVersion(row["version"])
        epoch = Epoch(row["epoch"])
        parent = (row["parent"] as Int64?).map(RingVersion.init)
        createdAt = WallTime(milliseconds: row["created_at"])
        self.event = event
        dialect = try RosterRows.dialect(row, db)
        digest = Digest(row.bytes("digest"))
        agreement = Digest(row.bytes("agreement"))
        movedShare = Share(parts: UInt64(row["moved_parts"] as Int64))
        coldShare = Share(parts: UInt64(row["cold_parts"] as Int64))
        isAutomatic = row["is_automatic"]
        publishedAt = (row["published_at"] as Int64?).map(WallTime.init)
    }
}
