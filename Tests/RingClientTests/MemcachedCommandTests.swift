import RingClient
import RingTestSupport
import Testing

/// Each command on real servers, through the ring.
@Suite(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"), .timeLimit(.minutes(2)))
struct MemcachedCommandTests {
    @Test func storesUnderTheConditionOfEachMode() async throws {
        let fleet = try await ClientFleet(3)
        defer { fleet.stop() }
        let cache = fleet.client
        for number in 0..<20 {
            let key = "k\(number)"
            #expect(try await cache.replace(key, [1]) == .notStored)
            #expect(try await cache.append([1], to: key) == .notStored)
            #expect(try await cache.prepend([1], to: key) == .notStored)
            #expect(try await cache.add(key, [2], flags: 9) == .done)
            #expect(try await cache.add(key, [3]) == .notStored)
            #expect(try await cache.append([4], to: key) == .done)
            #expect(try await cache.prepend([1], to: key) == .done)
            let value = try #require(try await cache.get(key))
            #expect(value.bytes == [1, 2, 4])
            #expect(value.flags == 9, "what is added keeps the flags")
            #expect(try await cache.replace(key, [5]) == .done)
            #expect(try await cache.get(key)?.bytes == [5])
        }
        await cache.close()
    }

    @Test func comparesBeforeItSets() async throws {
        let fleet = try await ClientFleet(2)
        defer { fleet.stop() }
        let cache = fleet.client
        #expect(try await cache.set("k", [1], cas: 5) == .notFound)
        try await cache.set("k", [1])
        let read = try #require(try await cache.get("k"))
        #expect(try await cache.set("k", [2], cas: read.cas) == .done)
        #expect(try await cache.set("k", [3], cas: read.cas) == .changed)
        #expect(try await cache.delete("k", cas: read.cas) == .changed)
        #expect(try await cache.get("k")?.bytes == [2])
        await cache.close()
    }

    /// Fifty tasks add to one item, each reading, changing and storing until nobody came in between.
    @Test func losesNoUpdateWhenManyCompareAndSet() async throws {
        let fleet = try await ClientFleet(1)
        defer { fleet.stop() }
        let cache = fleet.client
        try await cache.set("list", "")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<50 {
                group.addTask {
                    while true {
                        let read = try #require(try await cache.get("list"))
                        if try await cache.set("list", read.bytes + [UInt8(task)], cas: read.cas) == .done { return }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await cache.get("list").map { Set($0.bytes) } == Set(0..<50))
        await cache.close()
    }

    @Test func counts() async throws {
        let fleet = try await ClientFleet(2)
        defer { fleet.stop() }
        let cache = fleet.client
        #expect(try await cache.increment("n") == nil)
        #expect(try await cache.increment("n", by: 3, initial: 10) == 10)
        #expect(try await cache.increment("n", by: 5) == 15)
        #expect(try await cache.decrement("n", by: 6) == 9)
        #expect(try await cache.decrement("n", by: 100) == 0)
        #expect(try await cache.get("n")?.text.first == "0")
        try await cache.set("text", "x")
        await #expect(throws: MemcachedError(.notANumber, "")) { try await cache.increment("text") }
        await cache.close()
    }

    @Test func touches() async throws {
        let fleet = try await ClientFleet(2)
        defer { fleet.stop() }
        let cache = fleet.client
        #expect(try await cache.touch("k", expiry: .never) == false)
        #expect(try await cache.get("k", touching: .never) == nil)
        try await cache.set("k", "value", expiry: .after(.seconds(600)))
        #expect(try await cache.touch("k", expiry: .after(.seconds(900))))
        #expect(try await cache.get("k", touching: .after(.seconds(-1)))?.text == "value")
        #expect(try await cache.get("k") == nil)
        await cache.close()
    }

    @Test func refusesValuesThatAreTooLarge() async throws {
        let options = MemcachedOptions(
            connectTimeout: .seconds(30),
            timeout: .seconds(30),
            maximumValueLength: 3_000_000
        )
        let fleet = try await ClientFleet(1, options: options)
        defer { fleet.stop() }
        let cache = fleet.client
        for size in [2_000_000, 3_000_001] {
            await #expect(throws: MemcachedError(.valueTooLarge, "")) {
                try await cache.set("k", Array(repeating: 1, count: size))
            }
        }
        #expect(try await cache.set("k", Array(repeating: 1, count: 900_000)) == .done)
        await cache.close()
    }

    /// Threads are spread over connections; a server must not see more of them than was said.
    @Test(arguments: [1, 3])
    func keepsToTheNumberOfConnections(limit: Int) async throws {
        let options = MemcachedOptions(connectTimeout: .seconds(30), timeout: .seconds(30), connectionsPerServer: limit)
        let fleet = try await ClientFleet(1, options: options)
        defer { fleet.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    for turn in 0..<50 { try await fleet.client.set("\(task):\(turn)", [1]) }
                }
            }
            try await group.waitForAll()
        }
        let stats = try fleet.servers[0].ask("stats\r\n", until: "END\r\n")
        let line = try #require(stats.split(separator: "\r\n").first { $0.hasPrefix("STAT curr_connections ") })
        let connections = try #require(line.split(separator: " ").last.flatMap { Int($0) })
        // One more is the question's own, and one of the start may not have been closed yet.
        #expect((2...(limit + 2)).contains(connections), "\(line)")
        await fleet.client.close()
    }
}
