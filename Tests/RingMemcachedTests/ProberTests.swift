import NIOCore
import RingCore
import RingMemcached
import RingMemcachedTesting
import RingTestSupport
import Synchronization
import Testing

/// The prober's own promises: one outcome for each probe, local trouble told apart, names off the loop.
@Suite(.timeLimit(.minutes(1)))
struct ProberTests {
    @Test func callsAClosedPortRefused() async throws {
        let port = try FreePort.next()
        try await ProberHarness.run { harness in
            for _ in 0..<3 {
                let failure = try await harness.probe("127.0.0.1:\(port)").failure
                #expect(failure == ProbeFailure(.hard, "connection refused"))
            }
            let next = try await harness.onLoop { $0.nextDeadline }
            #expect(next == nil)
        }
    }

    @Test func endsWhatIsInFlightWhenItsNodeIsForgotten() async throws {
        try await HostileServer.run(.isSilent) { server in
            try await ProberHarness.run { harness in
                let id = try await harness.start(server.address, node: 3)
                try await harness.onLoop { $0.forget(NodeID(3)) }
                try await #expect(harness.outcome(of: id).failure == ProbeFailure(.local, "the node is gone"))
                let open = try await harness.onLoop { $0.openConnections }
                #expect(open == 0)
                #expect(harness.lost.isEmpty)
            }
        }
    }

    @Test func endsEverythingAtShutdownAndRefusesWhatComesAfter() async throws {
        try await HostileServer.run(.isSilent) { server in
            try await ProberHarness.run { harness in
                var ids: [ProbeID] = []
                for node in 1...50 { ids.append(try await harness.start(server.address, node: Int64(node))) }
                try await harness.onLoop { $0.shutdown() }
                ids.append(try await harness.start(server.address, node: 99))
                for id in ids {
                    #expect(
                        try await harness.outcome(of: id).failure == ProbeFailure(.local, "the prober is shut down")
                    )
                    #expect(harness.outcomes(of: id).count == 1)
                }
            }
        }
    }

    @Test func refusesASecondProbeWhileOneIsInFlight() async throws {
        try await HostileServer.run(.isSilent) { server in
            try await ProberHarness.run { harness in
                let address = try NodeAddress(parsing: server.address)
                let (first, second) = (ProbeID(node: NodeID(1), serial: 1), ProbeID(node: NodeID(1), serial: 2))
                try await harness.onLoop { prober in
                    for id in [first, second] {
                        prober.start(
                            Probe(
                                id: id,
                                address: address,
                                timeout: .seconds(1),
                                wantsStats: false,
                                onNewConnection: false
                            )
                        )
                    }
                }
                let refusal = ProbeFailure(.local, "the previous one is still in flight")
                try await #expect(harness.outcome(of: second).failure == refusal)
                try await #expect(harness.outcome(of: first).failure?.class == .soft)
                #expect(harness.outcomes(of: first).count == 1)
            }
        }
    }

    @Test func expiresProbesOfDifferentTimeoutsInTheirOrder() async throws {
        try await HostileServer.run(.isSilent) { server in
            try await ProberHarness.run { harness in
                let slow = try await harness.start(server.address, node: 1, timeout: .seconds(600))
                let quick = try await harness.start(server.address, node: 2, timeout: .milliseconds(100))
                try await #expect(harness.outcome(of: quick).failure?.class == .soft)
                #expect(harness.outcomes(of: slow).isEmpty)
                let next = try #require(try await harness.onLoop { $0.nextDeadline })
                #expect(next > .now() + .seconds(300))
            }
        }
    }

    @Test func deliversNothingFromWithinTheCallThatStartsIt() async throws {
        let port = try FreePort.next()
        try await ProberHarness.run { harness in
            let address = try NodeAddress(host: "127.0.0.1", port: port)
            let id = ProbeID(node: NodeID(1), serial: 1)
            let early = try await harness.onLoop { prober in
                prober.start(
                    Probe(id: id, address: address, timeout: .seconds(1), wantsStats: false, onNewConnection: true)
                )
                prober.forget(NodeID(1))
                return harness.outcomes(of: id).count
            }
            #expect(early == 0)
            try await #expect(harness.outcome(of: id).failure?.class == .local)
        }
    }

    @Test func followsANodeToItsNewAddress() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { good in
            try await HostileServer.run(.answers("NONSENSE\r\n")) { bad in
                try await ProberHarness.run { harness in
                    try await #expect(harness.probe(good.address).isSuccess)
                    try await #expect(harness.probe(bad.address).failure?.class == .hard)
                    try await #expect(harness.probe(good.address).isSuccess)
                    #expect(harness.lost.isEmpty)
                }
            }
        }
    }

    @Test func resolvesNamesThroughTheSystem() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { server in
            try await ProberHarness.run { harness in
                try await #expect(harness.probe("localhost:\(server.port)").isSuccess)
            }
        }
    }

    @Test func callsANameThatDoesNotResolveLocal() async throws {
        let lookup = NameLookup { (_, _) throws(NameLookup.Failure) in throw NameLookup.Failure("no such\u{07} name") }
        try await ProberHarness.run(lookup: lookup) { harness in
            let failure = try await harness.probe("cache-1.example:11211").failure
            #expect(failure == ProbeFailure(.local, "name resolution: no such? name"))
        }
    }

    @Test func looksANameUpAgainThatHasNeverResolved() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { server in
            let port = server.port
            let isKnown = Atomic(false)
            let lookup = NameLookup { (_, _) throws(NameLookup.Failure) in
                guard isKnown.load(ordering: .relaxed) else { throw NameLookup.Failure("not yet") }
                return [.loopback(port)]
            }
            try await ProberHarness.run(lookup: lookup) { harness in
                for _ in 0..<2 {
                    let failure = try await harness.probe("new.example:11211").failure
                    #expect(failure == ProbeFailure(.local, "name resolution: not yet"))
                }
                isKnown.store(true, ordering: .relaxed)
                try await #expect(harness.probe("new.example:11211").isSuccess)
            }
        }
    }

    @Test func callsASlowResolverLocalAndUsesItsAnswerLater() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { server in
            let gate = Gate()
            let port = server.port
            let lookup = NameLookup { (_, _) throws(NameLookup.Failure) in
                gate.wait()
                return [.loopback(port)]
            }
            try await ProberHarness.run(lookup: lookup) { harness in
                let failure = try await harness.probe("slow.example:11211", timeout: .milliseconds(100)).failure
                #expect(failure == ProbeFailure(.local, "name resolution: no answer within 100 ms"))
                gate.open()
                try await eventually("the name resolves") {
                    try await harness.probe("slow.example:11211", timeout: .milliseconds(100)).isSuccess
                }
            }
        }
    }

    @Test func triesEachAddressOfAName() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { server in
            let closed = try FreePort.next()
            let port = server.port
            let lookup = NameLookup { (_, _) throws(NameLookup.Failure) in [.loopback(closed), .loopback(port)] }
            try await ProberHarness.run(lookup: lookup) { harness in
                try await #expect(harness.probe("two.example:11211").isSuccess)
                try await #expect(harness.probe("two.example:11211", new: true).isSuccess)
            }
            let neither = NameLookup { (_, _) throws(NameLookup.Failure) in [.loopback(closed), .loopback(closed)] }
            try await ProberHarness.run(lookup: neither) { harness in
                let failure = try await harness.probe("none.example:11211").failure
                #expect(failure == ProbeFailure(.hard, "connection refused"))
            }
        }
    }

    @Test func keepsTheLastGoodAddressWhenTheNameFails() async throws {
        try await HostileServer.run(.closes) { server in
            let port = server.port
            let calls = Mutex(0)
            let lookup = NameLookup(lifetime: .zero, lifetimeAfterFailure: .zero) { (_, _) throws(NameLookup.Failure) in
                let call = calls.withLock {
                    $0 += 1
                    return $0
                }
                guard call == 1 else { throw NameLookup.Failure("gone") }
                return [.loopback(port)]
            }
            try await ProberHarness.run(lookup: lookup) { harness in
                try await eventually("the name has failed three times") {
                    let failure = try await harness.probe("once.example:11211").failure
                    #expect(failure == ProbeFailure(.hard, "connection closed"))
                    return calls.withLock { $0 } > 3
                }
            }
        }
    }

    @Test func followsANameToItsNewAddress() async throws {
        try await HostileServer.run(.answers("VERSION 1.4.0\r\n")) { old in
            try await HostileServer.run(.answers("NONSENSE\r\n")) { new in
                let (oldPort, newPort) = (old.port, new.port)
                let hasMoved = Atomic(false)
                let lookup = NameLookup(lifetime: .zero) { (_, _) throws(NameLookup.Failure) in
                    [.loopback(hasMoved.load(ordering: .relaxed) ? newPort : oldPort)]
                }
                try await ProberHarness.run(lookup: lookup) { harness in
                    for _ in 0..<3 { try await #expect(harness.probe("moves.example:11211").isSuccess) }
                    hasMoved.store(true, ordering: .relaxed)
                    try await eventually("the probe goes to the new address") {
                        try await harness.probe("moves.example:11211").failure?.class == .hard
                    }
                    #expect(harness.lost.isEmpty)
                }
            }
        }
    }
}

extension SocketAddress {
    fileprivate static func loopback(_ port: UInt16) -> SocketAddress {
        do {
            return try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
