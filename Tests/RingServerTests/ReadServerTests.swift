import RingServer
import RingServerTesting
import Testing

@Suite struct ReadServerTests {
    @Test func answersForItsOwnNamesOnly() async throws {
        try await withReadServer(FakeControlPlane(), names: ["Cache.Example"]) { port in
            let good = [
                "localhost:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)", "LOCALHOST:\(port)", "cache.example:\(port)",
            ]
            for host in good {
                let answer = try await RawClient(port: port).exchange("GET", "/readyz", host: host)
                #expect(answer?.status == 200, "\(host)")
            }
            let bad = [
                "evil.example:\(port)", "localhost.evil.example:\(port)", "localhost", "localhost:1", "localhost:",
                "localhost:\(port)x", "", "[::2]:\(port)",
            ]
            for host in bad {
                let answer = try await RawClient(port: port).exchange("GET", "/readyz", host: host)
                #expect(answer?.status == 421 || answer?.status == 400, "\(host)")
            }
        }
    }

    @Test func servesReadsAndNoWrites() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let host = "localhost:\(port)"
            let client = try RawClient(port: port)
            #expect(await client.exchange("GET", "/v1/pools", host: host)?.status == 200)
            #expect(await client.exchange("GET", "/v1/pools/-/locate?key=a&key=b", host: host)?.status == 200)
            let work = try #require(await client.exchange("GET", "/v1/db/work", host: host))
            #expect(work.status == 200 && work.body.contains(#""step":"copying","done_bytes":79134"#))
            let body = #"{"action":"freeze"}"#
            #expect(await client.exchange("POST", "/v1/changes", host: host, body: body)?.status == 404)
            #expect(plane.submissions.isEmpty)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:0", "::1", 0), ("cache.example:80", "cache.example", 80),
    ])
    func parsesAnAddress(text: String, host: String, port: UInt16) throws {
        let configuration = try ReadServer.Configuration(parsing: text)
        #expect(configuration.host == host && configuration.port == port)
    }

    @Test(arguments: ["8080", "[::1]", "localhost:70000", "a b:80", ":80", "/x:80"])
    func refusesABadAddress(text: String) {
        #expect(throws: (any Error).self) { try ReadServer.Configuration(parsing: text) }
    }
}
