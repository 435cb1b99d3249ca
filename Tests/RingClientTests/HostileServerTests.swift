import RingClient
import RingCore
import RingMemcachedTesting
import RingTestSupport
import Testing

/// What an application sees when one of its servers is no memcached, or one that has gone mad.
@Suite(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"), .timeLimit(.minutes(2)))
struct HostileServerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behaviour: HostileServer.Behaviour
        /// Whether what it says is about the question, and so an error in each mode.
        var isRefusal = false
    }

    static let cases = [
        Case(testDescription: "speaks HTTP", behaviour: .answers("HTTP/1.1 400 Bad Request\r\n\r\n")),
        Case(
            testDescription: "speaks before it is asked",
            behaviour: .greets(Array("VA 5 f0 c1 O2\r\nstale\r\n".utf8))
        ),
        Case(testDescription: "does not know the protocol", behaviour: .answers("ERROR\r\n"), isRefusal: true),
        Case(testDescription: "answers nothing", behaviour: .isSilent),
        Case(testDescription: "hangs up", behaviour: .closes),
        Case(testDescription: "resets", behaviour: .resets),
        Case(testDescription: "never ends a line", behaviour: .endless([UInt8](repeating: 0x79, count: 4096))),
        Case(testDescription: "drips", behaviour: .drips(Array("MN\r\nVA 5 f0 c1 O2\r\nstale\r\n".utf8))),
        Case(testDescription: "falls silent", behaviour: .script("MN\r\n")),
        Case(testDescription: "answers another question", behaviour: .script("MN\r\n", "VA 5 f0 c1 O9\r\nstale\r\n")),
        Case(testDescription: "promises too much", behaviour: .script("MN\r\n", "VA 99999999 f0 c1 O2\r\n")),
        Case(testDescription: "stops in a value", behaviour: .script("MN\r\n", "VA 5 f0 c1 O2\r\nst")),
        Case(testDescription: "sends control characters", behaviour: .script("MN\r\n", "\u{1B}[2J\r\n")),
        Case(testDescription: "has no memory", behaviour: .script("MN\r\n", "SERVER_ERROR out of memory\r\n")),
        Case(
            testDescription: "refuses the command",
            behaviour: .script("MN\r\n", "CLIENT_ERROR no\r\n"),
            isRefusal: true
        ),
    ]

    /// A ring of one hostile and one real server, and keys of each.
    private struct Fleet {
        let pool: PublishedPool
        let ring: LiveRing
        let good: MemcachedProcess
        let hostileKeys: [String]
        let goodKeys: [String]

        init(_ hostile: HostileServer) async throws {
            pool = try PublishedPool()
            good = try await MemcachedProcess.start()
            let ports = [hostile.port, good.loopbackPort]
            let slots = try ports.enumerated().map { index, port in
                try PublishedPool.slot(index + 1, version: 1, address: NodeAddress(host: "127.0.0.1", port: port))
            }
            try pool.publish(pool.snapshot(1, slots: slots))
            let ring = try LiveRing(directory: pool.directory, pool: pool.pool)
            let keys = (0..<100).map { "key-\($0)" }
            hostileKeys = keys.filter { ring.owner(of: $0).port == Int(hostile.port) }
            goodKeys = keys.filter { ring.owner(of: $0).port != Int(hostile.port) }
            self.ring = ring
        }
    }

    /// Short, so that a silent server costs little; what is asked of the real one is asked until it has answered.
    private static let options = MemcachedOptions(
        connectTimeout: .milliseconds(500),
        timeout: .milliseconds(250),
        connectionsPerServer: 1
    )

    @Test(arguments: cases)
    func hostileServerIsACacheThatMisses(_ hostile: Case) async throws {
        try await HostileServer.run(hostile.behaviour) { server in
            let fleet = try await Fleet(server)
            defer { fleet.good.kill() }
            let cache = MemcachedClient(ring: fleet.ring, options: Self.options)
            for (bad, good) in zip(fleet.hostileKeys, fleet.goodKeys).prefix(2) {
                do throws(MemcachedError) {
                    #expect(try await cache.get(bad) == nil)
                    #expect(try await cache.set(bad, "value") == .unavailable)
                    #expect(try await cache.delete(bad) == .unavailable)
                    #expect(try await cache.increment(bad, initial: 1) == nil)
                    #expect(try await cache.touch(bad, expiry: .never) == false)
                } catch {
                    #expect(hostile.isRefusal && error.code == .refused, "\(error)")
                    #expect(error.message.utf8.allSatisfy { (0x20...0x7E).contains($0) })
                }
                try await eventually("the real one stores") { try await cache.set(good, "its value") == .done }
                try await eventually("the real one answers beside it") {
                    let many = try await cache.get([bad, good])
                    #expect(many.values[bad] == nil)
                    return many.values[good]?.text == "its value"
                        && many.failures.keys.allSatisfy { $0.port == Int(server.port) }
                }
            }
            await cache.close()
        }
    }

    @Test(arguments: cases)
    func hostileServerIsAnErrorWhereThatIsWanted(_ hostile: Case) async throws {
        try await HostileServer.run(hostile.behaviour) { server in
            let fleet = try await Fleet(server)
            defer { fleet.good.kill() }
            let cache = MemcachedClient(ring: fleet.ring, options: Self.options, failureMode: .raise)
            for key in fleet.hostileKeys.prefix(2) {
                let error = await #expect(throws: MemcachedError.self) { try await cache.get(key) }
                #expect(error?.message.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
                await #expect(throws: MemcachedError.self) { try await cache.set(key, "value") }
            }
            let good = try #require(fleet.goodKeys.first)
            try await eventually("the real one stores") { (try? await cache.set(good, "value")) == .done }
            await cache.close()
        }
    }

    /// Nothing of what a hostile server said is left over when the ring has another one in its place.
    @Test(arguments: cases)
    func replacedHostileServerIsForgotten(_ hostile: Case) async throws {
        try await HostileServer.run(hostile.behaviour) { server in
            let fleet = try await Fleet(server)
            let real = try await MemcachedProcess.start()
            defer { for process in [fleet.good, real] { process.kill() } }
            let cache = MemcachedClient(ring: fleet.ring, options: Self.options)
            let key = try #require(fleet.hostileKeys.first)
            _ = try? await cache.get(key)
            try fleet.pool.publish(
                fleet.pool.snapshot(2, slots: PublishedPool.slots([real, fleet.good], version: 2))
            )
            fleet.ring.poll()
            try await eventually("the new one stores") { try await cache.set(key, "new") == .done }
            try await eventually("the new one answers") { try await cache.get(key)?.text == "new" }
            await cache.close()
        }
    }
}
