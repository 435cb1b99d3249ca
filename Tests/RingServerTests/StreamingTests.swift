import RingServer
import RingServerTesting
import Testing

/// Requests that stay open: waiting for a version, and streams of events.
@Suite struct StreamingTests {
    @Test func answersAWaiterWhenANewerVersionIsPublished() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let client = try RawClient(port: port)
            let path = "/v1/pools/sessions/snapshot?after=41&wait=30s"
            await client.send("GET \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
            #expect(await client.receive(seconds: 0.3) == nil, "it waits while 41 is the newest")
            plane.publish(42)
            let answer = await client.receive()
            #expect(answer?.status == 200)
            #expect(answer?.field("etag") == "\"sha256:00ff\"")
        }
    }

    @Test func answersAWaiterAtOnceWhenItIsBehind() async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let answer = try await RawClient(port: port).exchange(
                "GET",
                "/v1/pools/-/snapshot?after=40&wait=60s",
                host: "localhost:\(port)"
            )
            #expect(answer?.status == 200)
        }
    }

    @Test func answersAWaiterFromAnotherHistoryAtOnce() async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let answer = try await RawClient(port: port).exchange(
                "GET",
                "/v1/pools/-/snapshot?after=42&wait=60s",
                host: "localhost:\(port)"
            )
            #expect(answer?.status == 200)
        }
    }

    @Test func saysNothingNewWhenTheTimeIsOver() async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let answer = try await RawClient(port: port).exchange(
                "GET",
                "/v1/pools/-/snapshot?after=41&wait=50ms",
                host: "localhost:\(port)"
            )
            #expect(answer?.status == 304)
            #expect(answer?.field("etag") == "\"sha256:00ff\"")
        }
    }

    @Test(arguments: [
        "after=41&wait=61s", "after=41&wait=1y", "wait=5s", "after=x", "after=-1", "after=41&version=3",
    ])
    func refusesToWaitForNonsense(query: String) async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let client = try RawClient(port: port)
            let answer = await client.exchange(
                "GET",
                "/v1/pools/-/snapshot?\(query)",
                host: "localhost:\(port)"
            )
            #expect(answer?.status == 400, "\(query)")
        }
    }

    @Test func waitersAreBounded() async throws {
        let plane = FakeControlPlane()
        try await withControlServer(plane) { path in
            let head = "GET /v1/pools/-/snapshot?after=41&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let waiters = try (0..<16).map { _ in try RawClient(path: path) }
            for waiter in waiters { await waiter.send(head) }
            let late = try RawClient(path: path)
            await late.send(head)
            let refused = await late.receive()
            // Which of the seventeen is refused is the server's choice, since their requests race.
            if let refused { #expect(refused.status == 503) }
            plane.publish(42)
            var statuses: [Int] = []
            for waiter in waiters { statuses.append(await waiter.receive()?.status ?? 0) }
            if refused == nil { statuses.append(await late.receive()?.status ?? 0) }
            #expect(statuses.filter { $0 == 200 }.count == 16)
        }
    }

    @Test func streamsEventsFromWhereTheReaderIs() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let client = try RawClient(port: port)
            await client.send(
                "GET /v1/events/stream?after=106 HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n"
            )
            let text = await client.receiveText(until: "\"event\":107")
            #expect(
                text.contains("content-type: text/event-stream") || text.contains("Content-Type: text/event-stream")
            )
            #expect(text.contains("id: 107\nevent: event\ndata: {"))
        }
    }

    @Test func lastEventIDTakesThePlaceOfAfter() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let client = try RawClient(port: port)
            await client.send(
                "GET /v1/events/stream?after=1 HTTP/1.1\r\nHost: localhost:\(port)\r\nLast-Event-ID: 107\r\n\r\n"
            )
            _ = await client.receiveText(until: ": ringd")
            plane.announcer.announce()
            let text = await client.receiveText(until: "event: changed")
            #expect(!text.contains("id: 107"), "it has that one already")
        }
    }

    @Test func saysThatSomethingChanged() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let client = try RawClient(port: port)
            await client.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
            _ = await client.receiveText(until: ": ringd")
            plane.announcer.announce()
            #expect(await client.receiveText(until: "event: changed").contains("event: changed\ndata: {}"))
        }
    }

    @Test func endsStreamsAndWaitersWhenTheServerStops() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await withReadServer(FakeControlPlane()) { port in
            let stream = try RawClient(port: port)
            await stream.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
            _ = await stream.receiveText(until: ": ringd")
            let waiter = try RawClient(port: port)
            await waiter.send(
                "GET /v1/pools/-/snapshot?after=41&wait=60s HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n"
            )
        }
        #expect(clock.now - start < .seconds(10))
    }
}

/// Idle connections beyond the limit.
@Suite struct ConnectionLedgerTests {
    @Test func aThousandIdleConnectionsKeepNobodyOut() async throws {
        try await withReadServer(FakeControlPlane()) { port in
            let first = try RawClient(port: port)
            #expect(await first.exchange("GET", "/healthz", host: "localhost:\(port)")?.status == 200)
            let idle = try await RawClient.crowd(1000, port: port)
            for _ in 0..<3 {
                let client = try RawClient(port: port)
                let answer = await client.exchange("GET", "/v1/pools", host: "localhost:\(port)")
                #expect(answer?.status == 200)
            }
            #expect(await first.isClosed(within: 5), "the one that was idle the longest made room")
            withExtendedLifetime(idle) {}
        }
    }

    @Test func aStreamIsNotClosedForTheIdle() async throws {
        let plane = FakeControlPlane()
        try await withReadServer(plane) { port in
            let stream = try RawClient(port: port)
            await stream.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
            _ = await stream.receiveText(until: ": ringd")
            let idle = try await RawClient.crowd(600, port: port)
            let answer = try await RawClient(port: port).exchange("GET", "/healthz", host: "localhost:\(port)")
            #expect(answer?.status == 200)
            plane.announcer.announce()
            #expect(await stream.receiveText(until: "event: changed").contains("event: changed"))
            withExtendedLifetime(idle) {}
        }
    }
}
