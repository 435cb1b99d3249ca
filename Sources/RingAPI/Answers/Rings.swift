package import RingCore

/// A version of a pool's ring: the answer to `GET /v1/pools/{pool}/ring`.
package struct RingDetail: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var version: Int64
    package var parent: Int64?
    package var epoch: Int64
    package var createdAt: WallTime
    /// When the next version took over; absent while this one is current.
    package var supersededAt: WallTime?
    package var dialect: DialectName
    /// `sha256:` and hexadecimal digits.
    package var digest: String
    package var agreement: String
    /// How shares were found: `exact`, or the method with its error bound.
    package var shareMethod: String
    /// What made the version.
    package var change: HistoryRow
    /// In the order of the ring.
    package var slots: [RingSlotRow]

    package init(
        pool: String,
        version: Int64,
        parent: Int64?,
        epoch: Int64,
        createdAt: WallTime,
        supersededAt: WallTime?,
        dialect: DialectName,
        digest: String,
        agreement: String,
        shareMethod: String,
        change: HistoryRow,
        slots: [RingSlotRow]
    ) {
        self.pool = pool
        self.version = version
        self.parent = parent
        self.epoch = epoch
        self.createdAt = createdAt
        self.supersededAt = supersededAt
        self.dialect = dialect
        self.digest = digest
        self.agreement = agreement
        self.shareMethod = shareMethod
        self.change = change
        self.slots = slots
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, version, parent, epoch, dialect, digest, agreement, change, slots
        case createdAt = "created_at"
        case supersededAt = "superseded_at"
        case shareMethod = "share_method"
    }
}

/// One slot of a version.
package struct RingSlotRow: JSONRow, Hashable, Sendable {
    package var label: String
    package var node: String
    package var host: String
    package var port: UInt16?
    package var zone: String?
    package var weight: Int
    package var points: Int?
    /// `in` or `held`.
    package var state: String
    package var share: Share

    package init(_ slot: PublishedSlot, share: Share) {
        label = slot.label
        node = slot.node.text
        host = slot.address.host
        port = slot.address.port
        zone = slot.zone
        weight = slot.weight.value
        points = slot.points
        state = slot.state.rawValue
        self.share = share
    }

    package init(reading row: inout JSONRowReader) throws {
        label = try row.string("label")
        node = try row.string("node")
        host = try row.string("host")
        port = try row.optionalInteger("port")
        zone = try row.optionalString("zone")
        weight = try row.integer("weight")
        points = try row.optionalInteger("points")
        state = try row.string("state")
        share = try row.value("share")
    }

    package func write(into row: inout JSONRowWriter) {
        row.write("label", label)
        row.write("node", node)
        row.write("host", host)
        if let port { row.write("port", port) }
        if let zone { row.write("zone", zone) }
        row.write("weight", weight)
        if let points { row.write("points", points) }
        row.write("state", state)
        row.write("share", share)
    }

    /// `host:port` with brackets where needed, or the path of a Unix socket.
    package var address: String {
        guard let port else { return host }
        return host.utf8.contains(0x3A) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Where keys live: the answer to `POST /v1/pools/{pool}/locate`.
package struct Locations: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var version: Int64
    /// In the order of the keys.
    package var locations: [Location]

    /// The owner of one key.
    package struct Location: Codable, Hashable, Sendable {
        package var key: String
        package var label: String
        package var node: String
        /// `host:port`, or the path of a Unix socket.
        package var address: String
        /// `in` or `held`.
        package var state: String

        package init(key: String, label: String, node: String, address: String, state: String) {
            self.key = key
            self.label = label
            self.node = node
            self.address = address
            self.state = state
        }
    }

    package init(pool: String, version: Int64, locations: [Location]) {
        self.pool = pool
        self.version = version
        self.locations = locations
    }
}

/// The versions of a pool's ring: the answer to `GET /v1/pools/{pool}/history`.
package struct History: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    /// Newest first.
    package var changes: [HistoryRow]

    package init(pool: String, changes: [HistoryRow]) {
        self.pool = pool
        self.changes = changes
    }
}

/// One version: who made it, why, and what it moved.
package struct HistoryRow: Codable, Hashable, Sendable {
    package var version: Int64
    package var at: WallTime
    /// The event that caused it.
    package var event: Int64
    /// What happened, as the audit names it: `add` or `eject`.
    package var kind: String
    package var actor: String
    package var node: String?
    package var reason: String
    package var movedShare: Share
    package var coldShare: Share
    /// Absent while it waits to be published.
    package var publishedAt: WallTime?

    package init(
        version: Int64,
        at: WallTime,
        event: Int64,
        kind: String,
        actor: String,
        node: String?,
        reason: String,
        movedShare: Share,
        coldShare: Share,
        publishedAt: WallTime?
    ) {
        self.version = version
        self.at = at
        self.event = event
        self.kind = kind
        self.actor = actor
        self.node = node
        self.reason = reason
        self.movedShare = movedShare
        self.coldShare = coldShare
        self.publishedAt = publishedAt
    }

    enum CodingKeys: String, CodingKey {
        case version, at, event, kind, actor, node, reason
        case movedShare = "moved_share"
        case coldShare = "cold_share"
        case publishedAt = "published_at"
    }
}

/// Where clients find the snapshot: the answer to `GET /v1/pools/{pool}/snapshot/location`.
package struct SnapshotLocation: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    /// The absolute path of `ring.json`; there is no such file while `version` is absent.
    package var path: String
    /// The newest published version.
    package var version: Int64?
    package var digest: String?
    package var publishedAt: WallTime?

    package init(pool: String, path: String, version: Int64?, digest: String?, publishedAt: WallTime?) {
        self.pool = pool
        self.path = path
        self.version = version
        self.digest = digest
        self.publishedAt = publishedAt
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, path, version, digest
        case publishedAt = "published_at"
    }
}
