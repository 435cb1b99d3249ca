import RingClient

/// An application with a cache: it knows keys, a pool, and nothing of servers.
struct Application {
    let ring: LiveRing
    let client: MemcachedClient
    let keys: [String]
    private let following: Task<Void, any Error>

    /// Loads the pool's ring, and follows it ten times a second.
    init(pool: String, snapshots: String, keys count: Int) throws {
        let ring = try LiveRing(directory: snapshots, pool: pool, pollInterval: .milliseconds(100))
        self.ring = ring
        client = MemcachedClient(ring: ring)
        keys = (0..<count).map { "\(pool):user:\($0)" }
        following = Task { try await ring.run() }
    }

    /// Ends the following and closes the connections.
    func stop() async {
        following.cancel()
        await client.close()
    }

    /// Stores a value for each key.
    func fill(_ keys: [String], with value: String) async throws {
        for key in keys { try await client.set(key, value) }
    }

    /// What a look at every key found.
    struct Reading {
        var found: [String: String] = [:]
        var asked = 0

        /// The share of keys that were found.
        var share: Double { asked == 0 ? 0 : Double(found.count) / Double(asked) }
    }

    /// Looks every key up, as a page with hundreds of items does: many at once.
    ///
    /// A server that is gone is a miss.
    func read() async throws -> Reading {
        var reading = Reading()
        for begin in stride(from: 0, to: keys.count, by: 500) {
            let batch = Array(keys[begin..<min(begin + 500, keys.count)])
            let answer = try await client.get(batch)
            reading.asked += batch.count
            for (key, item) in answer.values { reading.found[key] = String(decoding: item.bytes, as: UTF8.self) }
        }
        return reading
    }

    /// The keys that a node owns on the ring in use.
    func keys(ownedBy node: String) -> [String] { keys.filter { ring.owner(of: $0).node == node } }
}
