import Metrics
import RingCore
import RingPlanner
package import RingServer
import Synchronization

/// Counts what the daemon does, through swift-metrics: probes, changes, writes.
///
/// A node or pool that is gone takes its series along, so what is exported is bounded by the roster.
package final class DaemonMeters: Sendable {
    /// The most nodes that are counted one by one; the rest is missing from the metrics, never from the ring.
    package static let nodeLimit = 2_500

    private let registry: MetricRegistry
    private let state = Mutex(State())
    private let commitDuration: Timer
    private let commitFailures: Counter

    private struct State {
        var nodes: [NodeID: NodeMeters] = [:]
        var pools: [PoolName: PoolMeters] = [:]
    }

    private struct NodeMeters {
        let pool: PoolName
        let node: NodeName
        let ok, hard, soft, local, restarts: Counter

        var all: [Counter] { [ok, hard, soft, local, restarts] }
    }

    private struct PoolMeters {
        let probes: Timer
        let moved: FloatingPointCounter
        let failures: Counter
        let written: Gauge
        var changes: [AuditEvent.Kind: Counter] = [:]
    }

    package init(registry: MetricRegistry) {
        self.registry = registry
        commitDuration = Timer(label: MetricFamily.commitDuration.name, dimensions: [], factory: registry)
        commitFailures = Counter(label: MetricFamily.commitFailures.name, factory: registry)
    }

    /// A probe came back.
    ///
    /// - Parameter identity: asked for the first time only.
    func count(_ outcome: ProbeOutcome, of node: NodeID, identity: () -> (pool: PoolName, node: NodeName)?) {
        state.withLock { state in
            guard let meters = meters(of: node, in: &state, identity) else { return }
            switch outcome {
            case .success(let latency, _):
                meters.ok.increment()
                pool(meters.pool, in: &state).probes.recordNanoseconds(latency.wholeNanoseconds)
            case .failure(let failure):
                switch failure.class {
                case .hard: meters.hard.increment()
                case .soft: meters.soft.increment()
                case .local: meters.local.increment()
                }
            }
        }
    }

    /// The node is gone.
    func forget(_ node: NodeID) {
        let meters = state.withLock { $0.nodes.removeValue(forKey: node) }
        for counter in meters?.all ?? [] { counter.destroy() }
    }

    /// A change is durable.
    func count(_ change: Change, took duration: Duration) {
        commitDuration.recordNanoseconds(duration.wholeNanoseconds)
        let gone = change.rows.contains { if case .poolDeleted = $0 { true } else { false } }
        guard let cause = change.events.first, let name = cause.pool else { return }
        state.withLock { state in
            if gone { return forget(name, in: &state) }
            for event in change.events where event.kind == .restart {
                let node = state.nodes.values.first { $0.pool == name && $0.node == event.node }
                node?.restarts.increment()
            }
            guard let version = change.version else { return }
            var meters = pool(name, in: &state)
            meters.moved.increment(by: Double(version.movedShare.parts) / Double(Share.whole.parts))
            if let counter = meters.changes[cause.kind] {
                counter.increment()
            } else {
                let counter = Counter(
                    label: MetricFamily.ringChanges.name,
                    dimensions: [("pool", name.text), ("reason", cause.kind.rawValue)],
                    factory: registry
                )
                counter.increment()
                meters.changes[cause.kind] = counter
                state.pools[name] = meters
            }
        }
    }

    /// A commit failed.
    func countCommitFailure() { commitFailures.increment() }

    /// Something was written below the pool's snapshots.
    func noteWrite(of name: PoolName, at time: WallTime) {
        state.withLock { pool(name, in: &$0).written.record(Double(time.milliseconds) / 1000) }
    }

    /// A publication failed.
    func countPublishFailure(of name: PoolName) { state.withLock { pool(name, in: &$0).failures.increment() } }

    private func meters(
        of node: NodeID,
        in state: inout State,
        _ identity: () -> (pool: PoolName, node: NodeName)?
    ) -> NodeMeters? {
        if let meters = state.nodes[node] { return meters }
        guard state.nodes.count < Self.nodeLimit, let names = identity() else { return nil }
        let labels = [("pool", names.pool.text), ("node", names.node.text)]
        func probes(_ result: String) -> Counter {
            Counter(label: MetricFamily.probes.name, dimensions: labels + [("result", result)], factory: registry)
        }
        let meters = NodeMeters(
            pool: names.pool,
            node: names.node,
            ok: probes("ok"),
            hard: probes("hard"),
            soft: probes("soft"),
            local: probes("local"),
            restarts: Counter(label: MetricFamily.nodeRestarts.name, dimensions: labels, factory: registry)
        )
        state.nodes[node] = meters
        return meters
    }

    private func pool(_ name: PoolName, in state: inout State) -> PoolMeters {
        if let meters = state.pools[name] { return meters }
        let labels = [("pool", name.text)]
        let meters = PoolMeters(
            probes: Timer(label: MetricFamily.probeDuration.name, dimensions: labels, factory: registry),
            moved: FloatingPointCounter(label: MetricFamily.keysMoved.name, dimensions: labels, factory: registry),
            failures: Counter(label: MetricFamily.publishFailures.name, dimensions: labels, factory: registry),
            written: Gauge(label: MetricFamily.lastWrite.name, dimensions: labels, factory: registry)
        )
        state.pools[name] = meters
        return meters
    }

    private func forget(_ name: PoolName, in state: inout State) {
        guard let meters = state.pools.removeValue(forKey: name) else { return }
        meters.probes.destroy()
        meters.moved.destroy()
        meters.failures.destroy()
        meters.written.destroy()
        for (_, counter) in meters.changes { counter.destroy() }
        for (id, node) in state.nodes where node.pool == name {
            for counter in node.all { counter.destroy() }
            state.nodes[id] = nil
        }
    }
}
