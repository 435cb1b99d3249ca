import Foundation
import NIOCore
import RingCore
import RingMemcached
import RingMemcachedTesting
import RingTestSupport
import Testing

/// What the prober makes of servers that are broken or mean to be.
///
/// In every case there is one outcome, it comes in time, its words are clean, and the next probe starts afresh.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerProbeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behaviour: HostileServer.Behaviour
        let expected: ProbeFailure
        var stats = false

        /// Short where the time is to run out, long where a busy machine must not make it run out.
        var timeout: Duration { isLate ? .seconds(1) : .seconds(20) }

        var isLate: Bool { expected.detail.hasPrefix("no answer") }

        init(_ name: String, _ behaviour: HostileServer.Behaviour, _ expected: ProbeFailure, stats: Bool = false) {
            testDescription = name
            self.behaviour = behaviour
            self.expected = expected
            self.stats = stats
        }
    }

    static let version = "VERSION 1.6.18\r\n"

    static let cases: [Case] = [
        Case(
            "endless line",
            .endless(Array(repeating: 0x61, count: 4096)),
            .init(.soft, "malformed answer: a line of more than 2048 bytes")
        ),
        Case(
            "one byte each 50 ms",
            .drips(Array("VERSION \(String(repeating: "1", count: 60))\r\n".utf8)),
            .init(.soft, "no answer within 1000 ms")
        ),
        Case("silence", .isSilent, .init(.soft, "no answer within 1000 ms")),
        Case("half a line", .answers("VERSION 1."), .init(.soft, "no answer within 1000 ms")),
        Case("reset", .resets, .init(.hard, "connection reset")),
        Case("close", .closes, .init(.hard, "connection closed")),
        Case(
            "ten thousand answers",
            .answers(String(repeating: version, count: 10_000)),
            .init(.soft, "malformed answer: bytes nobody asked for")
        ),
        Case(
            "mail server",
            .greets(Array("220 mail.example ESMTP\r\n".utf8)),
            .init(.hard, "not memcached: 220 mail.example ESMTP")
        ),
        Case(
            "control characters",
            .answers("VERSION \u{1B}[31m1.6\u{07}\r\n"),
            .init(.soft, "malformed answer: VERSION ?[31m1.6?")
        ),
        Case(
            "bytes beyond ASCII",
            .answers([0xFF, 0x00, 0x16, 0x03, 0x0D, 0x0A]),
            .init(.soft, "malformed answer: ????")
        ),
        Case("bare line feed", .answers("VERSION 1.6.18\n"), .init(.soft, "malformed answer: VERSION 1.6.18")),
        Case("no version", .answers("VERSION \r\n"), .init(.soft, "malformed answer: VERSION ")),
        Case("empty line", .answers("\r\n"), .init(.soft, "malformed answer: ")),
        Case("server error", .answers("SERVER_ERROR out of memory\r\n"), .init(.soft, "server error: out of memory")),
        Case(
            "too many connections",
            .answers("ERROR Too many open connections\r\n"),
            .init(.soft, "too many open connections")
        ),
        Case(
            "web server",
            .answers("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"),
            .init(.hard, "not memcached: HTTP/1.1 400 Bad Request")
        ),
        Case(
            "redis",
            .answers("-ERR unknown command 'version'\r\n"),
            .init(.hard, "not memcached: -ERR unknown command 'version'")
        ),
        Case("echo", .answers("version\r\n"), .init(.hard, "not memcached: version")),
        Case(
            "endless stats",
            .script(version, String(repeating: "STAT a 1\r\n", count: 2500)),
            .init(.soft, "malformed answer: stats that do not end"),
            stats: true
        ),
        Case(
            "long stats",
            .script(version, String(repeating: "STAT a \(String(repeating: "x", count: 2000))\r\n", count: 40)),
            .init(.soft, "malformed answer: stats that do not end"),
            stats: true
        ),
        Case(
            "negative number",
            .script(version, "STAT pid -5\r\nEND\r\n"),
            .init(.soft, "malformed answer: STAT pid -5"),
            stats: true
        ),
        Case(
            "number too big",
            .script(version, "STAT uptime 99999999999999999999\r\nEND\r\n"),
            .init(.soft, "malformed answer: STAT uptime 99999999999999999999"),
            stats: true
        ),
        Case(
            "late answer instead of stats",
            .script(version, "MN\r\n"),
            .init(.soft, "malformed answer: MN"),
            stats: true
        ),
    ]

    @Test(arguments: cases)
    func judges(_ hostile: Case) async throws {
        try await HostileServer.run(hostile.behaviour) { server in
            try await ProberHarness.run { harness in
                for _ in 0..<2 {
                    let id = try await harness.start(server.address, timeout: hostile.timeout, stats: hostile.stats)
                    let outcome = try await harness.outcome(of: id)
                    if hostile.isLate {
                        // On a busy machine the time may run out before the connection is made.
                        #expect(outcome.failure?.class == .soft)
                        #expect(outcome.failure?.detail.hasSuffix("within 1000 ms") == true)
                    } else {
                        #expect(outcome == .failure(hostile.expected))
                    }
                    #expect(harness.outcomes(of: id).count == 1)
                }
                let open = try await harness.onLoop { $0.openConnections }
                #expect(open == 0)
            }
        }
    }

    @Test func cutsWhatAServerSaysToFitAnEvent() async throws {
        let long = "SERVER_ERROR " + String(repeating: "é\u{07}", count: 500) + "\r\n"
        try await HostileServer.run(.answers(long)) { server in
            try await ProberHarness.run { harness in
                let failure = try #require(try await harness.probe(server.address).failure)
                #expect(failure.detail.utf8.count <= 200)
                #expect(failure.detail.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
        }
    }

    @Test func neverTakesAStrayAnswerForTheNextOne() async throws {
        try await HostileServer.run(.answers(Self.version)) { server in
            try await ProberHarness.run { harness in
                try await #expect(harness.probe(server.address).isSuccess)
                try await server.say("MN\r\n")
                try await eventually("the connection is dropped") {
                    try await harness.onLoop { $0.openConnections } == 0
                }
                #expect(harness.lost.isEmpty)
                let failure = try await harness.probe(server.address).failure
                #expect(failure == ProbeFailure(.soft, "malformed answer: bytes nobody asked for"))
                try await #expect(harness.probe(server.address).isSuccess)
            }
        }
    }

    @Test func fallsBackToVersionWhereMetaIsUnknown() async throws {
        // It says 1.6, then does not know `mn`; the answer to `version` that follows makes the probe a success.
        let script = HostileServer.Behaviour.script(Self.version, "ERROR\r\n", Self.version, Self.version)
        try await HostileServer.run(script) { server in
            try await ProberHarness.run { harness in
                for _ in 0..<3 { try await #expect(harness.probe(server.address).isSuccess) }
                #expect(harness.lost.isEmpty)
            }
        }
    }

    @Test func asksOldServersForTheirVersionOnly() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.39\r\n")) { server in
            try await ProberHarness.run { harness in
                for _ in 0..<3 { try await #expect(harness.probe(server.address).isSuccess) }
            }
        }
    }

    @Test func toleratesStatsThatLeaveTheProcessOut() async throws {
        try await HostileServer.run(.script(Self.version, "STAT curr_items 3\r\nEND\r\n")) { server in
            try await ProberHarness.run { harness in
                let outcome = try await harness.probe(server.address, stats: true)
                #expect(outcome.isSuccess)
                #expect(outcome.stats == nil)
            }
        }
    }

    @Test func callsAFullAcceptQueueSoft() async throws {
        let listener = try BlockingSocket(listeningOnLoopback: false, backlog: 1)
        let port = try listener.localPort()
        try await ProberHarness.run { harness in
            var ids: [ProbeID] = []
            for node in 1...6 {
                ids.append(try await harness.start("127.0.0.1:\(port)", node: Int64(node), timeout: .seconds(1)))
            }
            var details: Set<String> = []
            for id in ids {
                let failure = try #require(try await harness.outcome(of: id).failure)
                #expect(failure.class == .soft)
                details.insert(failure.detail)
            }
            #expect(details.contains("no connection within 1000 ms"))
        }
        withExtendedLifetime(listener) {}
    }

    @Test func callsAFullAcceptQueueOfAUnixSocketSoft() async throws {
        let path = "/tmp/ringd-test-\(FreePort.unique()).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let listener = try BlockingSocket(listeningAt: path, backlog: 0)
        try await ProberHarness.run { harness in
            var details: Set<String> = []
            for node in 1...4 {
                let failure = try await harness.probe(path, node: Int64(node), timeout: .milliseconds(200)).failure
                #expect(failure?.class == .soft)
                details.insert(failure?.detail ?? "success")
            }
            #expect(details.contains("accept queue full"))
        }
        withExtendedLifetime(listener) {}
    }

    @Test func refusesACleansingThatAServerAnswersWrongly() async throws {
        let cases: [(HostileServer.Behaviour, CleansingStep.Kind, CleansingOutcome)] = [
            (.answers("NOT_STORED\r\n"), .plantAndFlush, .failure(.init(.soft, "malformed answer: NOT_STORED"))),
            (.script("STORED\r\n", "ERROR\r\n"), .plantAndFlush, .failure(.init(.soft, "malformed answer: ERROR"))),
            (
                .script("STORED\r\n", "OK\r\nOK\r\n"), .plantAndFlush,
                .failure(.init(.soft, "malformed answer: bytes nobody asked for"))
            ),
            (
                .answers("STORED\r\nOK\r\n"), .plantAndFlush,
                .failure(.init(.soft, "malformed answer: bytes nobody asked for"))
            ),
            (
                .answers("VALUE other 0 1\r\nx\r\nEND\r\n"), .verify,
                .failure(.init(.soft, "malformed answer: VALUE other 0 1"))
            ),
            (
                .answers("SERVER_ERROR out of memory storing object\r\n"), .plantAndFlush,
                .failure(.init(.soft, "server error: out of memory storing object"))
            ),
            (.isSilent, .verify, .failure(.init(.soft, "no answer within 1000 ms"))),
            (.closes, .verify, .failure(.init(.hard, "connection closed"))),
        ]
        for (behaviour, kind, expected) in cases {
            try await HostileServer.run(behaviour) { server in
                try await ProberHarness.run { harness in
                    let isLate = expected == .failure(.init(.soft, "no answer within 1000 ms"))
                    let timeout = isLate ? Duration.seconds(1) : .seconds(20)
                    let outcome = try await harness.cleanse(server.address, kind, timeout: timeout)
                    #expect(outcome == expected)
                }
            }
        }
    }
}
