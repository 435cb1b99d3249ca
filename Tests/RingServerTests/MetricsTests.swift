import Metrics
import RingServer
import RingServerTesting
import Testing

/// What Prometheus reads.
@Suite struct MetricsTests {
    @Test func countersGaugesAndDistributionsAreWrittenAsPrometheusReadsThem() {
        let registry = MetricRegistry()
        Counter(label: "ringd_ring_changes_total", dimensions: [("reason", "add"), ("pool", "web")], factory: registry)
            .increment(by: 3)
        let timer = Timer(label: "ringd_probe_duration_seconds", dimensions: [("pool", "web")], factory: registry)
        timer.recordNanoseconds(300_000)
        timer.recordNanoseconds(2_000_000_000)
        let text = Exposition(of: registry.measurements()).text
        #expect(text.contains("# TYPE ringd_ring_changes_total counter\n"))
        #expect(text.contains("ringd_ring_changes_total{pool=\"web\",reason=\"add\"} 3\n"))
        #expect(text.contains("ringd_probe_duration_seconds_bucket{pool=\"web\",le=\"0.00025\"} 0\n"))
        #expect(text.contains("ringd_probe_duration_seconds_bucket{pool=\"web\",le=\"0.0005\"} 1\n"))
        #expect(text.contains("ringd_probe_duration_seconds_bucket{pool=\"web\",le=\"1.0\"} 1\n"))
        #expect(text.contains("ringd_probe_duration_seconds_bucket{pool=\"web\",le=\"+Inf\"} 2\n"))
        #expect(text.contains("ringd_probe_duration_seconds_sum{pool=\"web\"} 2.0003\n"))
        #expect(text.contains("ringd_probe_duration_seconds_count{pool=\"web\"} 2\n"))
    }

    @Test func labelsAreEscaped() {
        let family = MetricFamily("x", .gauge, ["l"], "back\\slash")
        let text = Exposition(of: [Measurement(family, ["a\"b\\c\nd"], .whole(1))]).text
        #expect(text.contains("x{l=\"a\\\"b\\\\c\\nd\"} 1"))
        #expect(text.contains("# HELP x back\\\\slash"))
    }

    @Test func noSeriesIsWrittenTwice() {
        let twice = [Measurement(.ready, [], true), Measurement(.ready, [], false)]
        #expect(
            Exposition(of: twice).text.split(separator: "\n").filter { $0.hasPrefix("ringd_ready") } == [
                "ringd_ready 1"
            ]
        )
    }

    @Test func aDestroyedSeriesIsGone() {
        let registry = MetricRegistry()
        let counter = Counter(
            label: "ringd_node_restarts_total",
            dimensions: [("pool", "p"), ("node", "n")],
            factory: registry
        )
        counter.increment()
        #expect(Exposition(of: registry.measurements()).text.contains("ringd_node_restarts_total{"))
        counter.destroy()
        #expect(!Exposition(of: registry.measurements()).text.contains("ringd_node_restarts_total"))
    }

    @Test func seriesAreBoundedAndWhatIsLeftOutIsCounted() {
        let registry = MetricRegistry(limit: 10)
        for number in 0..<25 {
            Counter(label: "strange", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let text = Exposition(of: registry.measurements()).text
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("strange_total{") }.count == 10)
        #expect(text.contains("ringd_metrics_series_left_out_total 15\n"))
    }

    @Test func aNameThatALibraryBringsIsMadeAcceptable() {
        let registry = MetricRegistry()
        Counter(label: "hb.requests", dimensions: [("http.route", "/x")], factory: registry).increment()
        #expect(Exposition(of: registry.measurements()).text.contains("hb_requests_total{http_route=\"/x\"} 1"))
    }

    @Test func everyFamilyHasAHelpThatIsASentence() {
        for family in MetricFamily.all {
            #expect(family.help.hasSuffix("."), "\(family.name)")
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
        }
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
    }

    @Test func requestsAreCountedByRouteAndNeverByPath() async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let host = "localhost:\(port)"
            for path in ["/v1/pools/a", "/v1/pools/b", "/strange/1", "/strange/2", "/v1/pools/sessions"] {
                _ = try await RawClient(port: port).exchange("GET", path, host: host)
            }
            let text = try await RawClient(port: port).exchange("GET", "/metrics", host: host)?.body ?? ""
            #expect(text.contains("ringd_http_requests_total{route=\"/v1/pools/{pool}\",code=\"404\"} 2"))
            #expect(text.contains("ringd_http_requests_total{route=\"/v1/pools/{pool}\",code=\"200\"} 1"))
            #expect(text.contains("ringd_http_requests_total{route=\"none\",code=\"404\"} 2"))
            #expect(!text.contains("strange"))
        }
    }
}
