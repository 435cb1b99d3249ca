package import RingCore

/// Asks what another policy would have done: the body of `POST /v1/pools/{pool}/replay`.
package struct ReplayRequest: Codable, Hashable, Sendable {
    /// Where the record begins: a version, as `41`, or a time as RFC 3339.
    package var since: String
    /// Where it ends: a time; the present unless given.
    package var until: WallTime?
    /// The values that differ from the default policy, by key as `ringctl pool set` takes them.
    package var policy: NamedValues

    package init(since: String, until: WallTime? = nil, policy: NamedValues) {
        self.since = since
        self.until = until
        self.policy = policy
    }
}

/// What another policy would have done: the answer to `POST /v1/pools/{pool}/replay`.
package struct ReplayReport: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var since: WallTime
    /// Until when the record was played.
    package var until: WallTime
    /// The version that the replay began from.
    package var version: Int64
    /// Nodes that the record says something of, in that version and among the spares.
    package var nodes: Int
    /// How many runs of probes were played.
    package var runs: Int
    /// The policy would have decided more, or the record was too long: the rest was not played.
    package var cut: Bool
    package var wouldHave: Totals
    /// What automation did in the same time.
    package var did: Totals
    package var decisions: [Decision]
    /// What a reader must know to judge it, in sentences.
    package var notices: [String]

    /// Decisions by their kind, and what they moved.
    package struct Totals: Codable, Hashable, Sendable {
        package var ejections = 0
        package var promotions = 0
        package var holds = 0
        package var rejoins = 0
        package var freezes = 0
        /// The sum over all versions, in millionths of the key space; more than a million where keys moved again and again.
        package var movedMillionths: Int64 = 0
        package var coldMillionths: Int64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case ejections, promotions, holds, rejoins, freezes
            case movedMillionths = "moved_ppm"
            case coldMillionths = "cold_ppm"
        }
    }

    /// One thing that the policy would have done.
    package struct Decision: Codable, Hashable, Sendable {
        package var at: WallTime
        package var kind: String
        package var node: String?
        package var reason: String
        /// Absent where it makes no version.
        package var movedShare: Share?
        package var coldShare: Share?

        package init(
            at: WallTime,
            kind: String,
            node: String?,
            reason: String,
            movedShare: Share?,
            coldShare: Share?
        ) {
            self.at = at
            self.kind = kind
            self.node = node
            self.reason = reason
            self.movedShare = movedShare
            self.coldShare = coldShare
        }

        enum CodingKeys: String, CodingKey {
            case at, kind, node, reason
            case movedShare = "moved_share"
            case coldShare = "cold_share"
        }
    }

    package init(
        pool: String,
        since: WallTime,
        until: WallTime,
        version: Int64,
        nodes: Int,
        runs: Int,
        cut: Bool,
        wouldHave: Totals,
        did: Totals,
        decisions: [Decision],
        notices: [String]
    ) {
        self.pool = pool
        self.since = since
        self.until = until
        self.version = version
        self.nodes = nodes
        self.runs = runs
        self.cut = cut
        self.wouldHave = wouldHave
        self.did = did
        self.decisions = decisions
        self.notices = notices
    }

    enum CodingKeys: String, CodingKey {
        case schema, pool, since, until, version, nodes, runs, cut, did, decisions, notices
        case wouldHave = "would_have"
    }
}
