import NIOCore
import NIOPosix
import RingCore
import RingMemcached

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The connections of a client: some to each server, each on an event loop of its own.
///
/// Threads are spread over the lanes, so that the requests of one thread share a connection and are sent together, and
/// threads seldom meet at a lock.
final class NodeConnections: Sendable {
    private let lanes: [ConnectionLane]

    init(options: MemcachedOptions, security: ChannelSecurity?) {
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
        lanes = (0..<options.connectionsPerServer).map { lane in
            ConnectionLane(options: options, security: security) { address in
                loops[(Self.offset(of: address) + lane) % loops.count]
            }
        }
    }

    /// Where the lanes of a server begin: without it, the first loop would have all servers' first connections.
    private static func offset(of address: NodeAddress) -> Int {
        var hash = UInt32(address.port ?? 0)
        for byte in address.host.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash >> 8)
    }

    /// The connection of this thread to an owner's server.
    func connection(to owner: Owner) async throws(MemcachedError) -> MemcachedConnection {
        try await lanes[lane].connection(to: owner.address)
    }

    private var lane: Int {
        guard lanes.count > 1 else { return 0 }
        #if canImport(Darwin)
            let thread = UInt64(UInt(bitPattern: pthread_self()))
        #else
            let thread = UInt64(pthread_self())
        #endif
        // Fibonacci hashing: the addresses of threads differ in their middle bits.
        return Int((thread &* 0x9E37_79B9_7F4A_7C15) >> 40) % lanes.count
    }

    /// Asks one server for several keys.
    func answer(
        _ question: MemcachedClient.Question
    ) async -> Result<[MemcachedKey: MemcachedValue], MemcachedError> {
        do throws(MemcachedError) {
            return .success(try await connection(to: question.owner).get(question.keys))
        } catch {
            return .failure(error)
        }
    }

    /// Closes what leads to nodes that are on the ring no more, after the answers to what was sent.
    func keepOnly(_ owners: [Owner]) async { await keepOnly(Set(owners.map(\.address))) }

    /// Closes all connections, after the answers to what was sent.
    func closeAll() async { await keepOnly([]) }

    private func keepOnly(_ wanted: Set<NodeAddress>) async {
        let dropped = lanes.flatMap { $0.keepOnly(wanted) }
        await withTaskGroup(of: Void.self) { group in
            for connection in dropped { group.addTask { await connection.close() } }
        }
    }
}
