import RingServerTesting
import Testing

@Suite struct LimitTests {
    @Test func closesOnARequestLineWithoutEnd() async throws {
        try await withControlServer(FakeControlPlane()) { path in
            let client = try RawClient(path: path)
            let piece = String(repeating: "a", count: 4096)
            await client.send("GET /" + piece)
            for _ in 0..<32 { await client.send(piece) }
            // The connection may be reset before the answer is read, since more was sent than the server will read.
            if let answer = await client.receive() { #expect(answer.status == 400) }
            #expect(await client.isClosed())
        }
    }

    @Test func refusesALongPath() async throws {
        try await withControlServer(FakeControlPlane()) { path in
            let long = "/v1/pools/" + String(repeating: "a", count: 9000)
            let answer = try await RawClient(path: path).exchange("GET", long)
            #expect(answer?.status == 400)
        }
    }

    @Test(arguments: [
        "X-Long: " + String(repeating: "x", count: 20_000),
        (0..<100).map { "X-\($0): y" }.joined(separator: "\r\n"),
        (0..<30).map { "X-\($0): " + String(repeating: "y", count: 1000) }.joined(separator: "\r\n"),
    ])
    func closesOnAHeadBeyondItsLimit(fields: String) async throws {
        try await withControlServer(FakeControlPlane()) { path in
            let client = try RawClient(path: path)
            if let answer = await client.exchange("GET", "/v1/pools", fields: [fields]) {
                #expect(answer.status == 400)
            }
            #expect(await client.isClosed())
        }
    }

    @Test(arguments: [("/v1/changes", 8 << 20), ("/v1/sql", 1 << 20)])
    func refusesABodyOverItsLimit(path: String, limit: Int) async throws {
        let plane = FakeControlPlane()
        try await withControlServer(plane) { socket in
            let body = #"{"action":"freeze","message":""# + String(repeating: "m", count: limit) + #""}"#
            let answer = try await RawClient(path: socket).exchange("POST", path, body: body)
            #expect(answer?.status == 413)
            #expect(plane.submissions.isEmpty)
        }
    }

    @Test func letsTheSixtyFifthConnectionWait() async throws {
        try await withControlServer(FakeControlPlane()) { path in
            // They are accepted in turn, so once the last is served all of them are.
            var clients = try (0..<64).map { _ in try RawClient(path: path) }
            let answer = await clients[63].exchange("GET", "/healthz")
            #expect(answer?.status == 200)
            let late = try RawClient(path: path)
            await late.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await late.receive(seconds: 0.3) == nil)
            clients.removeLast()
            #expect(await late.receive()?.status == 200)
        }
    }
}
