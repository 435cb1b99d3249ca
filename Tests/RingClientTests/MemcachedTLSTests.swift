import Foundation
import RingClient
import RingCore
import RingTestSupport
import Testing

/// TLS against a real memcached that speaks it.
@Suite(
    .enabled(if: MemcachedProcess.isInstalled && Certificates.canBeMade, "memcached or openssl is not installed"),
    .timeLimit(.minutes(2))
)
struct MemcachedTLSTests {
    let certificates: Certificates
    let pool: PublishedPool

    init() throws {
        certificates = try Certificates()
        try certificates.make("server", for: "IP:127.0.0.1,DNS:cache.test")
        try certificates.make("other", for: "IP:127.0.0.1,DNS:cache.test")
        try certificates.make("named", for: "DNS:cache.test")
        pool = try PublishedPool()
    }

    private var trusted: String { certificates.path("server.pem") }

    /// Runs a test with a ring of one server that speaks TLS.
    private func withServer(
        _ options: String = "",
        certificate name: String = "server",
        _ body: (LiveRing, MemcachedProcess) async throws -> Void
    ) async throws {
        let port = try FreePort.next()
        let server = try await MemcachedProcess.start([
            "-Z", "-l", "127.0.0.1:\(port)",
            "-o",
            "ssl_chain_cert=\(certificates.path("\(name).pem")),ssl_key=\(certificates.path("\(name).key"))\(options)",
        ])
        defer { server.kill() }
        try await body(try ring(port: port), server)
    }

    private func ring(port: UInt16) throws -> LiveRing {
        let slot = try PublishedPool.slot(1, version: 1, address: .init(host: "127.0.0.1", port: port))
        try pool.publish(pool.snapshot(1, slots: [slot]))
        return try LiveRing(directory: pool.directory, pool: pool.pool)
    }

    private func client(
        _ ring: LiveRing,
        _ tls: MemcachedTLS?,
        _ options: MemcachedOptions = .patient
    ) -> MemcachedClient {
        MemcachedClient(ring: ring, options: options, failureMode: .raise, tls: tls)
    }

    private func error(
        _ ring: LiveRing,
        _ tls: MemcachedTLS?,
        _ options: MemcachedOptions = .patient
    ) async -> MemcachedError? {
        let cache = client(ring, tls, options)
        let error = await #expect(throws: MemcachedError.self) { try await cache.get("k") }
        await cache.close()
        return error
    }

    @Test func movesItemsThroughACheckedConnection() async throws {
        try await withServer { ring, server in
            let cache = client(ring, try MemcachedTLS(trusting: trusted))
            let large = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
            #expect(try await cache.set("large", large) == .done)
            #expect(try await cache.get("large")?.bytes == large)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<32 {
                    group.addTask {
                        try await cache.set("k\(task)", "value \(task)")
                        #expect(try await cache.get("k\(task)")?.text == "value \(task)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try server.ask("mg k7 v\r\n", until: "value 7\r\n").hasPrefix("VA"))
            await cache.close()
        }
    }

    @Test func checksTheNameInTheCertificate() async throws {
        let trusted = certificates.path("named.pem")
        try await withServer(certificate: "named") { ring, _ in
            let named = client(ring, try MemcachedTLS(trusting: trusted, serverName: "cache.test"))
            #expect(try await named.set("k", "value") == .done)
            await named.close()
            for name in [nil, "other.test"] {
                let wrong = await error(ring, try MemcachedTLS(trusting: trusted, serverName: name))
                #expect(wrong?.code == .connectionFailed)
                #expect(wrong?.message.contains("is for another name") == true, "\(wrong?.message ?? "")")
            }
            let unnamed = client(ring, try MemcachedTLS(trusting: trusted, verification: .certificateOnly))
            #expect(try await unnamed.get("k")?.text == "value")
            await unnamed.close()
        }
    }

    @Test func refusesACertificateThatIsNotTrusted() async throws {
        try await withServer { ring, _ in
            for tls in [try MemcachedTLS(), try MemcachedTLS(trusting: certificates.path("other.pem"))] {
                let refused = await error(ring, tls)
                #expect(refused?.code == .connectionFailed)
                #expect(refused?.message.contains("is not trusted") == true, "\(refused?.message ?? "")")
            }
            let cache = client(ring, try MemcachedTLS(verification: .nothing))
            #expect(try await cache.set("k", "value") == .done)
            await cache.close()
        }
    }

    @Test func neitherSideMayBeInTheClear() async throws {
        // Each side waits for more of what it takes for a greeting or a command of its kind, until the time is up.
        let options = MemcachedOptions(connectTimeout: .seconds(2), timeout: .seconds(2))
        try await withServer { ring, _ in
            #expect(await error(ring, nil, options)?.code == .connectionFailed)
        }
        let plain = try await MemcachedProcess.start()
        let tls = try MemcachedTLS(trusting: trusted)
        #expect(await error(try ring(port: plain.loopbackPort), tls, options)?.code == .connectionFailed)
    }

    @Test func showsItsOwnCertificateWhereTheServerAsks() async throws {
        try certificates.make("client", for: "DNS:application.test")
        let options = ",ssl_verify_mode=2,ssl_ca_cert=\(certificates.path("client.pem"))"
        try await withServer(options) { ring, _ in
            let tls = try MemcachedTLS(
                trusting: trusted,
                certificate: certificates.path("client.pem"),
                privateKey: certificates.path("client.key")
            )
            let cache = client(ring, tls)
            #expect(try await cache.set("k", "value") == .done)
            await cache.close()
            #expect(await error(ring, try MemcachedTLS(trusting: trusted)) != nil)
        }
    }

    @Test func saysWhichFileCannotBeUsed() throws {
        try certificates.make("client", for: "DNS:application.test")
        func message(_ make: () throws(MemcachedError) -> MemcachedTLS) -> String {
            let error = #expect(throws: MemcachedError(.invalidTLS, "")) { try make() }
            return error?.message ?? ""
        }
        let (pem, key) = (certificates.path("client.pem"), certificates.path("client.key"))
        #expect(message { () throws(MemcachedError) in try MemcachedTLS(trusting: "/none.pem") }.contains("/none.pem"))
        #expect(message { () throws(MemcachedError) in try MemcachedTLS(trusting: key) }.contains(key))
        #expect(message { () throws(MemcachedError) in try MemcachedTLS(certificate: pem) }.contains("together"))
        let swapped = message { () throws(MemcachedError) in try MemcachedTLS(certificate: pem, privateKey: pem) }
        #expect(swapped.contains(pem))
        let foreign = certificates.path("other.key")
        let mixed = message { () throws(MemcachedError) in try MemcachedTLS(certificate: pem, privateKey: foreign) }
        #expect(mixed.contains("belong together"))
        let name = message { () throws(MemcachedError) in try MemcachedTLS(serverName: "127.0.0.1") }
        #expect(name.contains("127.0.0.1"))
    }
}
