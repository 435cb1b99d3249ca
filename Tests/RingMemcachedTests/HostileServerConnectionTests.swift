import NIOCore
import NIOPosix
import RingCore
import RingMemcached
import RingMemcachedTesting
import RingTestSupport
import Testing

/// What the client connection makes of servers that answer what they were not asked.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerConnectionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { String(answer.prefix(40)) }
        let answer: String
        let code: MemcachedError.Code

        init(_ answer: String, _ code: MemcachedError.Code) {
            self.answer = answer
            self.code = code
        }
    }

    @Test(arguments: [
        Case("VA 1 f0 c1 O9\r\nx\r\n", .protocolViolation),
        Case("VA 99999999 f0 c1 O2\r\n", .protocolViolation),
        Case("VA 1 f0 c1 O2\r\nxyz\r\n", .protocolViolation),
        Case("HD O2\r\n", .protocolViolation),
        Case("MN\r\n", .protocolViolation),
        Case("HTTP/1.1 200 OK\r\n", .protocolViolation),
        Case(String(repeating: "x", count: 5000), .protocolViolation),
        Case("\u{1B}[2J\r\n", .protocolViolation),
        Case("ERROR\r\n", .refused),
        Case("SERVER_ERROR busy\r\n", .serverError),
        Case("VA 5 f0 c1 O2\r\nxy", .timedOut),
        Case("", .timedOut),
    ])
    func neverTakesAWrongAnswer(_ hostile: Case) async throws {
        try await HostileServer.run(.script("MN\r\n", hostile.answer)) { server in
            let timeout: Duration = hostile.code == .timedOut ? .seconds(2) : .seconds(20)
            let memcached = try await connect(to: server, timeout: timeout)
            let key = try MemcachedKey("k")
            let error = await #expect(throws: MemcachedError.self) { try await memcached.get(key) }
            #expect(error?.code == hostile.code)
            #expect(error?.message.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
            memcached.closeNow()
        }
    }

    /// Each command, asked as the first one after the greeting.
    enum Command: CaseIterable {
        case get, getAndTouch, getMany, set, add, replace, append, prepend, setIfUnchanged, delete, touch, increment
        case decrement

        func ask(_ memcached: MemcachedConnection) async throws {
            let key = try MemcachedKey("k")
            switch self {
            case .get: _ = try await memcached.get(key)
            case .getAndTouch: _ = try await memcached.get(key, touching: .never)
            case .getMany: _ = try await memcached.get([key, MemcachedKey("l")])
            case .set: _ = try await memcached.set(key, [1])
            case .add: _ = try await memcached.set(key, [1], mode: .add)
            case .replace: _ = try await memcached.set(key, [1], mode: .replace)
            case .append: _ = try await memcached.set(key, [1], mode: .append)
            case .prepend: _ = try await memcached.set(key, [1], mode: .prepend)
            case .setIfUnchanged: _ = try await memcached.set(key, [1], cas: 7)
            case .delete: _ = try await memcached.delete(key)
            case .touch: _ = try await memcached.touch(key, expiry: .never)
            case .increment: _ = try await memcached.increment(key, initial: 1)
            case .decrement: _ = try await memcached.decrement(key)
            }
        }
    }

    @Test(
        arguments: Command.allCases,
        [
            Case("HD O9\r\n", .protocolViolation), Case("VA 1 f0 c1 O9\r\n1\r\n", .protocolViolation),
            Case("EN O3\r\n", .protocolViolation), Case("MN\r\n", .protocolViolation),
            Case("OK\r\n", .protocolViolation), Case("STORED\r\n", .protocolViolation),
            Case("VA 20000000 O2\r\n", .protocolViolation), Case("VA x O2\r\n", .protocolViolation),
            Case(String(repeating: "y", count: 5000), .protocolViolation), Case("\u{0}\r\n", .protocolViolation),
            Case("SERVER_ERROR out of memory\r\n", .serverError), Case("CLIENT_ERROR no\r\n", .refused),
            Case("ERROR\r\n", .refused),
        ]
    )
    func takesNoWrongAnswerToAnyCommand(_ command: Command, _ hostile: Case) async throws {
        // Each question of several gets an answer.
        let answer =
            command == .getMany && hostile.code != .protocolViolation ? hostile.answer + hostile.answer : hostile.answer
        try await HostileServer.run(.script("MN\r\n", answer)) { server in
            let memcached = try await connect(to: server, timeout: .seconds(20))
            let error = await #expect(throws: MemcachedError.self) { try await command.ask(memcached) }
            #expect(error?.code == hostile.code)
            #expect(error?.message.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
            if hostile.code == .protocolViolation {
                try await memcached.closeFuture.get()
                #expect(memcached.isClosed)
            }
            memcached.closeNow()
        }
    }

    @Test(arguments: [HostileServer.Behaviour.script("MN\r\n"), .script("MN\r\n", "VA 4 O2\r\nab")], Command.allCases)
    func waitsForNoCommandLongerThanItsTime(_ behaviour: HostileServer.Behaviour, _ command: Command) async throws {
        try await HostileServer.run(behaviour) { server in
            // On a busy machine the greeting alone may take longer than the short time that the command is given.
            var greeted: MemcachedConnection?
            try await eventually("the server greets") {
                greeted = try? await connect(to: server, timeout: .milliseconds(100))
                return greeted != nil
            }
            let memcached = try #require(greeted)
            await #expect(throws: MemcachedError(.timedOut, "")) { try await command.ask(memcached) }
            memcached.closeNow()
        }
    }

    @Test func closesWhenMoreIsAnsweredThanAsked() async throws {
        try await HostileServer.run(.script("MN\r\n", "EN O2\r\nVA 5 O3\r\nwrong\r\n")) { server in
            let memcached = try await connect(to: server, timeout: .seconds(20))
            let key = try MemcachedKey("k")
            try await #expect(memcached.get(key) == nil)
            try? await memcached.closeFuture.get()
            await #expect(throws: MemcachedError(.connectionClosed, "")) { try await memcached.get(key) }
        }
    }

    @Test(arguments: [
        HostileServer.Behaviour.isSilent, .closes, .resets, .answers("ERROR\r\n"), .answers("SSH-2.0-x\r\n"),
        .answers("ERROR Too many open connections\r\n"), .endless([0x61]), .drips(Array(repeating: 0x4D, count: 100)),
    ])
    func connectsOnlyToAMemcached(_ behaviour: HostileServer.Behaviour) async throws {
        try await HostileServer.run(behaviour) { server in
            await #expect(throws: MemcachedError(.connectionFailed, "")) {
                try await connect(to: server, timeout: .seconds(1))
            }
        }
    }

    private func connect(to server: HostileServer, timeout: Duration) async throws(MemcachedError)
        -> MemcachedConnection
    {
        let address: NodeAddress
        do throws(ValidationError) {
            address = try NodeAddress(host: "127.0.0.1", port: server.port)
        } catch {
            throw MemcachedError(.connectionFailed, error.description)
        }
        return try await MemcachedConnection.connect(
            to: address,
            on: MultiThreadedEventLoopGroup.singleton.next(),
            options: MemcachedOptions(connectTimeout: .seconds(10), timeout: timeout)
        )
    }
}
