import RingClient
import RingCore
import RingTestSupport
import Testing

/// What an application sees of servers that fail.
@Suite(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"), .timeLimit(.minutes(2)))
struct FailureModeTests {
    @Test func deadServerIsACacheThatMisses() async throws {
        let fleet = try await ClientFleet(2)
        defer { fleet.stop() }
        let (cache, key) = (fleet.client, fleet.key(ownedBy: 0))
        try await cache.set(key, "value")
        fleet.servers[0].kill()
        for _ in 0..<5 {
            #expect(try await cache.get(key) == nil)
            #expect(try await cache.get(key, touching: .never) == nil)
            #expect(try await cache.set(key, "value") == .unavailable)
            #expect(try await cache.add(key, [1]) == .unavailable)
            #expect(try await cache.append([1], to: key) == .unavailable)
            #expect(try await cache.delete(key) == .unavailable)
            #expect(try await cache.touch(key, expiry: .never) == false)
            #expect(try await cache.increment(key, initial: 1) == nil)
            #expect(try await cache.decrement(key, initial: 1) == nil)
        }
        let other = fleet.key(ownedBy: 1)
        #expect(try await cache.set(other, "value") == .done)
        #expect(try await cache.get([key, other]).values.keys.sorted() == [other])
        await cache.close()
    }

    @Test func deadServerIsAnErrorWhereThatIsWanted() async throws {
        let fleet = try await ClientFleet(1, failureMode: .raise)
        defer { fleet.stop() }
        fleet.servers[0].kill()
        for _ in 0..<5 {
            await #expect(throws: MemcachedError(.connectionFailed, "")) { try await fleet.client.get("k") }
            await #expect(throws: MemcachedError(.connectionFailed, "")) { try await fleet.client.delete("k") }
        }
        await fleet.client.close()
    }

    @Test func wrongQuestionsFailInEachMode() async throws {
        for mode in FailureMode.allCases {
            let fleet = try await ClientFleet(1, failureMode: mode)
            defer { fleet.stop() }
            try await fleet.client.set("text", "x")
            await #expect(throws: MemcachedError(.invalidKey, "")) { try await fleet.client.get("a b") }
            await #expect(throws: MemcachedError(.notANumber, "")) { try await fleet.client.increment("text") }
            await fleet.client.close()
        }
    }

    @Test func serverThatComesBackIsUsedAgain() async throws {
        let fleet = try await ClientFleet(1)
        defer { fleet.stop() }
        let place = fleet.servers[0].place
        try await fleet.client.set("k", "value")
        fleet.servers[0].kill()
        #expect(try await fleet.client.get("k") == nil)
        let back = try await MemcachedProcess.start(at: place)
        try await eventually("it is used again") { try await fleet.client.set("k", "new") == .done }
        // Each connection to it finds that out for itself.
        try await eventually("by all") { try await fleet.client.get("k")?.text == "new" }
        await fleet.client.close()
        back.kill()
    }

    /// The listener takes connections and never answers, as a stopped server does.
    @Test func silentServerCostsOnlyTheFirstRequestsTheirTime() async throws {
        let pool = try PublishedPool()
        let silent = try BlockingSocket(listeningOnLoopback: false, backlog: 64)
        let slot = try PublishedPool.slot(
            1,
            version: 1,
            address: .init(host: "127.0.0.1", port: silent.localPort())
        )
        try pool.publish(pool.snapshot(1, slots: [slot]))
        let options = MemcachedOptions(connectTimeout: .seconds(1), timeout: .seconds(1), connectionsPerServer: 1)
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let cache = MemcachedClient(ring: ring, options: options)
        #expect(try await cache.get("k") == nil)
        // From here on an attempt is always under way or has just failed; no request waits for it.
        try await eventually("the attempt has failed") {
            let begin = ContinuousClock.now
            _ = try await cache.get("k")
            return ContinuousClock.now - begin < .milliseconds(500)
        }
        let begin = ContinuousClock.now
        for _ in 0..<100 { #expect(try await cache.get("k") == nil) }
        #expect(ContinuousClock.now - begin < .seconds(20), "a hundred connect timeouts would be 100 seconds")
        await cache.close()
    }

    @Test func cancelledRequestDoesNotWaitForTheConnection() async throws {
        let pool = try PublishedPool()
        let silent = try BlockingSocket(listeningOnLoopback: false, backlog: 64)
        let slot = try PublishedPool.slot(
            1,
            version: 1,
            address: .init(host: "127.0.0.1", port: silent.localPort())
        )
        try pool.publish(pool.snapshot(1, slots: [slot]))
        let options = MemcachedOptions(connectTimeout: .seconds(600), timeout: .seconds(600))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let cache = MemcachedClient(ring: ring, options: options)
        let waiting = Task { try await cache.get("k") }
        waiting.cancel()
        await #expect(throws: MemcachedError(.cancelled, "")) { try await waiting.value }
        await cache.close()
    }

    /// Goal: a node that leaves the ring is drained: no request fails for it, even where failures are raised.
    ///
    /// Method: tasks write and read without pause while the ring alternates between servers that are all well.
    @Test func noRequestFailsWhileHealthyNodesComeAndGo() async throws {
        let fleet = try await ClientFleet(3, failureMode: .raise)
        defer { fleet.stop() }
        let running = Task { await fleet.client.run() }
        let last: Int64 = 30
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<16 {
                group.addTask {
                    var requests = 0
                    while fleet.ring.state.version < last {
                        let keys = (0..<8).map { "t\(task):\(requests % 100):\($0)" }
                        #expect(try await fleet.client.set(keys[0], "value") == .done)
                        _ = try await fleet.client.get(keys[1])
                        #expect(try await fleet.client.get(keys).failures.isEmpty)
                        requests += 1
                    }
                    return requests
                }
            }
            for version in 2...last {
                let count = version.isMultiple(of: 2) ? 1 : 3
                let slots = try PublishedPool.slots(Array(fleet.servers.prefix(count)), version: version)
                try fleet.pool.publish(fleet.pool.snapshot(version, slots: slots))
                fleet.ring.poll()
                // Some requests on each ring.
                for number in 0..<20 { try await fleet.client.set("paced:\(number)", "value") }
            }
            for try await requests in group { #expect(requests > 0) }
        }
        running.cancel()
        await running.value
    }
}
