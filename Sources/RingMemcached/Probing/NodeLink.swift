import NIOCore
import RingCore

/// One node as the prober sees it: its addresses, its connection, and the job under way.
///
/// At most one job runs at a time. A connection is used again only after an answer that ended where it should; any
/// failure closes it, so that a late answer can never be taken for the next one.
final class NodeLink {
    /// Kept until the node is forgotten or the prober shut down: late answers of the resolver need it.
    private let prober: Prober
    let node: NodeID
    private(set) var address: NodeAddress
    private let keepsConnection: Bool
    private var job: ProbeJob?
    private var connection: ProbeChannelHandler?
    /// What this connection has told about `mn`; the next connection may lead to another server.
    private var metaSupport = ProbeExchange.MetaSupport.unknown
    /// The addresses of the name, the one to use first.
    private var candidates: [SocketAddress] = []
    private var resolvedAt: NIODeadline?
    private var isResolving = false
    private var isOutdated = false
    /// The server spoke between two questions; the next probe reports it.
    private var spokeUnasked = false
    private var lastFailed = false

    init(prober: Prober, node: NodeID, address: NodeAddress, keepsConnection: Bool) {
        self.prober = prober
        self.node = node
        self.address = address
        self.keepsConnection = keepsConnection
    }

    /// Whether a job is under way.
    var isBusy: Bool { job != nil }

    /// Whether this very job is under way.
    func isRunning(_ ticket: UInt64) -> Bool { job?.ticket == ticket }

    /// Whether a connection is established.
    var isConnected: Bool { connection?.isActive == true }

    /// Begins a job.
    ///
    /// - Precondition: no job is under way.
    func start(_ job: ProbeJob, address: NodeAddress, onNewConnection: Bool) {
        precondition(self.job == nil, "a job of this node is under way")
        if address != self.address {
            self.address = address
            candidates = []
            resolvedAt = nil
            dropConnection()
        }
        if onNewConnection || isOutdated { dropConnection() }
        self.job = job
        guard !spokeUnasked || onNewConnection else {
            spokeUnasked = false
            finish(.failure(ProbeFailure(.soft, "malformed answer: bytes nobody asked for")))
            return
        }
        spokeUnasked = false
        resolveIfNeeded()
        if let connection, connection.isActive {
            ask(on: connection)
        } else if !candidates.isEmpty {
            self.job?.addressesLeft = candidates.count - 1
            connect()
        }
    }

    /// Ends the job of this ticket because its time is over.
    func expire(_ ticket: UInt64) {
        guard let job, job.ticket == ticket else { return }
        let limit = job.timeout.nanoseconds / 1_000_000
        if job.askedAt != nil {
            finish(.failure(ProbeFailure(.soft, "no answer within \(limit) ms")))
        } else if connection == nil {
            finish(.failure(ProbeFailure(resolving: "no answer within \(limit) ms")))
        } else {
            preferNextCandidate()
            finish(.failure(ProbeFailure(.soft, "no connection within \(limit) ms").worse(than: job.failure)))
        }
    }

    /// Closes the connection and ends a job under way as a failure of this machine.
    func abandon(_ reason: String) {
        if job != nil {
            finish(.failure(ProbeFailure(.local, reason)))
        }
        dropConnection()
    }

    // MARK: What the connection says

    func connected(_ handler: ProbeChannelHandler) {
        guard handler === connection else { return }
        guard job != nil else { return dropConnection() }
        ask(on: handler)
    }

    func received(_ bytes: ByteBuffer, on handler: ProbeChannelHandler) {
        guard handler === connection else { return }
        guard job?.askedAt != nil else {
            spokeUnasked = true
            dropConnection()
            if job != nil { finish(.failure(ProbeFailure(.soft, "malformed answer: bytes nobody asked for"))) }
            return
        }
        guard let action = job?.exchange.received(bytes.readableBytesUInt8Span) else { return }
        switch action {
        case .awaitMore: break
        case .send(let command):
            if command == .stats { stampLatency() }
            handler.send(prober.bytes(of: command))
        case .finish(let verdict):
            if job?.latency == .zero { stampLatency() }
            metaSupport = job?.exchange.metaSupport ?? .unknown
            finish(verdict)
        }
    }

    func disconnected(_ handler: ProbeChannelHandler, error: (any Error)?) {
        guard handler === connection else { return }
        connection = nil
        metaSupport = .unknown
        if job != nil {
            finish(.failure(error.map { ProbeFailure($0) } ?? .connectionClosed))
        } else {
            prober.lostConnection(of: self)
        }
    }

    // MARK: Connecting

    private func connect() {
        guard let target = candidates.first else { return }
        let handler = ProbeChannelHandler(link: self)
        connection = handler
        prober.connect(handler, to: target) { [self] error in
            guard handler === connection else { return }
            connection = nil
            connectFailed(ProbeFailure(error))
        }
    }

    private func connectFailed(_ failure: ProbeFailure) {
        preferNextCandidate()
        guard let job else { return }
        let worst = failure.worse(than: job.failure)
        guard job.addressesLeft > 0 else { return finish(.failure(worst)) }
        self.job?.failure = worst
        self.job?.addressesLeft -= 1
        connect()
    }

    private func preferNextCandidate() {
        guard candidates.count > 1 else { return }
        candidates.append(candidates.removeFirst())
    }

    private func resolveIfNeeded() {
        // A literal address was never resolved and never changes.
        if resolvedAt == nil, !candidates.isEmpty { return }
        switch prober.literalAddress(of: address) {
        case .literal(let literal): candidates = [literal]
        case .unusable(let failure): finish(.failure(failure))
        case .name(let port):
            let lifetime = lastFailed ? prober.lookup.lifetimeAfterFailure : prober.lookup.lifetime
            let isFresh = resolvedAt.map { prober.eventLoop.now < $0 + TimeAmount(lifetime) } ?? false
            // Without any address there is nothing to fall back on: each probe tries again.
            if isFresh, !candidates.isEmpty { return }
            guard !isResolving else { return }
            isResolving = true
            let asked = address
            prober.resolve(address.host, port: port) { [self] result in
                isResolving = false
                resolved(result, for: asked)
            }
        }
    }

    private func resolved(_ result: Result<[SocketAddress], NameLookup.Failure>, for asked: NodeAddress) {
        // An address that changed meanwhile is looked up by the next job.
        guard asked == address else { return }
        resolvedAt = prober.eventLoop.now
        switch result {
        case .success(let found):
            let wasEmpty = candidates.isEmpty
            // The one in use stays the first while the name still leads there: resolvers shuffle.
            if let current = candidates.first, found.contains(current) {
                candidates = [current] + found.filter { $0 != current }
            } else {
                isOutdated = connection != nil
                candidates = found
            }
            guard wasEmpty, job != nil, connection == nil else { return }
            job?.addressesLeft = candidates.count - 1
            connect()
        case .failure(let failure):
            guard candidates.isEmpty, job != nil else { return }
            finish(.failure(ProbeFailure(failure)))
        }
    }

    // MARK: The job

    private func ask(on handler: ProbeChannelHandler) {
        guard let goal = job?.goal else { return }
        job?.exchange = ProbeExchange(goal, metaSupport: metaSupport)
        job?.askedAt = prober.eventLoop.now
        guard let command = job?.exchange.begin() else { return }
        handler.send(prober.bytes(of: command))
    }

    private func stampLatency() {
        guard let askedAt = job?.askedAt else { return }
        job?.latency = Duration(prober.eventLoop.now - askedAt)
    }

    private func finish(_ verdict: ProbeExchange.Verdict) {
        guard let job else { return }
        self.job = nil
        if case .failure = verdict {
            lastFailed = true
            dropConnection()
        } else {
            lastFailed = false
            if !keepsConnection { dropConnection() }
        }
        prober.finished(job, self, verdict)
    }

    private func dropConnection() {
        isOutdated = false
        metaSupport = .unknown
        guard let connection else { return }
        self.connection = nil
        connection.close()
    }
}
