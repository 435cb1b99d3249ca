import Foundation
import RingCore
import RingMemcached
import RingTestSupport
import Testing

@Suite(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"))
struct RealServerProbeTests {
    @Test func findsAServerAliveOverOneConnection() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            let before = try connections(of: server)
            for _ in 0..<20 {
                let outcome = try await harness.probe(server.place.text)
                guard case .success(let latency, let stats) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(latency > .zero && latency < .seconds(20))
                #expect(stats == nil)
            }
            try #expect(connections(of: server) == before + 1)
            try await #expect(harness.onLoop { $0.openConnections } == 1)
            #expect(harness.lost.isEmpty)
        }
    }

    @Test func opensANewConnectionWhenAsked() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            let before = try total(of: server)
            for _ in 0..<3 { try await #expect(harness.probe(server.place.text, new: true).isSuccess) }
            // Each look at the counter is a connection as well.
            try #expect(total(of: server) == before + 4)
            #expect(harness.lost.isEmpty)
        }
    }

    @Test func readsTheFactsThatTellARestart() async throws {
        let server = try await MemcachedProcess.start(["-c", "77"])
        try #expect(server.ask("set a 0 0 1\r\nx\r\n") == "STORED\r\n")
        try await ProberHarness.run { harness in
            let stats = try #require(try await harness.probe(server.place.text, stats: true).stats)
            #expect(stats.pid == Int64(server.pid))
            #expect(stats.items == 1)
            #expect(stats.maxConnections == 77)
            #expect(stats.connections >= 1)
            #expect(stats.version.hasPrefix("1."))
            server.kill()
            let again = try await MemcachedProcess.start(at: server.place)
            defer { again.kill() }
            let after = try #require(try await harness.probe(server.place.text, stats: true, new: true).stats)
            #expect(after.pid == Int64(again.pid))
            #expect(after.items == 0)
            #expect(after.uptime <= 10)
        }
    }

    @Test func reportsAKilledServerAsLostAndThenAsRefused() async throws {
        let server = try await MemcachedProcess.start()
        try await ProberHarness.run { harness in
            try await #expect(harness.probe(server.place.text, node: 7).isSuccess)
            server.kill()
            try await eventually("the loss is reported") { harness.lost == [NodeID(7)] }
            let failure = try #require(try await harness.probe(server.place.text, node: 7).failure)
            #expect(failure == ProbeFailure(.hard, "connection refused"))
        }
    }

    @Test func findsAStoppedProcessSlowThoughItAccepts() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            try await #expect(harness.probe(server.place.text).isSuccess)
            server.pause()
            for new in [false, true] {
                let outcome = try await harness.probe(server.place.text, timeout: .seconds(1), new: new)
                #expect(outcome.failure?.class == .soft)
                #expect(outcome.failure?.detail.hasSuffix("within 1000 ms") == true)
            }
            server.resume()
            try await #expect(harness.probe(server.place.text, new: true).isSuccess)
        }
    }

    @Test func callsAFullServerSoft() async throws {
        let server = try await MemcachedProcess.start(["-c", "30"])
        defer { server.kill() }
        try await ProberHarness.run { harness in
            var failure: ProbeFailure?
            for node in 1...40 where failure == nil {
                failure = try await harness.probe(server.place.text, node: Int64(node)).failure
            }
            #expect(failure == ProbeFailure(.soft, "too many open connections"))
        }
    }

    @Test func speaksOverAUnixSocket() async throws {
        let path = "/tmp/ringd-test-\(FreePort.unique()).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await ProberHarness.run { harness in
            let absent = try await harness.probe(path)
            #expect(absent.failure == ProbeFailure(.hard, "no such socket"))
            let server = try await MemcachedProcess.start(at: .unixSocket(path))
            defer { server.kill() }
            let stats = try #require(try await harness.probe(path, stats: true).stats)
            #expect(stats.pid == Int64(server.pid))
            server.kill()
            try await eventually("the loss is reported") { !harness.lost.isEmpty }
            try await #expect(harness.probe(path).failure == ProbeFailure(.hard, "connection refused"))
        }
    }

    @Test(.enabled(if: hasIPv6Loopback(), "this machine has no IPv6 loopback"))
    func speaksOverIPv6() async throws {
        let server = try await MemcachedProcess.start(at: .ipv6(FreePort.next(ipv6: true)))
        defer { server.kill() }
        try await ProberHarness.run { harness in
            let stats = try await harness.probe(server.place.text, stats: true).stats
            #expect(stats?.pid == Int64(server.pid))
        }
    }

    @Test func cleansesAServer() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            try #expect(server.ask("set stale 0 0 1\r\nx\r\n") == "STORED\r\n")
            try await #expect(harness.cleanse(server.place.text, .plantAndFlush) == .flushed)
            try await #expect(harness.cleanse(server.place.text, .verify) == .canaryGone)
            try #expect(server.ask("get stale\r\n") == "END\r\n")
        }
    }

    @Test func seesACanaryThatAFlushLeft() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            try #expect(server.ask("set ringd-canary-1 0 0 6\r\ncanary\r\n") == "STORED\r\n")
            try await #expect(harness.cleanse(server.place.text, .verify) == .canaryPresent)
        }
    }

    @Test func findsAFlushSwitchedOffAndLeavesNothingBehind() async throws {
        let server = try await MemcachedProcess.start(["-F"])
        defer { server.kill() }
        try await ProberHarness.run { harness in
            try #expect(server.ask("set kept 0 0 1\r\nx\r\n") == "STORED\r\n")
            try await #expect(harness.cleanse(server.place.text, .plantAndFlush) == .flushDisabled)
            try #expect(server.ask("get ringd-canary-1\r\n") == "END\r\n")
            try #expect(server.ask("get kept\r\n", until: "END\r\n").hasPrefix("VALUE"))
        }
    }

    @Test func cleansesAServerWithoutCAS() async throws {
        let server = try await MemcachedProcess.start(["-C"])
        defer { server.kill() }
        try await ProberHarness.run { harness in
            try await #expect(harness.cleanse(server.place.text, .plantAndFlush) == .flushed)
            let outcome = try await harness.cleanse(server.place.text, .verify)
            #expect(outcome == .canaryGone)
        }
    }

    @Test func refusesACanaryThatIsNoKey() async throws {
        let server = try await MemcachedProcess.start()
        defer { server.kill() }
        try await ProberHarness.run { harness in
            for canary in ["", "a b", "a\r\nflush_all", "ä", String(repeating: "a", count: 65)] {
                let outcome = try await harness.cleanse(server.place.text, .plantAndFlush, canary: canary)
                #expect(outcome == .failure(ProbeFailure(.local, "the canary is not a key")))
            }
        }
    }

    private func connections(of server: MemcachedProcess) throws -> Int { try counter("curr_connections", of: server) }
    private func total(of server: MemcachedProcess) throws -> Int { try counter("total_connections", of: server) }

    private func counter(_ name: String, of server: MemcachedProcess) throws -> Int {
        let lines = try server.ask("stats\r\n", until: "END\r\n").split(separator: "\r\n")
        let line = try #require(lines.first { $0.hasPrefix("STAT \(name) ") })
        return try #require(Int(line.split(separator: " ")[2]))
    }
}
