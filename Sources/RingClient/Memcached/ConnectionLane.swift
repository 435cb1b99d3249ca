import NIOCore
import RingCore
import RingMemcached
import Synchronization

/// One connection to each server, made when first needed: what the requests of some threads share.
///
/// A server that cannot be reached fails its requests at once and is tried again behind their back, so that a dead
/// server costs none of them the time of a connection that is never made.
final class ConnectionLane: Sendable {
    private let options: MemcachedOptions
    private let security: ChannelSecurity?
    private let eventLoop: @Sendable (NodeAddress) -> any EventLoop
    /// A lock for moments: every request passes here, and an actor would make each one wait for a turn.
    private let links = Mutex<[NodeAddress: Link]>([:])

    /// How long after a failed attempt the next one begins at the earliest.
    private static let pauseAfterFailure: Duration = .milliseconds(100)

    /// What there is to one server.
    private enum Link {
        /// The first attempt, for which requests wait; then `connected` or `failing`.
        case connecting(ConnectionAttempt)
        /// Requests are sent. A connection that has ended is followed by `connecting`.
        case connected(MemcachedConnection)
        /// Requests fail at once; the first one after the pause makes it `retrying`.
        case failing(MemcachedError, until: ContinuousClock.Instant)
        /// As `failing`, while an attempt is under way; then `connected` or `failing`.
        case retrying(MemcachedError, ConnectionAttempt)

        func isOutcome(of attempt: ConnectionAttempt) -> Bool {
            switch self {
            case .connecting(let current), .retrying(_, let current): current === attempt
            case .connected, .failing: false
            }
        }
    }

    /// What a request does next.
    private enum Way {
        case use(MemcachedConnection)
        case wait(ConnectionAttempt)
        case fail(MemcachedError)
    }

    /// - Parameters:
    ///   - options: the limits of each connection.
    ///   - security: how connections are protected.
    ///   - eventLoop: chooses the event loop of a server.
    init(
        options: MemcachedOptions,
        security: ChannelSecurity?,
        eventLoop: @escaping @Sendable (NodeAddress) -> any EventLoop
    ) {
        self.options = options
        self.security = security
        self.eventLoop = eventLoop
    }

    /// The connection to a server; made anew when the last one has ended.
    func connection(to address: NodeAddress) async throws(MemcachedError) -> MemcachedConnection {
        switch links.withLock({ way(to: address, &$0) }) {
        case .use(let connection): return connection
        case .wait(let attempt): return try await attempt.connection()
        case .fail(let error): throw error
        }
    }

    private func way(to address: NodeAddress, _ links: inout [NodeAddress: Link]) -> Way {
        switch links[address] {
        case .connected(let connection) where !connection.isClosed: return .use(connection)
        case .connecting(let attempt): return .wait(attempt)
        case .retrying(let error, _): return .fail(error)
        case .failing(let error, let until):
            if ContinuousClock.now >= until { links[address] = .retrying(error, begin(address)) }
            return .fail(error)
        case .connected, nil:
            let attempt = begin(address)
            links[address] = .connecting(attempt)
            return .wait(attempt)
        }
    }

    /// Connects in a task of its own, which ends within the connect timeout and the timeout of the first exchange.
    private func begin(_ address: NodeAddress) -> ConnectionAttempt {
        let loop = eventLoop(address)
        let attempt = ConnectionAttempt(on: loop, limit: options.connectTimeout)
        Task { [self] in
            do throws(MemcachedError) {
                let connection = try await MemcachedConnection.connect(
                    to: address,
                    on: loop,
                    options: options,
                    security: security
                )
                let isWanted = settle(address, attempt, .connected(connection))
                attempt.finish(.success(connection))
                if !isWanted { await connection.close() }
            } catch {
                _ = settle(address, attempt, .failing(error, until: .now + Self.pauseAfterFailure))
                attempt.finish(.failure(error))
            }
        }
        return attempt
    }

    /// Keeps the outcome for those who come later; `false` when the server was given up meanwhile.
    private func settle(_ address: NodeAddress, _ attempt: ConnectionAttempt, _ outcome: Link) -> Bool {
        links.withLock { links in
            guard links[address]?.isOutcome(of: attempt) == true else { return false }
            links[address] = outcome
            return true
        }
    }

    /// Forgets all servers but these, and tries those that failed with the next request: a new version of the ring may
    /// tell that they are back.
    ///
    /// - Returns: the connections that nobody gets any more, to be closed.
    func keepOnly(_ wanted: Set<NodeAddress>) -> [MemcachedConnection] {
        links.withLock { links in
            var dropped: [MemcachedConnection] = []
            for (address, link) in links {
                switch link {
                case .failing(let error, _) where wanted.contains(address):
                    links[address] = .failing(error, until: .now)
                case _ where wanted.contains(address): break
                case .connected(let connection):
                    dropped.append(connection)
                    links[address] = nil
                case .connecting, .failing, .retrying: links[address] = nil
                }
            }
            return dropped
        }
    }
}
