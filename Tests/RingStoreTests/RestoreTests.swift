import Foundation
import GRDB
import RingCore
import RingPlanner
import RingSnapshots
import Testing

@testable import RingStore

@Suite struct RestoreTests {
    /// A database with a copy of it at version 1, and changes after the copy.
    private struct Scene {
        let scratch: Scratch
        let copy: String
        let newest: RingVersion
        let slots: [PublishedSlot]

        init() throws {
            scratch = try Scratch()
            let store = try RingStore.open(at: scratch.path)
            var fleet = Fleet(seed: 31)
            let change = try fleet.newPool("web", nodes: 3)
            _ = try store.commit(change)
            fleet.commit(change)
            copy = scratch.directory + "/copy.db"
            _ = try store.backUp(to: copy)
            slots = try store.slots(of: try #require(try store.version(RingVersion(1), of: try PoolName("web"))))
                .contents
            for _ in 0..<30 {
                let change = try fleet.anyChange()
                _ = try store.commit(change)
                fleet.commit(change)
            }
            newest = try #require(try store.history(of: try PoolName("web"), limit: 1).first?.version)
            try store.close()
        }

        func request(_ file: String? = nil) -> RestoreRequest {
            RestoreRequest(
                file: file ?? copy,
                path: scratch.path,
                actor: .init(user: "olga", uid: 1000, pid: 7),
                now: WallTime(milliseconds: 1_800_000_000_000)
            )
        }

        func web(_ place: RestoreRequest.Published.Place?) throws -> [RestoreRequest.Published] {
            [.init(pool: try PoolName("web"), place: place)]
        }
    }

    @Test func tellsHowFarItIs() throws {
        let scene = try Scene()
        var steps: [CopyStep] = []
        _ = try RingStore.restore(scene.request()) { steps.append($0) }
        let size = try #require(FileManager.default.attributesOfItem(atPath: scene.copy)[.size] as? Int64)
        #expect(steps == [.copying(bytes: size, of: size), .checking(bytes: size), .numbering])
    }

    @Test func nextVersionIsAboveEverythingInTheFormerDatabase() throws {
        let scene = try Scene()
        let receipt = try RingStore.restore(scene.request())
        let web = try #require(receipt.pools.first { $0.name.text == "web" })
        #expect(web.copied == RingVersion(1) && web.next == scene.newest.next)
        let store = try RingStore.open(at: scene.scratch.path)
        let version = try #require(try store.version(scene.newest.next, of: web.name))
        #expect(try store.slots(of: version).contents == scene.slots && version.event.kind == "restore")
        #expect(try store.snapshot(pool: version.pool, version: version.version).version == scene.newest.next)
        #expect(try store.unpublished().contains { $0.version == scene.newest.next })
        #expect(try store.verifyAudit().defect == nil && store.check().problems.isEmpty)
        try store.close()
        let aside = try RingStore.open(at: try #require(receipt.setAside))
        #expect(try aside.history(of: web.name, limit: 1).first?.version == scene.newest)
        try aside.close()
        #expect(!FileManager.default.fileExists(atPath: scene.scratch.path + "-wal"))
    }

    @Test func whatClientsReadCountsWhereTheDatabaseIsLost() throws {
        let scene = try Scene()
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: scene.scratch.path))
        var request = scene.request()
        #expect(throws: StoreError.self) { try RingStore.restore(request) }
        request.published = try scene.web(nil)
        let error = #expect(throws: StoreError.self) { try RingStore.restore(request) }
        #expect(error?.hint.contains("--version-floor web=N") == true)
        #expect(scene.scratch.bytes() == Data(repeating: 7, count: 5000), "a refusal changes nothing")
        let late = WallTime(milliseconds: 1_900_000_000_000)
        request.published = try scene.web(.init(version: RingVersion(900), epoch: Epoch(4), createdAt: late))
        #expect(try RingStore.restore(request).pools.map(\.next) == [RingVersion(901)])
        let store = try RingStore.open(at: scene.scratch.path)
        let version = try #require(try store.version(RingVersion(901), of: try PoolName("web")))
        #expect(version.createdAt > late && version.epoch == Epoch(4))
        try store.close()
    }

    @Test func operatorsFloorCountsWhereNothingElseKnows() throws {
        let scene = try Scene()
        try FileManager.default.removeItem(atPath: scene.scratch.path)
        var request = scene.request()
        request.floorOfAll = RingVersion(5000)
        request.floors[try PoolName("gone")] = RingVersion(70)
        let receipt = try RingStore.restore(request)
        #expect(receipt.setAside == nil && receipt.pools.map(\.next) == [RingVersion(5001)])
        let store = try RingStore.open(at: scene.scratch.path)
        let former = try store.loadRoster().formerPools
        #expect(former.map(\.name.text) == ["gone"] && former.map(\.version) == [RingVersion(70)])
        try store.close()
    }

    @Test func refusesWhatCannotBeRestored() throws {
        let scene = try Scene()
        let before = scene.scratch.bytes()
        let text = scene.scratch.directory + "/text"
        try Data("no database at all, but long enough".utf8).write(to: URL(fileURLWithPath: text))
        func refuses(_ request: RestoreRequest, _ code: StoreError.Code) {
            let error = #expect(throws: StoreError.self) { try RingStore.restore(request) }
            #expect(error?.code == code, "\(String(describing: error))")
        }
        refuses(scene.request(text), .notADatabase)
        refuses(scene.request(scene.scratch.directory + "/none"), .notADatabase)
        let foreign = try DatabaseQueue(path: scene.scratch.directory + "/foreign.db")
        try foreign.write { db in try db.execute(sql: "CREATE TABLE a (b)") }
        try foreign.close()
        refuses(scene.request(scene.scratch.directory + "/foreign.db"), .notADatabase)

        let other = try Scene()
        refuses(scene.request(other.copy), .constraint)
        let newer = try DatabaseQueue(path: other.copy)
        try newer.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('V9999__later')") }
        try newer.close()
        refuses(scene.request(other.copy), .newerSchema)

        let running = try RingStore.open(at: scene.scratch.path)
        refuses(scene.request(), .lockedByAnother(pid: getpid()))
        try running.close()
        #expect(scene.scratch.bytes() == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.scratch.directory).allSatisfy {
                !$0.contains("draft")
            }
        )
    }

    @Test func forceTakesAnotherInstallationsCopy() throws {
        let scene = try Scene()
        let other = try Scene()
        var request = scene.request(other.copy)
        request.isForced = true
        #expect(try RingStore.restore(request).pools.first { $0.name.text == "web" }?.next == scene.newest.next)
    }
}
