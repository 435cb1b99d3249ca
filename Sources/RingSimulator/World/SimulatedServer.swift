import RingCore

/// A memcached process, as far as the ring can notice it.
struct SimulatedServer: Sendable {
    let address: NodeAddress
    /// `-F`: it refuses `flush_all`.
    let refusesFlush: Bool
    private(set) var pid: Int64
    private(set) var startedAt: Int64
    /// What it holds of each key.
    private(set) var items: [Item]
    private(set) var itemCount: Int64 = 0
    /// When it was emptied last, by a flush or by a restart.
    private(set) var emptiedAt: Int64?
    /// How many episodes keep it dead, stopped, or out of the checker's reach.
    private(set) var deaths = 0
    private(set) var pauses = 0
    var blocks = 0
    /// A block that lets requests through and loses the answers.
    var oneWayBlocks = 0
    /// The firewall of the block refuses, where it does not swallow.
    var refusingBlocks = 0
    /// The checker reaches it, and every second client does not.
    var clientBlocks = 0

    /// A copy of a value.
    struct Item: Sendable {
        /// The version of the value plus 1, or 0 for nothing.
        var value: UInt32 = 0
        var stamp = Stamp(version: RingVersion(0), isBehind: false)
    }

    init(address: NodeAddress, pid: Int64, keys: Int, refusesFlush: Bool) {
        self.address = address
        self.pid = pid
        self.refusesFlush = refusesFlush
        startedAt = 0
        items = [Item](repeating: Item(), count: keys)
    }

    /// Whether the process runs and answers those who reach it.
    var isServing: Bool { deaths == 0 && pauses == 0 }
    var isDead: Bool { deaths > 0 }

    /// Whether a client reaches it.
    func isServing(client: Int) -> Bool { isServing && (clientBlocks == 0 || client % 2 == 0) }

    mutating func die() { deaths += 1 }

    /// Starts the process again, warm or empty.
    mutating func revive(warm: Bool, at now: Int64) {
        deaths -= 1
        guard deaths == 0 else { return }
        pid += 1000
        startedAt = now
        if !warm { empty(at: now) }
    }

    mutating func pause() { pauses += 1 }
    mutating func resume() { pauses -= 1 }

    /// `flush_all`.
    mutating func empty(at now: Int64) {
        emptiedAt = now
        itemCount = 0
        for key in items.indices { items[key].value = 0 }
    }

    mutating func store(_ key: Int, _ value: UInt32, _ stamp: Stamp) {
        if items[key].value == 0 { itemCount += 1 }
        items[key] = Item(value: value + 1, stamp: stamp)
    }

    /// What `stats` says.
    func stats(at now: Int64) -> ServerStats {
        ServerStats(
            pid: pid,
            uptime: (now - startedAt) / 1_000_000_000,
            items: itemCount,
            connections: 10,
            maxConnections: 1024,
            version: "1.6.40"
        )
    }
}
