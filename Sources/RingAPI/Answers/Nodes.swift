package import RingCore

/// The nodes of a pool: the answer to `GET /v1/pools/{pool}/nodes`.
package struct NodeList: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var version: Int64?
    /// In the order of the roster; retired ones are left out.
    package var nodes: [NodeRow]

    package init(pool: String, version: Int64?, nodes: [NodeRow]) {
        self.pool = pool
        self.version = version
        self.nodes = nodes
    }
}

/// One node with its three facts, kept apart.
package struct NodeRow: Codable, Hashable, Sendable {
    package var name: String
    package var host: String
    /// Absent for a Unix socket.
    package var port: UInt16?
    /// Absent for a node without a slot.
    package var weight: Int?
    /// What the operator wants: `active` or `maintenance`, say.
    package var admin: String
    /// What probes say: `up` or `down`, say.
    package var health: String
    /// What the published ring does with its slot: `in` or `ejected`, say.
    package var placement: String
    /// The share of the keys that the published ring gives it.
    package var share: Share
    /// What its slot hashes.
    package var label: String?
    package var points: Int?
    /// The part of its points that is published, in per cent; absent for all of them.
    package var ramp: Int?
    package var zone: String?
    package var tags: [String]
    /// Flapped so much that it may not rejoin by itself.
    package var damped: Bool
    /// Since when it is what ``state`` says; of a node on its way into the ring or out, since its last step.
    package var since: WallTime?
    /// When its maintenance ends by itself.
    package var until: WallTime?
    /// Why: the operator's reason, or the evidence of the last failure.
    package var reason: String?
    /// Of the last probes, in microseconds.
    package var latencyP50: Int64?
    package var latencyP99: Int64?
    /// What `stats` last said.
    package var stats: Stats?

    /// What a memcached server says of itself.
    package struct Stats: Codable, Hashable, Sendable {
        package var version: String
        /// In seconds.
        package var uptime: Int64
        package var items: Int64
        package var connections: Int64

        package init(version: String, uptime: Int64, items: Int64, connections: Int64) {
            self.version = version
            self.uptime = uptime
            self.items = items
            self.connections = connections
        }
    }

    package init(
        name: String,
        host: String,
        port: UInt16?,
        weight: Int?,
        admin: String,
        health: String,
        placement: String,
        share: Share,
        label: String? = nil,
        points: Int? = nil,
        ramp: Int? = nil,
        zone: String? = nil,
        tags: [String] = [],
        damped: Bool = false,
        since: WallTime? = nil,
        until: WallTime? = nil,
        reason: String? = nil,
        latencyP50: Int64? = nil,
        latencyP99: Int64? = nil,
        stats: Stats? = nil
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.weight = weight
        self.admin = admin
        self.health = health
        self.placement = placement
        self.share = share
        self.label = label
        self.points = points
        self.ramp = ramp
        self.zone = zone
        self.tags = tags
        self.damped = damped
        self.since = since
        self.until = until
        self.reason = reason
        self.latencyP50 = latencyP50
        self.latencyP99 = latencyP99
        self.stats = stats
    }

    enum CodingKeys: String, CodingKey {
        case name, host, port, weight, admin, health, placement, share, label, points, ramp, zone, tags, damped, since
        case until, reason, stats
        case latencyP50 = "latency_p50_us"
        case latencyP99 = "latency_p99_us"
    }
}

extension NodeRow {
    /// `host:port` with brackets where needed, or the path of a Unix socket.
    package var address: String {
        guard let port else { return host }
        return host.utf8.contains(0x3A) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Every word that ``state`` can be, the best first.
    package static let states = [
        "up", "spare", "waiting", "staged", "ramping", "draining", "maintenance", "covered", "recovering",
        "cleansing", "unknown", "suspect", "damped", "held", "ejected", "down",
    ]

    /// The three facts in one word, for people: the one that matters most.
    package var state: String {
        switch (admin, placement, health) {
        case (let admin, _, _) where admin != "active" && admin != "spare": admin
        case (_, "in", let health): damped ? "damped" : health
        case (_, "absent", "up") where admin == "spare": "spare"
        case (_, "absent", "up"): "waiting"
        case (_, "absent", let health): health
        case (_, "ejected", "recovering"), (_, "ejected", "cleansing"): damped ? "damped" : health
        case (_, let placement, _): damped ? "damped" : placement
        }
    }
}

/// One node and what happened to it: the answer to `GET /v1/pools/{pool}/nodes/{node}`.
package struct NodeDetail: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var version: Int64?
    package var node: NodeRow
    /// The newest events about the node, newest first; at most 10.
    package var events: [EventRow]

    package init(pool: String, version: Int64?, node: NodeRow, events: [EventRow]) {
        self.pool = pool
        self.version = version
        self.node = node
        self.events = events
    }
}
