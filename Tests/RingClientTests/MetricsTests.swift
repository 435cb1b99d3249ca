import Metrics
import MetricsTestKit
import RingClient
import RingTestSupport
import Testing

/// What is told to swift-metrics.
@Suite struct MetricsTests {
    let pool: PublishedPool
    let metrics = TestMetrics()
    private let ofPool = [("pool", "sessions")]

    init() throws { pool = try PublishedPool() }

    @Test func tellsHowTheRingStands() throws {
        try pool.publish(pool.snapshot(7, epoch: 2))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool, metrics: metrics)
        #expect(try metrics.expectGauge("ringclient_ring_version", ofPool).lastValue == 7)
        #expect(try metrics.expectGauge("ringclient_ring_epoch", ofPool).lastValue == 2)
        try pool.publish(pool.snapshot(8, epoch: 2))
        ring.poll()
        #expect(try metrics.expectGauge("ringclient_ring_version", ofPool).lastValue == 8)
        #expect(try metrics.expectCounter("ringclient_loads_total", ofPool).totalValue == 2)
        #expect(try metrics.expectCounter("ringclient_load_failures_total", ofPool).totalValue == 0)
        try pool.replace(with: [])
        ring.poll()
        ring.poll()
        #expect(try metrics.expectCounter("ringclient_load_failures_total", ofPool).totalValue == 1)
        #expect(try metrics.expectCounter("ringclient_polls_total", ofPool).totalValue == Int64(ring.state.polls))
        #expect(try (metrics.expectGauge("ringclient_ring_age_seconds", ofPool).lastValue ?? -1) >= 0)
    }

    @Test(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"))
    func timesRequestsAndCountsErrorsInABoundedNumberOfSeries() async throws {
        let servers = try await [MemcachedProcess.start(), MemcachedProcess.start(), MemcachedProcess.start()]
        defer { for server in servers { server.kill() } }
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1, held: [2])))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool, metrics: metrics)
        let cache = MemcachedClient(ring: ring, options: .patient)
        let series = metrics.counters.count + metrics.timers.count + metrics.recorders.count
        let keys = (0..<60).map { "key-\($0)" }
        let held = keys.count { ring.owner(of: $0).isHeld }
        #expect(held > 0)
        for key in keys { try await cache.set(key, "value") }
        _ = try await cache.get(keys)
        func timer(_ command: String) throws -> TestTimer {
            try metrics.expectTimer("ringclient_request_duration", ofPool + [("command", command)])
        }
        #expect(try timer("set").values.count == keys.count - held)
        #expect(try timer("set").values.allSatisfy { $0 > 0 })
        #expect(try timer("getMany").values.count == 1)
        #expect(try metrics.expectCounter("ringclient_held_total", ofPool).totalValue == Int64(2 * held))
        servers[0].kill()
        for key in keys { _ = try await cache.get(key) }
        let lost = keys.count { ring.owner(of: $0).port == Int(servers[0].loopbackPort) }
        #expect(metrics.counterTotal(label: "ringclient_errors_total") == Int64(lost))
        #expect(metrics.counters.count + metrics.timers.count + metrics.recorders.count == series)
        await cache.close()
    }
}
