import RingClient
import RingSnapshots
import RingTestSupport

/// Real servers on a published ring, and a client of them.
struct ClientFleet {
    let pool: PublishedPool
    let servers: [MemcachedProcess]
    let ring: LiveRing
    let client: MemcachedClient

    /// - Parameters:
    ///   - count: how many servers.
    ///   - failureMode: what the client makes of servers that fail.
    ///   - options: the client's limits.
    init(
        _ count: Int,
        failureMode: FailureMode = .miss,
        options: MemcachedOptions = .patient
    ) async throws {
        pool = try PublishedPool()
        var servers: [MemcachedProcess] = []
        for _ in 0..<count { servers.append(try await MemcachedProcess.start()) }
        self.servers = servers
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1)))
        ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        client = MemcachedClient(ring: ring, options: options, failureMode: failureMode)
    }

    /// Ends the servers; whoever defers this keeps them until then.
    func stop() {
        for server in servers { server.kill() }
    }

    /// A key that the server of this index owns.
    func key(ownedBy index: Int) -> String {
        let port = Int(servers[index].loopbackPort)
        return (0..<10_000).lazy.map { "key-\($0)" }.first { ring.owner(of: $0).port == port } ?? ""
    }
}

extension MemcachedOptions {
    /// Limits that a loaded test machine does not reach.
    static let patient = MemcachedOptions(connectTimeout: .seconds(30), timeout: .seconds(30))
}
