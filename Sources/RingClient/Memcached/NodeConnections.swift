import NIOCore
import NIOPosix
import RingCore
import RingMemcached
import Synchronization

/// The open connections of a client, one for each address, made when first needed.
final class NodeConnections: Sendable {
    private let options: MemcachedOptions
    private let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    /// A lock for moments: every request passes here, and an actor would make each one wait for a turn.
    private let links = Mutex<[NodeAddress: Link]>([:])

    /// After a failed attempt, requests fail at once for this long: a dead server must not cost each request a timeout.
    private static let pauseAfterFailure: Duration = .milliseconds(100)

    /// What there is to one address.
    private enum Link {
        /// One attempt for all that wait for it; of none of them, so that a cancelled request fails no other.
        case connecting(Task<MemcachedConnection, any Error>)
        case connected(MemcachedConnection)
        case failed(MemcachedError, until: ContinuousClock.Instant)
    }

    init(options: MemcachedOptions) { self.options = options }

    /// The connection to an owner's node; made anew when the last one has ended.
    func connection(to owner: Owner) async throws(MemcachedError) -> MemcachedConnection {
        let address = owner.address
        let link = links.withLock { links in
            switch links[address] {
            case .connected(let connection) where !connection.isClosed: return Link.connected(connection)
            case .failed(let error, let until) where ContinuousClock.now < until: return .failed(error, until: until)
            case .connecting(let attempt): return .connecting(attempt)
            case .connected, .failed, nil:
                let link = Link.connecting(attempt(at: address))
                links[address] = link
                return link
            }
        }
        switch link {
        case .connected(let connection): return connection
        case .failed(let error, _): throw error
        case .connecting(let attempt): return try await Self.value(of: attempt)
        }
    }

    /// Connects, and leaves the outcome for those who come later.
    private func attempt(at address: NodeAddress) -> Task<MemcachedConnection, any Error> {
        Task { [self, loop = group.next()] in
            do throws(MemcachedError) {
                let connection = try await MemcachedConnection.connect(to: address, on: loop, options: options)
                links.withLock { $0[address] = .connected(connection) }
                return connection
            } catch {
                let until = ContinuousClock.now + Self.pauseAfterFailure
                links.withLock { $0[address] = .failed(error, until: until) }
                throw error
            }
        }
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
    func keepOnly(_ owners: [Owner]) async {
        let wanted = Set(owners.map(\.address))
        await close { !wanted.contains($0) }
    }

    func closeAll() async { await close { _ in true } }

    private func close(where isGone: (NodeAddress) -> Bool) async {
        let gone = links.withLock { links in
            var gone: [MemcachedConnection] = []
            for (address, link) in links where isGone(address) {
                switch link {
                case .connecting: continue
                case .connected(let connection): gone.append(connection)
                case .failed: break
                }
                links[address] = nil
            }
            return gone
        }
        await withTaskGroup(of: Void.self) { group in
            for connection in gone { group.addTask { await connection.close() } }
        }
    }

    private static func value(
        of attempt: Task<MemcachedConnection, any Error>
    ) async throws(MemcachedError) -> MemcachedConnection {
        do {
            return try await attempt.value
        } catch let error as MemcachedError {
            throw error
        } catch {
            throw MemcachedError(.connectionFailed, "\(error)")
        }
    }
}
