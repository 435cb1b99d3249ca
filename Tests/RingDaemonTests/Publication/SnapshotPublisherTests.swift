import Foundation
import RingCore
import RingDaemon
import RingSnapshots
import Testing

@Suite struct SnapshotPublisherTests {
    let scene: PublicationScene

    init() throws { scene = try PublicationScene() }

    @Test func publishesTheBytesUnderBothNames() async throws {
        let snapshot = try scene.version(1)
        let receipt = try await scene.publishing { try await $0.publish(snapshot) }
        #expect(receipt.place == snapshot.place)
        #expect(receipt.byteCount == snapshot.encoded().count)
        #expect(receipt.leftBehind == nil)
        scene.expectPublished(snapshot, files: ["0000000001.json"], "first version")
    }

    /// The order is the promise: nothing gets a name before it is durable, nothing is announced before its name is.
    @Test func keepsTheOrderOfCalls() async throws {
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { publisher in
            _ = try await publisher.publish(scene.version(1))
            let before = disk.steps.count
            _ = try await publisher.publish(scene.version(2))
            let steps = disk.steps.dropFirst(before).filter { ![.makePool, .openPool, .statRoot].contains($0) }
            #expect(
                steps == [
                    .makeVersions, .openVersions, .openVersions, .statCurrent,
                    .createTemporary, .setTemporaryMode, .writeTemporary, .syncTemporary, .statTemporary,
                    .closeTemporary, .readBack, .readBack, .readBack,
                    .linkVersion, .syncVersions,
                    .statCurrent, .replaceCurrent, .syncPool,
                ]
            )
        }
    }

    @Test func firstPublicationMakesTheDirectoriesDurableToo() async throws {
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { _ = try await $0.publish(scene.version(1)) }
        #expect(disk.steps.last { $0 != .listVersions } == .syncRoot)
        #expect(disk.steps.contains(.syncRootParent))
    }

    @Test func publishingTheSameVersionAgainChangesNoByte() async throws {
        let snapshot = try scene.version(1)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(snapshot)
            _ = try await publisher.publish(snapshot)
        }
        scene.expectPublished(snapshot, files: ["0000000001.json"], "twice")
    }

    @Test func neverReplacesANewerVersion() async throws {
        let newer = try scene.version(5)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(newer)
            let error = await #expect(throws: PublicationError.self) {
                try await publisher.publish(scene.version(4))
            }
            #expect(error?.code == .newerPublished(newer.place))
        }
        scene.expectPublished(newer, files: ["0000000005.json"], "newer stays")
    }

    @Test func greaterEpochReplacesAGreaterVersion() async throws {
        let next = try scene.version(3, epoch: 2)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(scene.version(5))
            _ = try await publisher.publish(next)
        }
        #expect(scene.bytes("ring.json") == next.encoded())
    }

    @Test func refusesTheSameVersionWithAnotherContent() async throws {
        let first = try scene.version(5)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(first)
            let error = await #expect(throws: PublicationError.self) {
                try await publisher.publish(scene.version(5, slots: 4))
            }
            #expect(error?.code == .conflict)
        }
        scene.expectPublished(first, files: ["0000000005.json"], "first stays")
    }

    @Test func refusesAnotherContentOfAnEarlierVersionsFile() async throws {
        try await scene.publishing { _ = try await $0.publish(scene.version(5)) }
        try FileManager.default.removeItem(atPath: scene.path("ring.json"))
        let error = await #expect(throws: PublicationError.self) {
            try await scene.publishing { _ = try await $0.publish(scene.version(5, slots: 4)) }
        }
        #expect(error?.code == .conflict)
        #expect(scene.names() == ["versions"])
    }

    @Test func refusesWhatNoClientWouldAccept() async throws {
        let error = await #expect(throws: PublicationError.self) {
            try await scene.publishing { publisher in
                let good = try scene.version(1)
                let empty = Snapshot(
                    pool: good.pool,
                    epoch: good.epoch,
                    version: good.version,
                    parent: nil,
                    createdAt: good.createdAt,
                    change: good.change,
                    dialect: good.dialect,
                    keyHash: good.keyHash,
                    slots: [],
                    agreement: good.agreement,
                    auditHead: good.auditHead
                )
                _ = try await publisher.publish(empty)
            }
        }
        guard case .unacceptable(let reason)? = error?.code else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.code == .noSlots)
        #expect(scene.names().isEmpty)
    }

    @Test func keepsTheNewestVersionsAsFiles() async throws {
        try await scene.publishing(keeping: 1) { publisher in
            for number in 1...7 { _ = try await publisher.publish(scene.version(Int64(number))) }
            // Versions may be left out: files are counted, not numbers.
            for number in 18...25 { _ = try await publisher.publish(scene.version(Int64(number))) }
        }
        let expected = ([6, 7] + Array(18...25)).map { String(repeating: "0", count: $0 < 10 ? 9 : 8) + "\($0).json" }
        #expect(scene.names("versions") == expected)
    }

    @Test func removesOldFilesThatEarlierProcessesLeft() async throws {
        try await scene.publishing { publisher in
            for number in 1...14 { _ = try await publisher.publish(scene.version(Int64(number))) }
        }
        try await scene.publishing(keeping: 10) { _ = try await $0.publish(scene.version(15)) }
        #expect(scene.names("versions").first == "0000000006.json")
        #expect(scene.names("versions").count == 10)
    }

    @Test func neverRemovesTheCurrentVersionUnderAHigherEpoch() async throws {
        try await scene.publishing(keeping: 10) { publisher in
            for number in 101...110 { _ = try await publisher.publish(scene.version(Int64(number))) }
            _ = try await publisher.publish(scene.version(3, epoch: 2))
        }
        #expect(scene.names("versions").contains("0000000003.json"))
    }

    @Test(arguments: ["", "/sessions", "/sessions/versions"])
    func makesAMissingDirectoryAgain(directory: String) async throws {
        let second = try scene.version(2)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(scene.version(1))
            try FileManager.default.removeItem(atPath: scene.root + directory)
            _ = try await publisher.publish(second)
        }
        scene.expectPublished(second, files: ["0000000002.json"], "made again")
    }

    @Test func modesDoNotDependOnTheUmask() async throws {
        let before = umask(0o077)
        defer { umask(before) }
        try await scene.publishing { publisher in
            _ = try await publisher.publish(scene.version(1))
            try await publisher.note(
                AliveNote(pool: scene.pool, at: WallTime(milliseconds: 1), epoch: Epoch(1), version: RingVersion(1))
            )
        }
        for name in ["ring.json", "alive.json", "versions/0000000001.json"] {
            #expect(try scene.mode(scene.path(name)) == 0o644)
        }
        for name in [scene.root, scene.path(""), scene.path("versions")] { #expect(try scene.mode(name) == 0o755) }
    }

    @Test func tellsWhenTheProcessBeforeWasLastAlive() async throws {
        let other = try PoolName("other")
        let pool = scene.pool
        let torn = scene.path("alive.json")
        try await scene.publishing { publisher in
            #expect(try await publisher.lastAlive(of: [pool, other]) == nil)
            for (name, at) in [(pool, 7), (other, 5)] as [(PoolName, Int64)] {
                try await publisher.note(
                    AliveNote(pool: name, at: WallTime(milliseconds: at), epoch: Epoch(1), version: nil)
                )
            }
            #expect(try await publisher.lastAlive(of: [pool, other])?.milliseconds == 7)
            try Data("{".utf8).write(to: URL(fileURLWithPath: torn))
            #expect(try await publisher.lastAlive(of: [pool, other])?.milliseconds == 5, "a torn note says nothing")
        }
    }

    @Test func aliveNoteIsReplacedWithoutWaitingForTheDisk() async throws {
        let disk = FaultyDisk()
        let note = AliveNote(pool: scene.pool, at: WallTime(milliseconds: 5), epoch: Epoch(1), version: nil)
        try await scene.publishing(disk: disk) { publisher in
            try await publisher.note(
                AliveNote(pool: scene.pool, at: WallTime(milliseconds: 1), epoch: Epoch(1), version: nil)
            )
            try await publisher.note(note)
        }
        #expect(scene.bytes("alive.json") == note.encoded())
        #expect(scene.names() == ["alive.json", "versions"])
        #expect(disk.syncedInodes.count == 1, "only the parent of the root, at start")
    }

    /// Goal: readers see whole files that never go back.
    ///
    /// Method: a thread that does nothing but read, all the while.
    @Test func readersNeverSeeTornOrOlderFiles() async throws {
        let path = scene.path("ring.json")
        let pool = scene.pool
        try await scene.publishing(keeping: 10) { publisher in
            _ = try await publisher.publish(scene.version(1, slots: 100))
            let reader = Thread.reading(path, of: pool)
            for number in 2...300 { _ = try await publisher.publish(scene.version(Int64(number), slots: 100)) }
            let report = reader.finish()
            #expect(report.problems == [])
            #expect(report.reads > 300)
            #expect(report.versions > 20, "\(report.versions) versions were seen in \(report.reads) reads")
        }
    }
}

/// A thread that reads a file in a tight loop and judges what it finds.
final class ReaderThread: @unchecked Sendable {
    struct Report: Sendable {
        var reads = 0
        var versions = 0
        var problems: [String] = []
    }

    // The lock guards both; the thread takes it once a read.
    private let lock = NSLock()
    private var report = Report()
    private var isFinished = false
    private let ended = DispatchSemaphore(value: 0)

    func finish() -> Report {
        lock.withLock { isFinished = true }
        ended.wait()
        return lock.withLock { report }
    }

    func run(_ path: String, of pool: PoolName) {
        var last: Int64 = 0
        while !lock.withLock({ isFinished }) {
            var problem: String?
            var version = last
            do {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                let snapshot = try Snapshot.decoding(bytes)
                try snapshot.verify(expectedPool: pool)
                version = snapshot.version.value
                if version < last { problem = "\(version) after \(last)" }
            } catch {
                problem = "\(error)"
            }
            lock.withLock {
                report.reads += 1
                report.versions += version == last ? 0 : 1
                if let problem { report.problems.append(problem) }
            }
            last = version
        }
        ended.signal()
    }
}

extension Thread {
    static func reading(_ path: String, of pool: PoolName) -> ReaderThread {
        let reader = ReaderThread()
        Thread.detachNewThread { reader.run(path, of: pool) }
        return reader
    }
}
