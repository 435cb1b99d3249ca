import NIOPosix
import RingCore
import RingMemcached
import RingTestSupport
import Testing

/// The client connection on real servers.
@Suite(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"), .timeLimit(.minutes(1)))
struct MemcachedConnectionTests {
    private func withServer(
        _ arguments: [String] = [],
        options: MemcachedOptions = MemcachedOptions(timeout: .seconds(10)),
        _ body: (MemcachedConnection, MemcachedProcess) async throws -> Void
    ) async throws {
        let server = try await MemcachedProcess.start(arguments)
        defer { server.kill() }
        let address = try NodeAddress(parsing: server.place.text)
        var options = options
        options.connectTimeout = .seconds(20)
        let connection = try await MemcachedConnection.connect(
            to: address,
            on: MultiThreadedEventLoopGroup.singleton.next(),
            options: options
        )
        do {
            try await body(connection, server)
            await connection.close()
        } catch {
            connection.closeNow()
            throw error
        }
    }

    @Test func storesAndReadsItems() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("user:1")
            try await #expect(memcached.get(key) == nil)
            try await #expect(memcached.set(key, Array("a\r\nEN\r\n".utf8), flags: 7) == .done)
            let value = try #require(try await memcached.get(key))
            #expect(value.text == "a\r\nEN\r\n")
            #expect(value.flags == 7)
            #expect(value.cas > 0)
            try await #expect(memcached.delete(key) == .done)
            try await #expect(memcached.delete(key) == .notFound)
            try await #expect(memcached.set(key, []) == .done)
            try await #expect(memcached.get(key)?.bytes == [])
        }
    }

    @Test func keepsTheConditionsOfEachMode() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("k")
            try await #expect(memcached.set(key, [1], mode: .replace) == .notStored)
            try await #expect(memcached.set(key, [1], mode: .append) == .notStored)
            try await #expect(memcached.set(key, [2], mode: .add) == .done)
            try await #expect(memcached.set(key, [3], mode: .add) == .notStored)
            try await #expect(memcached.set(key, [4], mode: .append) == .done)
            try await #expect(memcached.set(key, [1], mode: .prepend) == .done)
            try await #expect(memcached.get(key)?.bytes == [1, 2, 4])
            try await #expect(memcached.set(key, [9], mode: .replace) == .done)
        }
    }

    @Test func neverOverwritesANewerVersion() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("k")
            try await #expect(memcached.set(key, [1], cas: 5) == .notFound)
            _ = try await memcached.set(key, [1])
            let old = try #require(try await memcached.get(key)).cas
            try await #expect(memcached.set(key, [2], cas: old) == .done)
            try await #expect(memcached.set(key, [3], cas: old) == .changed)
            try await #expect(memcached.delete(key, cas: old) == .changed)
            try await #expect(memcached.get(key)?.bytes == [2])
        }
    }

    @Test func counts() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("n")
            try await #expect(memcached.increment(key) == nil)
            try await #expect(memcached.increment(key, initial: 10) == 10)
            try await #expect(memcached.increment(key, by: 5) == 15)
            try await #expect(memcached.decrement(key, by: 6) == 9)
            try await #expect(memcached.decrement(key, by: 100) == 0)
            try await #expect(memcached.increment(key, by: .max) == .max)
            _ = try await memcached.set(key, Array("text".utf8))
            await #expect(throws: MemcachedError(.notANumber, "")) { try await memcached.increment(key) }
            try await memcached.noop()
        }
    }

    @Test func expiresAndTouchesItems() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("k")
            try await #expect(memcached.touch(key, expiry: .never) == false)
            _ = try await memcached.set(key, [1], expiry: .after(.seconds(60 * 86_400)))
            try await #expect(memcached.get(key) != nil)
            try await #expect(memcached.get(key, touching: .after(.seconds(600)))?.bytes == [1])
            try await #expect(memcached.touch(key, expiry: .after(.seconds(-1))) == true)
            try await #expect(memcached.get(key) == nil)
            try await #expect(memcached.get(key, touching: .never) == nil)
        }
    }

    @Test func readsManyItemsAtOnce() async throws {
        try await withServer { memcached, _ in
            let keys = try (0..<3000).map { try MemcachedKey("many:\($0)") }
            for key in keys where key.text.hasSuffix("7") {
                _ = try await memcached.set(key, Array(key.text.utf8))
            }
            let found = try await memcached.get(keys)
            #expect(found.count == 300)
            #expect(found.allSatisfy { $0.key.text == $0.value.text })
            // More than may be in flight, and more than may wait.
            let more = Array(repeating: keys, count: 4).flatMap(\.self)
            try await #expect(memcached.get(more).count == 300)
            try await #expect(memcached.get([MemcachedKey]()).isEmpty)
        }
    }

    @Test func servesManyTasksAndNeverMixesTheirAnswers() async throws {
        try await withServer { memcached, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        for turn in 0..<100 {
                            let key = try MemcachedKey("t\(task):\(turn % 10)")
                            let bytes = Array(repeating: UInt8(truncatingIfNeeded: task), count: turn * 37)
                            try await #expect(memcached.set(key, bytes) == .done)
                            try await #expect(memcached.get(key)?.bytes == bytes)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func movesLargeValuesAndRefusesThoseTooLarge() async throws {
        let options = MemcachedOptions(timeout: .seconds(10), maximumValueLength: 3_000_000)
        try await withServer(["-m", "64"], options: options) { memcached, _ in
            let key = try MemcachedKey("big")
            let big = (0..<900_000).map { UInt8(truncatingIfNeeded: $0) }
            try await #expect(memcached.set(key, big) == .done)
            try await #expect(memcached.get(key)?.bytes == big)
            await #expect(throws: MemcachedError(.valueTooLarge, "")) {
                try await memcached.set(key, Array(repeating: 1, count: 2_000_000))
            }
            await #expect(throws: MemcachedError(.valueTooLarge, "")) {
                try await memcached.set(key, Array(repeating: 1, count: 3_000_001))
            }
            try await memcached.noop()
        }
    }

    @Test func emptiesAServerOrSaysThatItMayNot() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("k")
            _ = try await memcached.set(key, [1])
            try await memcached.flushAll()
            try await #expect(memcached.get(key) == nil)
        }
        try await withServer(["-F"]) { memcached, _ in
            await #expect(throws: MemcachedError(.refused, "")) { try await memcached.flushAll() }
            try await memcached.noop()
        }
    }

    @Test func timesOutOnAStoppedServerAndThenGivesTheConnectionUp() async throws {
        try await withServer(options: MemcachedOptions(timeout: .seconds(2))) { memcached, server in
            let key = try MemcachedKey("k")
            _ = try await memcached.set(key, [1])
            server.pause()
            await #expect(throws: MemcachedError(.timedOut, "")) { try await memcached.get(key) }
            #expect(!memcached.isClosed)
            try await eventually("the connection is given up") { memcached.isClosed }
            await #expect(throws: MemcachedError(.connectionClosed, "")) { try await memcached.get(key) }
            server.resume()
        }
    }

    @Test func throwsTheLateAnswersOfAStoppedServerAway() async throws {
        try await withServer(options: MemcachedOptions(timeout: .seconds(2))) { memcached, server in
            let (old, new) = (try MemcachedKey("old"), try MemcachedKey("new"))
            _ = try await memcached.set(old, [1])
            _ = try await memcached.set(new, [2])
            server.pause()
            await #expect(throws: MemcachedError(.timedOut, "")) { try await memcached.get(old) }
            server.resume()
            try await #expect(memcached.get(new)?.bytes == [2])
        }
    }

    @Test func failsWhatIsInFlightWhenTheServerDies() async throws {
        try await withServer { memcached, server in
            let key = try MemcachedKey("k")
            server.pause()
            let waiting = Task { try await memcached.get(key) }
            server.kill()
            await #expect(throws: MemcachedError(.connectionClosed, "")) { try await waiting.value }
            #expect(memcached.isClosed)
        }
    }

    @Test func letsACancelledTaskGo() async throws {
        try await withServer(options: MemcachedOptions(timeout: .seconds(30))) { memcached, server in
            let key = try MemcachedKey("k")
            server.pause()
            let task = Task { try await memcached.get(key) }
            task.cancel()
            await #expect(throws: MemcachedError(.cancelled, "")) { try await task.value }
            server.resume()
            try await #expect(memcached.get(key) == nil)
        }
    }

    @Test func answersWhatItHasBeforeItCloses() async throws {
        try await withServer { memcached, _ in
            let key = try MemcachedKey("k")
            _ = try await memcached.set(key, [1])
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        do throws(MemcachedError) {
                            return try await memcached.get(key)?.bytes == [1]
                        } catch {
                            return error.code == .connectionClosed
                        }
                    }
                }
                await memcached.close()
                for try await isAsPromised in group { #expect(isAsPromised) }
            }
            #expect(memcached.isClosed)
        }
    }

    @Test func refusesMoreThanMayWait() async throws {
        let options = MemcachedOptions(timeout: .seconds(3), maximumInFlight: 1, maximumWaiting: 10)
        try await withServer(options: options) { memcached, server in
            let key = try MemcachedKey("k")
            server.pause()
            let codes = await withTaskGroup(of: MemcachedError.Code?.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        do throws(MemcachedError) {
                            _ = try await memcached.get(key)
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            server.resume()
            #expect(codes.count { $0 == .overloaded } >= 19)
            #expect(codes.allSatisfy { $0 != nil })
        }
    }

    @Test func saysWhyItCannotConnect() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let closed = try NodeAddress(host: "127.0.0.1", port: FreePort.next())
        await #expect(throws: MemcachedError(.connectionFailed, "")) {
            try await MemcachedConnection.connect(to: closed, on: loop)
        }
        let absent = try NodeAddress(parsing: "/nonexistent/memcached.sock")
        await #expect(throws: MemcachedError(.connectionFailed, "")) {
            try await MemcachedConnection.connect(to: absent, on: loop)
        }
    }
}
