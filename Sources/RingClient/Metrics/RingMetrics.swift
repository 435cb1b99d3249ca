import Metrics

/// What a live ring tells swift-metrics, at each look at the file.
struct RingMetrics: Sendable {
    private let polls: Counter
    private let loads: Counter
    private let failures: Counter
    private let epoch: Gauge
    private let version: Gauge
    private let age: Gauge
    private let aliveAge: Gauge

    /// `nil` where nobody collects metrics, so that a poll stays one system call.
    init?(_ factory: any MetricsFactory, pool: String) {
        guard !(factory is NOOPMetricsHandler) else { return nil }
        let dimensions = [("pool", pool)]
        func counter(_ label: String) -> Counter { Counter(label: label, dimensions: dimensions, factory: factory) }
        func gauge(_ label: String) -> Gauge { Gauge(label: label, dimensions: dimensions, factory: factory) }
        polls = counter("ringclient_polls_total")
        loads = counter("ringclient_loads_total")
        failures = counter("ringclient_load_failures_total")
        epoch = gauge("ringclient_ring_epoch")
        version = gauge("ringclient_ring_version")
        age = gauge("ringclient_ring_age_seconds")
        aliveAge = gauge("ringclient_alive_age_seconds")
    }

    /// Tells how things stand, and what has been counted since `last`.
    func record(_ state: LiveRing.State, since last: Follower.Report) {
        polls.increment(by: state.polls - last.polls)
        loads.increment(by: state.loads - last.loads)
        failures.increment(by: state.failures - last.failures)
        epoch.record(state.epoch)
        version.record(state.version)
        age.record(state.age / .seconds(1))
        if let aliveAge = state.aliveAge { self.aliveAge.record(aliveAge / .seconds(1)) }
    }
}
