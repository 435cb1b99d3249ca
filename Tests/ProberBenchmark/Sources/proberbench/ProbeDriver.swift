import NIOCore
import RingCore
import RingMemcached

/// The owner of a prober that does nothing but start each node's probe once a second, spread evenly.
final class ProbeDriver {
    private let prober: Prober
    private let address: NodeAddress
    private let nodes: Int
    private let began: NIODeadline
    private var started = 0
    private let box = TallyBox()

    struct Tally: Sendable {
        var good = 0
        var failed = 0
        var lastFailure = ""
        var latency = Duration.zero
        var worstLatency = Duration.zero
    }

    /// The first round is slower: one server cannot accept ten thousand connections in a second.
    static let rampUp = TimeAmount.seconds(5)

    init(address: NodeAddress, nodes: Int, eventLoop: any EventLoop) {
        self.address = address
        self.nodes = nodes
        began = eventLoop.now
        let box = box
        prober = Prober(
            eventLoop: eventLoop,
            onOutcome: { _, outcome in box.tally.add(outcome) },
            onCleansing: { _, _ in },
            onConnectionLost: { _ in box.tally.failed += 1 }
        )
    }

    /// Starts what is due and expires what is late.
    func tick() {
        let now = prober.eventLoop.now
        while started < due(at: now) {
            let round = started / nodes
            let node = started % nodes
            prober.start(
                Probe(
                    id: ProbeID(node: NodeID(Int64(node)), serial: UInt64(started)),
                    address: address,
                    timeout: .milliseconds(900),
                    wantsStats: (round + node) % 10 == 0,
                    onNewConnection: false
                )
            )
            started += 1
        }
        if let next = prober.nextDeadline, next <= now { prober.expire(now: now) }
    }

    /// What has been counted since the last call.
    func takeTally() -> Tally {
        defer { box.tally = Tally() }
        return box.tally
    }

    private func due(at now: NIODeadline) -> Int {
        let age = (now - began).nanoseconds
        let ramp = Self.rampUp.nanoseconds
        guard age > ramp else { return Int(age / 1000 * Int64(nodes) / (ramp / 1000)) }
        return nodes + Int((age - ramp) / 1000 * Int64(nodes) / 1_000_000)
    }
}

private final class TallyBox {
    var tally = ProbeDriver.Tally()
}

extension ProbeDriver.Tally {
    fileprivate mutating func add(_ outcome: ProbeOutcome) {
        switch outcome {
        case .success(let latency, _):
            good += 1
            self.latency += latency
            worstLatency = max(worstLatency, latency)
        case .failure(let failure):
            failed += 1
            lastFailure = failure.detail
        }
    }
}
