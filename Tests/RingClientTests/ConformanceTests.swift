import Foundation
import RingClient
import RingCore
import RingSigning
import RingSnapshots
import RingTestSupport
import Testing

/// The whole kit that readers in every language are held to, as an application meets it: through a live ring.
///
/// One case after the other, because each takes a thread for a while and other tests wait for answers.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ConformanceTests {
    typealias Case = ConformanceKit.Case

    let pool: PublishedPool

    init() throws { pool = try PublishedPool() }

    @Test func theKitIsThere() { #expect(ConformanceKit.cases.count > 170) }

    /// What a process does that starts, or that has the version that the case names.
    @Test(arguments: ConformanceKit.cases) func givesTheVerdict(item: Case) throws {
        let codes = try Set(([item.reason] + (item.also ?? [])).flatMap(Self.codes))
        let keys = try item.keyLines.map { try SnapshotKeys(parsing: $0) }
        guard let current = item.current else {
            try item.put(at: pool.path)
            let loading = Result { try asNobody(item) { try LiveRing(path: pool.path, pool: item.pool, keys: keys) } }
            switch loading {
            case .success: #expect(item.verdict == "adopt")
            case .failure(let error):
                #expect(item.verdict == "keep")
                let error = try #require(error as? RingClientError)
                #expect(codes.contains(error.code), "\(error)")
            }
            return
        }
        try publish(current, isSigned: keys != nil)
        let ring = try LiveRing(path: pool.path, pool: item.pool, keys: keys)
        #expect(ring.state.version == current.version)
        try pool.remove()
        try item.put(at: pool.path)
        ring.poll()
        #expect((ring.state.loads == 2) == (item.verdict == "adopt"))
        if item.verdict != "adopt" { #expect(ring.state.version == current.version) }
        if item.verdict == "adopt" || item.reason == "same" {
            #expect(ring.state.lastError == nil)
        } else {
            #expect(codes.contains(try #require(ring.state.lastError?.code)))
        }
    }

    /// One process, with a version above all of the kit, meets everything that is bad: it keeps its ring, says why,
    /// answers, and takes the next good version.
    @Test func keepsAnsweringAndRecovers() throws {
        let first = try pool.snapshot(1000)
        try pool.publish(first)
        let ring = try LiveRing(path: pool.path, pool: pool.pool)
        let keys = (0..<20).map { "key-\($0)" }
        var version: Int64 = 1000
        for item in ConformanceKit.cases where item.verdict != "adopt" {
            let owners = ring.owners(of: keys)
            let failures = ring.state.failures
            try FileManager.default.removeItem(atPath: pool.path)
            try item.put(at: pool.path)
            for _ in 0..<2 {
                try asNobody(item) { ring.poll() }
                #expect(ring.owners(of: keys) == owners, "\(item.name)")
                #expect(ring.state.version == version, "\(item.name)")
                #expect(ring.state.lastError != nil, "\(item.name)")
                #expect(ring.state.failures == failures + 1, "\(item.name)")
            }
            try? FileManager.default.removeItem(atPath: pool.path)
            version += 1
            // Of the same labels: the agreement is that of the first.
            try pool.publish(pool.snapshot(version, agreement: first.agreement))
            ring.poll()
            #expect(ring.state.version == version && ring.state.lastError == nil, "\(item.name)")
        }
    }

    @Test func ownsTheKeysThatTheKitSays() throws {
        let placement = try ConformanceKit.placement()
        let keys = try ConformanceKit.lines(of: placement.keys)
        #expect(keys.count == 10_000 && placement.rings.count >= 11)
        for expected in placement.rings {
            let path = ConformanceKit.folder.appendingPathComponent(expected.snapshot).path
            let ring = try LiveRing(path: path, pool: "sessions")
            let slots = ring.current.owners
            let owners = try ConformanceKit.lines(of: expected.owners).map { slots[try #require(Int($0))] }
            let wrong = zip(keys, owners).count { ring.owner(of: $0) != $1 }
            #expect(wrong == 0, "\(expected.snapshot): \(wrong) keys differ")
            #expect(ring.owners(of: keys) == owners, "\(expected.snapshot), all at once")
        }
    }

    // MARK: What is at the path

    /// Publishes the version that a case begins with: a file of the kit that has its digest, or one of its number.
    private func publish(_ current: ConformanceKit.Place, isSigned: Bool) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: ConformanceKit.folder.appendingPathComponent("good"),
            includingPropertiesForKeys: nil
        )
        for file in files where !isSigned {
            let bytes = try Array(Data(contentsOf: file))
            if try Snapshot.decoding(bytes).digest.description == current.digest {
                return try pool.replace(with: bytes)
            }
        }
        // The key of the kit, whose public half the case has.
        let secret = Data(0..<32).base64EncodedString()
        let key = isSigned ? try SigningKey(parsing: "ringd-private-key 2026-a \(secret)") : nil
        try pool.publish(pool.snapshot(current.version, epoch: current.epoch, signedBy: key))
    }

    /// Gives up root's right to read every file, for this thread and a while, where a case is about permissions.
    private func asNobody<Value>(_ item: Case, _ body: () throws -> Value) throws -> Value {
        guard item.recipe?.kind == "unreadable", geteuid() == 0 else { return try body() }
        typealias SetFileSystemUser = @convention(c) (uid_t) -> CInt
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setFileSystemUser = unsafeBitCast(symbol, to: SetFileSystemUser.self)
        _ = setFileSystemUser(65534)
        defer { _ = setFileSystemUser(0) }
        return try body()
    }

    /// What this client calls the reasons of the kit.
    private static func codes(of reason: String) throws -> [RingClientError.Code] {
        switch reason {
        case "missing": [.missing]
        case "not-a-file", "unreadable": [.unreadable]
        case "unsigned", "unknown-key", "bad-signature": [.untrusted]
        case "older": [.older]
        case "same-version-other-content": [.conflict]
        case "unknown-dialect", "unknown-option": [.unsupportedRing]
        case "agreement-mismatch": [.disagreement]
        // What only the building of the ring finds out is about the dialect.
        case "invalid-value": [.invalidSnapshot, .unsupportedRing]
        default: [.invalidSnapshot]
        }
    }
}
