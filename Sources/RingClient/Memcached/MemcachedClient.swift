@_exported public import RingMemcached

/// A memcached client that sends each key to its owner on a live ring.
///
/// ```swift
/// let cache = MemcachedClient(ring: ring)
/// try await cache.set("user:42", "Ada", expiry: .after(.seconds(60)))
/// let user = try await cache.get("user:42")?.text
/// ```
///
/// A few connections to each server carry the requests of all tasks, without one waiting for another's answer. A key
/// whose slot is held is a miss at once, and is asked nowhere else, because another server would serve it stale later.
/// Nothing that was sent is tried again and nothing is sent elsewhere: what a cache has lost is computed anew, and only
/// `ringd` moves keys. A server that fails is a cache that misses, unless ``FailureMode/raise`` is asked for.
///
/// Every request costs one look-up on the ring and one round trip to one server.
public final class MemcachedClient: Sendable {
    /// The ring that is followed.
    public let ring: LiveRing
    /// What a request sees of a server that fails.
    public let failureMode: FailureMode
    /// How often a request that was never sent is sent after all: each time a node left the ring meanwhile.
    static let maximumTurns = 3
    let nodes: NodeConnections
    let metrics: RequestMetrics?

    /// Creates a client; connections are made when they are needed.
    ///
    /// - Parameters:
    ///   - ring: the ring to follow, which somebody must ``LiveRing/run()``. Its metrics are used for requests too.
    ///   - options: the limits of the connections to each server.
    ///   - failureMode: what a request sees of a server that fails.
    ///   - tls: how connections are protected; `nil` sends everything in the clear.
    public init(
        ring: LiveRing,
        options: MemcachedOptions = MemcachedOptions(),
        failureMode: FailureMode = .miss,
        tls: MemcachedTLS? = nil
    ) {
        self.ring = ring
        self.failureMode = failureMode
        nodes = NodeConnections(options: options, security: tls?.security)
        metrics = RequestMetrics(ring.metricsFactory, pool: ring.pool)
    }

    /// Closes the connections to nodes that left the ring, until the task is cancelled; then closes all.
    ///
    /// Requests that were sent to such a node get their answers first. Without it the client works all the same, and
    /// keeps those connections open.
    public func run() async {
        for await published in ring.updates {
            await nodes.keepOnly(published.owners)
        }
        await nodes.closeAll()
    }

    /// Closes all connections, after the answers to what was sent; later requests make new ones.
    public func close() async { await nodes.closeAll() }

    /// Sends a request to the owner of a key.
    ///
    /// A request that was never sent, because its node had just left the ring, goes to the owner of now.
    ///
    /// - Parameters:
    ///   - command: what it is, for the metrics.
    ///   - key: the key, which is validated.
    ///   - unavailable: the answer where no server answers.
    ///   - request: the request itself.
    func ask<Answer: Sendable>(
        _ command: RequestMetrics.Command,
        _ key: String,
        unavailable: Answer,
        _ request: (MemcachedConnection, MemcachedKey) async throws(MemcachedError) -> Answer
    ) async throws(MemcachedError) -> Answer {
        let valid = try MemcachedKey(key)
        let start = metrics?.now()
        var turns = 0
        while true {
            let owner = ring.owner(of: key)
            guard !owner.isHeld else {
                metrics?.countHeld()
                return unavailable
            }
            do throws(MemcachedError) {
                let answer = try await request(nodes.connection(to: owner), valid)
                metrics?.record(command, since: start)
                return answer
            } catch {
                turns += 1
                if error.isUnsent, turns <= Self.maximumTurns { continue }
                metrics?.count(error)
                guard failureMode == .miss, error.isOfTheServer else { throw error }
                return unavailable
            }
        }
    }
}
