package import RingCore

/// Which daemon answers: the answer to `GET /v1/version`.
package struct DaemonVersion: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// The version of the program.
    package var ringd: String
    package var epoch: Int64
    package var pid: Int32
    package var startedAt: WallTime
    /// The directory of the database.
    package var data: String
    /// The newest migration of the database.
    package var migration: String?

    package init(ringd: String, epoch: Int64, pid: Int32, startedAt: WallTime, data: String, migration: String?) {
        self.ringd = ringd
        self.epoch = epoch
        self.pid = pid
        self.startedAt = startedAt
        self.data = data
        self.migration = migration
    }

    enum CodingKeys: String, CodingKey {
        case schema, ringd, epoch, pid, data, migration
        case startedAt = "started_at"
    }
}

/// Whether the daemon does its work: the answer to `GET /readyz`.
package struct Readiness: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var ready: Bool
    /// Why not, each in a sentence.
    package var reasons: [String]

    package init(reasons: [String]) {
        ready = reasons.isEmpty
        self.reasons = reasons
    }
}

/// Whether the daemon lives: the answer to `GET /healthz`.
package struct Liveness: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var status = "ok"

    package init() {}
}
