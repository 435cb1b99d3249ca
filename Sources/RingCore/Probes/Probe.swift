/// Identifies one probe.
///
/// A probe can outlive its node; stale identifiers are ignored.
package struct ProbeID: Hashable, Sendable {
    package let node: NodeID
    /// Rises by one for each probe of the process.
    package let serial: UInt64

    package init(node: NodeID, serial: UInt64) {
        self.node = node
        self.serial = serial
    }
}

/// One probe to be made.
package struct Probe: Hashable, Sendable {
    package let id: ProbeID
    package let address: NodeAddress
    /// Connect and answer together.
    package let timeout: Duration
    /// Ask for `stats` as well.
    package let wantsStats: Bool
    /// Do not reuse the connection that is open.
    package let onNewConnection: Bool

    package init(id: ProbeID, address: NodeAddress, timeout: Duration, wantsStats: Bool, onNewConnection: Bool) {
        self.id = id
        self.address = address
        self.timeout = timeout
        self.wantsStats = wantsStats
        self.onNewConnection = onNewConnection
    }
}

/// What a probe found.
package enum ProbeOutcome: Hashable, Sendable {
    /// The server answered as memcached does.
    case success(latency: Duration, stats: ServerStats?)
    case failure(ProbeFailure)
}

/// Why a probe failed, and whose fault that is.
package struct ProbeFailure: Hashable, Sendable {
    package enum Class: String, Hashable, Sendable, CaseIterable {
        /// Nothing listens, or it does not speak memcached: refused, reset, unreachable, wrong protocol.
        case hard
        /// It may be slow: timeout, malformed answer, `SERVER_ERROR`, too many connections.
        case soft
        /// The checker's own trouble: descriptors, ports, memory, name resolution. Never the node's failure.
        case local
    }

    package let `class`: Class
    /// A few words for people, without control characters, at most 200 bytes: `connection refused`.
    package let detail: String

    package init(_ class: Class, _ detail: String) {
        self.class = `class`
        self.detail = detail
    }
}

/// The facts of `stats` that tell a restart and its contents.
package struct ServerStats: Hashable, Sendable {
    package var pid: Int64
    /// Seconds since the server started.
    package var uptime: Int64
    package var items: Int64
    package var connections: Int64
    package var maxConnections: Int64
    /// As the server says it: `1.6.18`; at most 64 bytes without control characters.
    package var version: String

    package init(pid: Int64, uptime: Int64, items: Int64, connections: Int64, maxConnections: Int64, version: String) {
        self.pid = pid
        self.uptime = uptime
        self.items = items
        self.connections = connections
        self.maxConnections = maxConnections
        self.version = version
    }
}
