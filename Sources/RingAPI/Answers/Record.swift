package import RingCore

/// What people did to a pool: the answer to `GET /v1/pools/{pool}/changes`.
package struct ChangeList: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    /// Newest first.
    package var changes: [Row]

    /// One change that somebody made.
    package struct Row: Codable, Hashable, Sendable {
        package var event: EventRow
        /// Absent where it made no version.
        package var movedShare: Share?

        package init(event: EventRow, movedShare: Share?) {
            self.event = event
            self.movedShare = movedShare
        }

        enum CodingKeys: String, CodingKey {
            case event
            case movedShare = "moved_share"
        }
    }

    package init(pool: String, changes: [Row]) {
        self.pool = pool
        self.changes = changes
    }
}

/// How long nodes were up: the answer to `GET /v1/pools/{pool}/availability`.
package struct AvailabilityReport: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    package var since: WallTime
    package var until: WallTime
    /// By name.
    package var nodes: [Row]

    /// One node in the window.
    package struct Row: JSONRow, Hashable, Sendable {
        package var node: String
        /// In milliseconds; a suspect node counts as up, because it still serves.
        package var up: Int64
        /// In milliseconds; a node that recovers or is cleansed counts as down, because it serves nobody.
        package var down: Int64
        /// In milliseconds: nobody looked.
        package var unknown: Int64
        /// Of the time that was looked at, in millionths; absent where nobody looked.
        package var availability: Share?
        /// How often it was found down.
        package var falls: Int
        package var lastFall: WallTime?
        /// What the probes said then.
        package var evidence: String?

        package init(
            node: String,
            up: Int64,
            down: Int64,
            unknown: Int64,
            falls: Int,
            lastFall: WallTime?,
            evidence: String?
        ) {
            self.node = node
            self.up = up
            self.down = down
            self.unknown = unknown
            availability = up + down > 0 ? Share(UInt64(up), of: UInt64(up + down)) : nil
            self.falls = falls
            self.lastFall = lastFall
            self.evidence = evidence
        }

        package init(reading row: inout JSONRowReader) throws {
            node = try row.string("node")
            availability = try row.optionalValue("availability")
            falls = try row.integer("falls")
            evidence = try row.optionalString("evidence")
            up = try row.integer("up_ms")
            down = try row.integer("down_ms")
            unknown = try row.integer("unknown_ms")
            lastFall = try row.optionalValue("last_fall")
        }

        package func write(into row: inout JSONRowWriter) {
            row.write("node", node)
            if let availability { row.write("availability", availability) }
            row.write("falls", falls)
            if let evidence { row.write("evidence", evidence) }
            row.write("up_ms", up)
            row.write("down_ms", down)
            row.write("unknown_ms", unknown)
            if let lastFall { row.write("last_fall", lastFall.description) }
        }
    }

    package init(pool: String, since: WallTime, until: WallTime, nodes: [Row]) {
        self.pool = pool
        self.since = since
        self.until = until
        self.nodes = nodes
    }
}

/// How a node or a slot came to be as it is: the answer to `GET /v1/pools/{pool}/why`.
package struct Story: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var pool: String
    /// `node` or `slot`.
    package var kind: String
    package var name: String
    /// How it is now, in a sentence.
    package var now: String
    /// What led there, the oldest first.
    package var sentences: [Sentence]

    /// One thing that happened.
    package struct Sentence: Codable, Hashable, Sendable {
        package var at: WallTime
        /// The event that it is told from; absent for who had a slot.
        package var event: Int64?
        package var version: Int64?
        package var text: String

        package init(at: WallTime, event: Int64?, version: Int64?, text: String) {
            self.at = at
            self.event = event
            self.version = version
            self.text = text
        }
    }

    package init(pool: String, kind: String, name: String, now: String, sentences: [Sentence]) {
        self.pool = pool
        self.kind = kind
        self.name = name
        self.now = now
        self.sentences = sentences
    }
}
