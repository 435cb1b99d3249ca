import NIOCore
import NIOPosix
import RingCore
import RingMemcached
import RingTestSupport
import Synchronization

/// A prober on a loop of its own with an owner that ticks it, for tests that run outside the loop.
final class ProberHarness: Sendable {
    let group: MultiThreadedEventLoopGroup
    let loop: any EventLoop
    private let bound: NIOLoopBoundBox<Prober?>
    private let tick: RepeatedTask
    private let seen = Mutex(Seen())
    private let serials = Mutex<UInt64>(0)

    /// Everything the prober has called back.
    struct Seen {
        var outcomes: [ProbeID: [ProbeOutcome]] = [:]
        var cleansings: [CleansingID: [CleansingOutcome]] = [:]
        var lost: [NodeID] = []
    }

    init(lookup: NameLookup = .system) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        bound = NIOLoopBoundBox.makeBoxSendingValue(nil, eventLoop: loop)
        let bound = bound
        tick = loop.scheduleRepeatedTask(initialDelay: .milliseconds(5), delay: .milliseconds(5)) { _ in
            guard let prober = bound.value, let next = prober.nextDeadline, next <= .now() else { return }
            prober.expire(now: .now())
        }
        try await loop.submit { [self] in
            bound.value = Prober(
                eventLoop: loop,
                lookup: lookup,
                onOutcome: { [unowned self] id, outcome in
                    seen.withLock { $0.outcomes[id, default: []].append(outcome) }
                },
                onCleansing: { [unowned self] id, outcome in
                    seen.withLock { $0.cleansings[id, default: []].append(outcome) }
                },
                onConnectionLost: { [unowned self] node in seen.withLock { $0.lost.append(node) } }
            )
        }.get()
    }

    /// Runs a test with a prober and closes everything behind it.
    static func run(lookup: NameLookup = .system, _ body: (ProberHarness) async throws -> Void) async throws {
        let harness = try await ProberHarness(lookup: lookup)
        do {
            try await body(harness)
            try await harness.end()
        } catch {
            try? await harness.end()
            throw error
        }
    }

    var lost: [NodeID] { seen.withLock { $0.lost } }

    /// Every outcome a probe has had so far; there must be one at most.
    func outcomes(of id: ProbeID) -> [ProbeOutcome] { seen.withLock { $0.outcomes[id] ?? [] } }

    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (Prober) throws -> Value) async throws -> Value {
        let bound = bound
        return try await loop.submit {
            guard let prober = bound.value else { throw ChannelError.alreadyClosed }
            return try body(prober)
        }.get()
    }

    /// Starts a probe without waiting for it.
    func start(
        _ address: String,
        node: Int64 = 1,
        timeout: Duration = .seconds(20),
        stats: Bool = false,
        new: Bool = false
    ) async throws -> ProbeID {
        let id = ProbeID(node: NodeID(node), serial: nextSerial())
        let probe = Probe(
            id: id,
            address: try NodeAddress(parsing: address),
            timeout: timeout,
            wantsStats: stats,
            onNewConnection: new
        )
        try await onLoop { $0.start(probe) }
        return id
    }

    /// Makes a probe and returns its outcome.
    func probe(
        _ address: String,
        node: Int64 = 1,
        timeout: Duration = .seconds(20),
        stats: Bool = false,
        new: Bool = false
    ) async throws -> ProbeOutcome {
        try await outcome(of: start(address, node: node, timeout: timeout, stats: stats, new: new))
    }

    func outcome(of id: ProbeID) async throws -> ProbeOutcome {
        try await eventually("an outcome of \(id)") { !outcomes(of: id).isEmpty }
        return outcomes(of: id)[0]
    }

    /// Makes a step of a cleansing and returns its outcome.
    func cleanse(
        _ address: String,
        _ kind: CleansingStep.Kind,
        canary: String = "ringd-canary-1",
        timeout: Duration = .seconds(20)
    ) async throws -> CleansingOutcome {
        let id = CleansingID(node: NodeID(1), serial: nextSerial())
        let step = CleansingStep(
            id: id,
            address: try NodeAddress(parsing: address),
            kind: kind,
            canary: canary,
            timeout: timeout
        )
        try await onLoop { $0.start(step) }
        try await eventually("an outcome of \(id)") { seen.withLock { $0.cleansings[id] != nil } }
        return seen.withLock { $0.cleansings[id]?[0] } ?? .failure(ProbeFailure(.local, "none"))
    }

    func end() async throws {
        let bound = bound
        try await loop.submit {
            bound.value?.shutdown()
            bound.value = nil
        }.get()
        tick.cancel()
        // What the shutdown has failed is delivered in the next turn of the loop.
        try await loop.submit {}.get()
        try await group.shutdownGracefully()
    }

    private func nextSerial() -> UInt64 {
        serials.withLock {
            $0 += 1
            return $0
        }
    }
}

extension ProbeOutcome {
    var failure: ProbeFailure? {
        guard case .failure(let failure) = self else { return nil }
        return failure
    }

    var isSuccess: Bool { failure == nil }

    var stats: ServerStats? {
        guard case .success(_, let stats) = self else { return nil }
        return stats
    }
}
