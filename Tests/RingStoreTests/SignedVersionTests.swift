import Foundation
import RingCore
import RingPlanner
import RingSigning
import RingSnapshots
import Testing

@testable import RingStore

/// Goal: a version is signed once, when it is committed, and is the same bytes ever after.
@Suite struct SignedVersionTests {
    private let scratch: Scratch
    private let web: PoolName

    init() throws {
        scratch = try Scratch()
        web = try PoolName("web")
    }

    private func open(signedBy key: SigningKey?) throws -> RingStore {
        var options = StoreOptions()
        options.signer = key.map { key in
            StoreOptions.Signer(keyID: key.id) { digest throws in try key.signature(of: digest) }
        }
        return try RingStore.open(at: scratch.path, options: options)
    }

    private func newest(in store: RingStore) throws -> Snapshot {
        let pool = try #require(try store.loadRoster().pools.first { $0.name == web })
        return try store.snapshot(pool: pool.id, version: try #require(pool.version))
    }

    /// Whether one of the keys, and no other, has signed the snapshot.
    private func isSigned(_ snapshot: Snapshot, by key: SigningKey) throws -> Bool {
        let keys = try TrustedKeys([key.publicKey])
        return (try? keys.check(snapshot)) != nil
    }

    @Test func signsWhatIsCommittedAndKeepsItsBytes() throws {
        let (first, second) = (try SigningKey.generate(id: "2026-a"), try SigningKey.generate(id: "2026-b"))
        let store = try open(signedBy: first)
        var fleet = Fleet(seed: 5)
        let change = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(change)
        fleet.commit(change)
        let signed = try newest(in: store)
        #expect(try isSigned(signed, by: first))
        try store.close()
        for key in [second, nil] {
            let store = try open(signedBy: key)
            #expect(try newest(in: store).encoded() == signed.encoded())
            try store.close()
        }
    }

    @Test func makesAVersionOfTheSameRingOnceAnotherKeySigns() throws {
        let (first, second) = (try SigningKey.generate(id: "2026-a"), try SigningKey.generate(id: "2026-b"))
        let store = try open(signedBy: nil)
        var fleet = Fleet(seed: 5)
        for name in ["web", "api"] {
            let change = try fleet.newPool(name, nodes: 3)
            _ = try store.commit(change)
            fleet.commit(change)
        }
        _ = try store.commit(fleet.newPool("empty", nodes: 0))
        let unsigned = try newest(in: store)
        #expect(try store.signNewestVersions(at: .now()).isEmpty)
        try store.close()

        var last = unsigned
        for key in [first, second] {
            let store = try open(signedBy: key)
            let made = try store.signNewestVersions(at: WallTime(milliseconds: 1))
            #expect(made.map(\.pool.text) == ["api", "web"])
            let next = try newest(in: store)
            #expect(try isSigned(next, by: key))
            #expect(next.slots == last.slots && next.agreement == last.agreement)
            #expect(next.parent == last.version && next.version > last.version && next.createdAt > last.createdAt)
            #expect(next.change.kind == "sign" && next.change.movedShare == .none)
            #expect(next.change.reason.contains(key.id))
            #expect(try store.signNewestVersions(at: .now()).isEmpty, "signed twice")
            #expect(try store.verifyAudit().defect == nil)
            last = next
            try store.close()
        }
    }

    @Test func commitsNothingThatItCannotSign() throws {
        struct Broken: Error {}
        var options = StoreOptions()
        options.signer = .init(keyID: "2026-a") { _ throws in throw Broken() }
        let store = try RingStore.open(at: scratch.path, options: options)
        var fleet = Fleet(seed: 5)
        let change = try fleet.newPool("web", nodes: 3)
        #expect(throws: CommitError.self) { try store.commit(change) }
        #expect(try store.loadRoster().pools.isEmpty)
        try store.close()
    }

    @Test func restoresToASignedVersion() throws {
        let key = try SigningKey.generate(id: "2026-a")
        let store = try open(signedBy: key)
        var fleet = Fleet(seed: 5)
        let change = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(change)
        let copy = scratch.directory + "/copy.db"
        _ = try store.backUp(to: copy)
        try store.close()
        var request = RestoreRequest(
            file: copy,
            path: scratch.path,
            actor: .init(user: "olga", uid: 1000, pid: 7),
            now: WallTime(milliseconds: 1_800_000_000_000)
        )
        request.floorOfAll = RingVersion(900)
        request.signer = .init(keyID: key.id) { digest throws in try key.signature(of: digest) }
        _ = try RingStore.restore(request)
        let restored = try open(signedBy: key)
        let next = try newest(in: restored)
        #expect(next.version == RingVersion(901))
        #expect(try isSigned(next, by: key))
        try restored.close()
    }
}
