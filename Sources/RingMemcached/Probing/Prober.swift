package import NIOCore
import NIOPosix
package import RingCore

/// Probes and cleanses memcached servers over connections that stay open.
///
/// A prober belongs to one event loop: it is made there, and all its methods are called there. It sets no timer. The
/// owner calls ``expire(now:)`` from the tick in which it starts the probes that are due; one wake-up for ten thousand
/// nodes is what makes a probe cheap.
///
/// Every probe and every cleansing step that is started has exactly one outcome, also when its node is forgotten or the
/// prober shuts down. Callbacks are called on the loop, never from within ``start(_:)-(Probe)``, ``forget(_:)`` or
/// ``shutdown()``; they may call any method. A prober lives until it is shut down.
package final class Prober {
    package let eventLoop: any EventLoop
    private let onOutcome: (ProbeID, ProbeOutcome) -> Void
    private let onCleansing: (CleansingID, CleansingOutcome) -> Void
    private let onConnectionLost: (NodeID) -> Void
    let lookup: NameLookup

    private var links: [NodeID: NodeLink] = [:]
    private var cleansings: [NodeID: NodeLink] = [:]
    private var deadlines = DeadlineLanes()
    private var tickets: UInt64 = 0
    private var isShutDown = false
    /// How many calls of the owner are on the stack; while there is one, results wait in `undelivered`.
    private var callDepth = 0
    private var undelivered: [Result] = []
    private var isDeliveryScheduled = false
    private var threads: NIOThreadPool?
    private let metaCommand: ByteBuffer
    private let versionCommand: ByteBuffer

    /// Threads for names; a resolver that hangs holds one for its own timeout.
    private static let resolverThreads = 4

    private enum Result {
        case probe(ProbeID, ProbeOutcome)
        case cleansing(CleansingID, CleansingOutcome)
    }

    /// How the address of a node becomes the address of a socket.
    enum Target {
        case literal(SocketAddress)
        case name(port: UInt16)
        case unusable(ProbeFailure)
    }

    /// Makes a prober for one event loop.
    ///
    /// - Parameters:
    ///   - eventLoop: where everything happens.
    ///   - lookup: how names are resolved, on threads of the prober's own.
    ///   - onOutcome: told what a probe found.
    ///   - onCleansing: told what a cleansing step found.
    ///   - onConnectionLost: told that the server closed or reset the connection between two probes.
    package init(
        eventLoop: any EventLoop,
        lookup: NameLookup = .system,
        onOutcome: @escaping (ProbeID, ProbeOutcome) -> Void,
        onCleansing: @escaping (CleansingID, CleansingOutcome) -> Void,
        onConnectionLost: @escaping (NodeID) -> Void
    ) {
        self.eventLoop = eventLoop
        self.lookup = lookup
        self.onOutcome = onOutcome
        self.onCleansing = onCleansing
        self.onConnectionLost = onConnectionLost
        metaCommand = ByteBuffer(string: ProbeCommand.meta.text)
        versionCommand = ByteBuffer(string: ProbeCommand.version.text)
    }

    /// Begins a probe.
    ///
    /// A node has one probe in flight; another one meanwhile fails as `local`.
    package func start(_ probe: Probe) {
        let job = makeJob(.probe(probe.id), .liveness(wantsStats: probe.wantsStats), probe.timeout)
        run(job, at: probe.address, onNewConnection: probe.onNewConnection)
    }

    /// Begins a step of a cleansing, on a connection of its own.
    ///
    /// A node has one step in flight; another one meanwhile fails as `local`.
    package func start(_ step: CleansingStep) {
        guard let canary = CanaryKey(step.canary) else {
            return call { deliver(.cleansing(step.id, .failure(ProbeFailure(.local, "the canary is not a key")))) }
        }
        let goal: ProbeExchange.Goal = step.kind == .verify ? .verify(canary) : .plantAndFlush(canary)
        run(makeJob(.cleansing(step.id), goal, step.timeout), at: step.address, onNewConnection: true)
    }

    /// Closes the connections of a node; what was in flight fails as `local`.
    package func forget(_ node: NodeID) {
        call {
            links.removeValue(forKey: node)?.abandon("the node is gone")
            cleansings.removeValue(forKey: node)?.abandon("the node is gone")
        }
    }

    /// Closes everything; what was in flight fails as `local`, and so does everything started from now on.
    package func shutdown() {
        call {
            guard !isShutDown else { return }
            isShutDown = true
            for (_, link) in links { link.abandon("the prober is shut down") }
            for (_, link) in cleansings { link.abandon("the prober is shut down") }
            links = [:]
            cleansings = [:]
            deadlines.removeAll()
            threads?.shutdownGracefully { _ in }
            threads = nil
        }
    }

    /// When ``expire(now:)`` has something to do; `nil` while nothing is in flight.
    ///
    /// - Complexity: O(*t*) in distinct timeouts.
    package var nextDeadline: NIODeadline? {
        eventLoop.assertInEventLoop()
        return deadlines.next()
    }

    /// Ends what has run out of time.
    package func expire(now: NIODeadline) {
        eventLoop.assertInEventLoop()
        while let entry = deadlines.takeExpired(now: now) {
            entry.link.expire(entry.ticket)
        }
    }

    /// How many connections for probes are established.
    ///
    /// - Complexity: O(*n*) in nodes.
    package var openConnections: Int {
        links.values.count { $0.isConnected }
    }

    // MARK: For the links

    func bytes(of command: ProbeCommand) -> ByteBuffer {
        switch command {
        case .meta: metaCommand
        case .version: versionCommand
        case .stats, .plant, .flush, .uproot, .read: ByteBuffer(string: command.text)
        }
    }

    func finished(_ job: ProbeJob, _ link: NodeLink, _ verdict: ProbeExchange.Verdict) {
        switch (job.purpose, verdict) {
        case (.probe(let id), .alive(let stats)):
            deliver(.probe(id, .success(latency: job.latency, stats: stats)))
        case (.probe(let id), .failure(let failure)):
            deliver(.probe(id, .failure(failure)))
        case (.cleansing(let id), .cleansing(let outcome)):
            cleansings.removeValue(forKey: id.node)
            deliver(.cleansing(id, outcome))
        case (.cleansing(let id), .failure(let failure)):
            cleansings.removeValue(forKey: id.node)
            deliver(.cleansing(id, .failure(failure)))
        case (.probe, .cleansing), (.cleansing, .alive):
            preconditionFailure("\(verdict) is no verdict on \(job.purpose)")
        }
    }

    func lostConnection(of link: NodeLink) {
        guard links[link.node] === link else { return }
        onConnectionLost(link.node)
    }

    func literalAddress(of address: NodeAddress) -> Target {
        do {
            guard let port = address.port else {
                return .literal(try SocketAddress(unixDomainSocketPath: address.host))
            }
            guard IPAddress(parsing: address.host) != nil else { return .name(port: port) }
            return .literal(try SocketAddress(ipAddress: address.host, port: Int(port)))
        } catch {
            return .unusable(ProbeFailure(error))
        }
    }

    /// Resolves a name off the loop and comes back to it.
    func resolve(
        _ host: String,
        port: UInt16,
        then: @escaping (Swift.Result<[SocketAddress], NameLookup.Failure>) -> Void
    ) {
        let pool = resolverPool()
        pool.runIfActive(eventLoop: eventLoop) { [lookup] in
            Swift.Result { () throws(NameLookup.Failure) in
                Array(try lookup.addresses(host, port).prefix(NameLookup.maximumAddresses))
            }
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(.success(let found)) where found.isEmpty: then(.failure(NameLookup.Failure("no address")))
            case .success(let found): then(found)
            case .failure: then(.failure(NameLookup.Failure("cancelled")))
            }
        }
    }

    /// Opens a connection that ends in this handler; `failed` is called when there will be none.
    func connect(_ handler: ProbeChannelHandler, to target: SocketAddress, failed: @escaping (any Error) -> Void) {
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        // The prober's own deadline ends an attempt; the bootstrap's timer is only the last resort. Small buffers keep
        // ten thousand connections small; eight reads a turn take a whole answer to `stats`, and no more of a flood.
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.minutes(11))
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 512))
            .channelOption(.maxMessagesPerRead, value: 8)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(to: target)
            .assumeIsolated()
            .whenFailure(failed)
    }

    // MARK: Own

    private func makeJob(_ purpose: ProbeJob.Purpose, _ goal: ProbeExchange.Goal, _ timeout: Duration) -> ProbeJob {
        tickets += 1
        return ProbeJob(purpose, ticket: tickets, goal: goal, timeout: timeout, now: eventLoop.now)
    }

    private func run(_ job: ProbeJob, at address: NodeAddress, onNewConnection: Bool) {
        call {
            guard !isShutDown else { return refuse(job, "the prober is shut down") }
            let link = link(for: job.purpose, at: address)
            guard !link.isBusy else { return refuse(job, "the previous one is still in flight") }
            deadlines.append(
                DeadlineLanes.Entry(deadline: job.deadline, link: link, ticket: job.ticket),
                timeout: job.timeout
            )
            link.start(job, address: address, onNewConnection: onNewConnection)
        }
    }

    private func link(for purpose: ProbeJob.Purpose, at address: NodeAddress) -> NodeLink {
        switch purpose {
        case .probe(let id):
            if let link = links[id.node] { return link }
            let link = NodeLink(prober: self, node: id.node, address: address, keepsConnection: true)
            links[id.node] = link
            return link
        case .cleansing(let id):
            if let link = cleansings[id.node] { return link }
            let link = NodeLink(prober: self, node: id.node, address: address, keepsConnection: false)
            cleansings[id.node] = link
            return link
        }
    }

    private func refuse(_ job: ProbeJob, _ reason: String) {
        let failure = ProbeFailure(.local, reason)
        switch job.purpose {
        case .probe(let id): deliver(.probe(id, .failure(failure)))
        case .cleansing(let id): deliver(.cleansing(id, .failure(failure)))
        }
    }

    /// Runs a call of the owner; what it yields at once is delivered after it has returned.
    private func call(_ body: () -> Void) {
        eventLoop.assertInEventLoop()
        callDepth += 1
        body()
        callDepth -= 1
    }

    private func deliver(_ result: Result) {
        guard callDepth > 0 else { return announce(result) }
        undelivered.append(result)
        guard !isDeliveryScheduled else { return }
        isDeliveryScheduled = true
        eventLoop.assumeIsolated().execute { [self] in
            isDeliveryScheduled = false
            let results = undelivered
            undelivered = []
            for result in results { announce(result) }
        }
    }

    private func announce(_ result: Result) {
        switch result {
        case .probe(let id, let outcome): onOutcome(id, outcome)
        case .cleansing(let id, let outcome): onCleansing(id, outcome)
        }
    }

    private func resolverPool() -> NIOThreadPool {
        if let threads { return threads }
        let pool = NIOThreadPool(numberOfThreads: Self.resolverThreads)
        pool.start()
        threads = pool
        return pool
    }
}
