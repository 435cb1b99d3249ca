/// A change that an operator asks for: the body of `POST /v1/changes`.
///
/// Members that belong to another action, and members that this version does not know, are refused: a wish must never
/// be skipped in silence.
package struct ChangeRequest: Codable, Hashable, Sendable {
    package var action: Action
    /// Absent for the only pool there is, or `default` for a first node.
    package var pool: String?
    /// The node, where the action is about one.
    package var node: String?
    /// `HOST[:PORT]` or the path of a Unix socket: `add-node`, `add-spare`, `replace-node`.
    package var address: String?
    /// Absent takes the dialect's default: `add-node`.
    package var weight: Int?
    /// `add-node`.
    package var zone: String?
    /// `add-node`.
    package var tags: [String]?
    /// Put it into the ring without waiting for a probe: `add-node`.
    package var now: Bool?
    /// Empty it first, although it is new: `add-node`, `add-spare`, `replace-node`.
    package var flush: Bool?
    /// Let it in as it is, although it was away: `add-node`, `readmit`, `enable`.
    package var acceptStale: Bool?
    /// When it ends, RFC 3339: `maintenance`.
    package var until: String?
    /// When it ends, in milliseconds from now: `maintenance`.
    package var duration: Int64?
    /// How long the answer waits for the admission, in milliseconds; 0 answers at once: `add-node`.
    package var wait: Int64?
    /// `create-pool`, `set-pool`, `set-node`.
    package var settings: [Setting]?
    /// The version to go back to: `rollback`.
    package var version: Int64?
    /// The changes that are to be one, in their order, each without the members that belong to all: `batch`.
    package var changes: [ChangeRequest]?
    /// Answer with the preview and do nothing.
    package var dryRun: Bool?
    /// Kept for ever with the change.
    package var message: String?
    /// Refuse when the pool's version is another one; 0 is "no version yet".
    package var ifVersion: Int64?
    /// Refuse when the change would not lead to what a preview said: its `outcome`.
    package var ifOutcome: String?

    /// What is to be done.
    package enum Action: String, Codable, Hashable, Sendable, CaseIterable {
        case createPool = "create-pool"
        case setPool = "set-pool"
        case deletePool = "delete-pool"
        case freeze
        case thaw
        case acknowledge
        case addNode = "add-node"
        case setNode = "set-node"
        case removeNode = "remove-node"
        case replaceNode = "replace-node"
        case eject
        case drain
        case maintenance
        case enable
        case readmit
        case undamp
        case addSpare = "add-spare"
        case failback
        case rollback
        case batch
    }

    /// `KEY=VALUE` as the operator wrote it.
    package struct Setting: Codable, Hashable, Sendable {
        package var key: String
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    package init(_ action: Action, pool: String? = nil, node: String? = nil, settings: [Setting]? = nil) {
        self.action = action
        self.pool = pool
        self.node = node
        self.settings = settings
    }

    /// The members by name.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case action, pool, node, address, weight, zone, tags, now, flush
        case acceptStale = "accept_stale"
        case until
        case duration = "for_ms"
        case wait = "wait_ms"
        case settings, version, changes
        case dryRun = "dry_run"
        case message
        case ifVersion = "if_version"
        case ifOutcome = "if_outcome"
    }
}

/// Keys to be located: the body of `POST /v1/pools/{pool}/locate`.
package struct LocateRequest: Codable, Hashable, Sendable {
    package var keys: [String]

    /// The most keys of one request.
    package static let keyLimit = 10_000

    package init(keys: [String]) { self.keys = keys }
}
