import Foundation
import RingClient
import RingCore
import RingSnapshots
import RingTestSupport
import Testing

@Suite struct MemcachedClientTests {
    let pool: PublishedPool

    init() throws { pool = try PublishedPool() }

    @Test func keysLiveOnTheirOwners() async throws {
        let servers = try await [MemcachedProcess.start(), MemcachedProcess.start(), MemcachedProcess.start()]
        defer { for server in servers { server.kill() } }
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1)))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let client = MemcachedClient(ring: ring, options: .patient)
        let keys = (0..<60).map { "key-\($0)" }
        for key in keys { #expect(try await client.set(key, "value of \(key)") == .done) }
        for key in keys { #expect(try await client.get(key)?.text == "value of \(key)") }
        let found = try await client.get(keys + ["missing"])
        #expect(found.values.count == 60)
        #expect(found.failures.isEmpty)
        for key in keys {
            let owner = ring.owner(of: key)
            let server = try #require(servers.first(where: { Int($0.loopbackPort) == owner.port }))
            let answer = try server.ask("mg \(key)\r\n")
            #expect(answer == "HD\r\n")
        }
        #expect(try await client.delete("key-1") == .done)
        #expect(try await client.delete("key-1") == .notFound)
        #expect(try await client.get("key-1") == nil)
        await client.close()
    }

    @Test func heldSlotIsAMissAtOnce() async throws {
        let servers = try await [MemcachedProcess.start(), MemcachedProcess.start()]
        defer { for server in servers { server.kill() } }
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1)))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let client = MemcachedClient(ring: ring, options: .patient)
        let keys = (0..<40).map { "key-\($0)" }
        for key in keys { try await client.set(key, "old") }
        try pool.publish(pool.snapshot(2, slots: PublishedPool.slots(servers, version: 2, held: [0])))
        ring.poll()
        let (held, rest) = (keys.filter { ring.owner(of: $0).isHeld }, keys.filter { !ring.owner(of: $0).isHeld })
        #expect(!held.isEmpty && !rest.isEmpty)
        for key in held {
            #expect(try await client.get(key) == nil)
            #expect(try await client.set(key, "new") == .unavailable)
            #expect(try await client.delete(key) == .unavailable)
            #expect(try await client.touch(key, expiry: .never) == false)
            #expect(try await client.increment(key, initial: 1) == nil)
        }
        let found = try await client.get(keys)
        #expect(Set(found.values.keys) == Set(rest))
        await client.close()
    }

    @Test func deadServerFailsItsOwnKeysOnly() async throws {
        let servers = try await [MemcachedProcess.start(), MemcachedProcess.start()]
        defer { for server in servers { server.kill() } }
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1)))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let client = MemcachedClient(ring: ring, options: .patient, failureMode: .raise)
        let keys = (0..<40).map { "key-\($0)" }
        for key in keys { try await client.set(key, "value") }
        servers[0].kill()
        let dead = try #require(ring.current.owners.first(where: { $0.port == Int(servers[0].loopbackPort) }))
        try await eventually("the death is seen") { (try? await client.get(keys).failures[dead]) != nil }
        let found = try await client.get(keys)
        #expect(Array(found.failures.keys) == [dead])
        #expect(Set(found.values.keys) == Set(keys.filter { ring.owner(of: $0) != dead }))
        let key = try #require(keys.first(where: { ring.owner(of: $0) == dead }))
        let error = await #expect(throws: MemcachedError.self) { try await client.get(key) }
        #expect(error?.code == .connectionFailed)
        await client.close()
    }

    @Test func connectionsToNodesThatLeftAreClosed() async throws {
        let servers = try await [MemcachedProcess.start(), MemcachedProcess.start()]
        defer { for server in servers { server.kill() } }
        try pool.publish(pool.snapshot(1, slots: PublishedPool.slots(servers, version: 1)))
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
        let client = MemcachedClient(ring: ring, options: .patient)
        let running = Task { await client.run() }
        for number in 0..<40 { try await client.set("key-\(number)", "value") }
        // One is this test's own.
        func connections(_ server: MemcachedProcess) throws -> Int {
            let stats = try server.ask("stats\r\n", until: "END\r\n")
            let line = try #require(stats.split(separator: "\r\n").first { $0.hasPrefix("STAT curr_connections ") })
            return try #require(line.split(separator: " ").last.flatMap { Int($0) })
        }
        let before = try connections(servers[1])
        try pool.publish(pool.snapshot(2, slots: Array(PublishedPool.slots(servers, version: 2).prefix(1))))
        ring.poll()
        try await eventually("the connection is closed") { try connections(servers[1]) < before }
        for number in 0..<40 { #expect(try await client.set("key-\(number)", "value") == .done) }
        running.cancel()
        await running.value
    }

    @Test(arguments: ["", "a b", "a\r\nflush_all", String(repeating: "k", count: 251)])
    func refusesBadKeysBeforeAnythingIsSent(key: String) async throws {
        try pool.publish(pool.snapshot(1))
        let client = MemcachedClient(ring: try LiveRing(directory: pool.directory, pool: pool.pool))
        await #expect(throws: MemcachedError(.invalidKey, "")) { try await client.get(key) }
        await #expect(throws: MemcachedError(.invalidKey, "")) { try await client.get(["good", key]) }
        await #expect(throws: MemcachedError(.invalidKey, "")) { try await client.set(key, "x") }
        await #expect(throws: MemcachedError(.invalidKey, "")) { try await client.delete(key) }
    }
}
