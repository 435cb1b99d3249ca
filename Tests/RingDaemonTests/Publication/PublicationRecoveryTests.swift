import Foundation
import RingCore
import RingDaemon
import RingSnapshots
import Testing

@Suite struct PublicationRecoveryTests {
    let scene: PublicationScene

    init() throws { scene = try PublicationScene() }

    @Test func intactFilesAreNotWrittenAgain() async throws {
        let snapshot = try scene.version(1)
        try await scene.publishing { _ = try await $0.publish(snapshot) }
        let disk = FaultyDisk()
        let recovery = try await scene.publishing(disk: disk) { try await $0.recover(scene.pool, newest: snapshot) }
        #expect(recovery == .intact)
        #expect(!disk.steps.contains(.createTemporary))
        // The process before may have died just before these.
        #expect(disk.steps.contains(.syncVersions) && disk.steps.contains(.syncPool) && disk.steps.contains(.syncRoot))
    }

    @Test func poolWithoutVersionsHasNoFile() async throws {
        let recovery = try await scene.publishing { try await $0.recover(scene.pool, newest: nil) }
        #expect(recovery == .nothing)
        #expect(scene.names() == ["versions"])
    }

    @Test(arguments: ["", "{", "hello", "torn"])
    func damagedFilesAreReplaced(content: String) async throws {
        let snapshot = try scene.version(2)
        try await scene.publishing { publisher in
            _ = try await publisher.publish(scene.version(1))
            _ = try await publisher.publish(snapshot)
        }
        let text = content == "torn" ? String(decoding: snapshot.encoded().dropLast(100), as: UTF8.self) : content
        for damaged in [["ring.json"], ["versions/0000000002.json"], ["ring.json", "versions/0000000002.json"]] {
            for name in damaged {
                try FileManager.default.removeItem(atPath: scene.path(name))
                try scene.write(text, to: name)
            }
            let recovery = try await scene.publishing { try await $0.recover(scene.pool, newest: snapshot) }
            #expect(recovery != .intact)
            scene.expectPublished(snapshot, files: ["0000000001.json", "0000000002.json"], "\(damaged)")
        }
    }

    @Test func leftoversOfDeadProcessesAreRemoved() async throws {
        let snapshot = try scene.version(1)
        try await scene.publishing { _ = try await $0.publish(snapshot) }
        try scene.write("half", to: ".ringd-1234.tmp")
        try scene.write("half", to: "versions/.ringd-abcd.tmp")
        _ = try await scene.publishing { try await $0.recover(scene.pool, newest: snapshot) }
        scene.expectPublished(snapshot, files: ["0000000001.json"], "leftovers removed")
    }

    @Test func filesNewerThanTheDatabaseAreRefused() async throws {
        let newer = try scene.version(9)
        try await scene.publishing { _ = try await $0.publish(newer) }
        for newest in [try scene.version(8), nil] {
            let error = await #expect(throws: PublicationError.self) {
                try await scene.publishing { _ = try await $0.recover(scene.pool, newest: newest) }
            }
            #expect(error?.code == .newerPublished(newer.place))
            #expect(error?.path == scene.path("ring.json"))
        }
        scene.expectPublished(newer, files: ["0000000009.json"], "stays")
    }

    @Test func symbolicLinkAtTheCurrentNameIsReplacedNotFollowed() async throws {
        let target = scene.root + "-target"
        try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
        try FileManager.default.moveItem(atPath: scene.path("ring.json"), toPath: target)
        try FileManager.default.createSymbolicLink(atPath: scene.path("ring.json"), withDestinationPath: target)
        let second = try scene.version(2)
        _ = try await scene.publishing { try await $0.recover(scene.pool, newest: second) }
        let kind =
            try FileManager.default.attributesOfItem(atPath: scene.path("ring.json"))[.type] as? FileAttributeType
        #expect(kind == .typeRegular)
        #expect(FileManager.default.contents(atPath: target).map { [UInt8]($0) } == (try scene.version(1).encoded()))
        #expect(scene.bytes("ring.json") == second.encoded())
    }

    @Test(arguments: ["sessions", "sessions/versions"])
    func symbolicLinkAtADirectoryIsRefused(name: String) async throws {
        let target = scene.root + "-target"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let parent = ((scene.root + "/" + name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: scene.root + "/" + name, withDestinationPath: target)
        let error = await #expect(throws: PublicationError.self) {
            try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
        }
        #expect(error?.code == .notADirectory)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
    }

    @Test func symbolicLinkAtATemporaryNameIsNotFollowed() async throws {
        let disk = PosixDisk()
        let directory = (scene.root as NSString).deletingLastPathComponent
        let descriptor = try disk.openDirectory(.openRoot, directory, in: nil)
        defer { disk.abandon(descriptor) }
        try FileManager.default.createSymbolicLink(atPath: directory + "/name", withDestinationPath: "target")
        let error = #expect(throws: PublicationError.self) {
            try disk.createFile(.createTemporary, "name", in: descriptor)
        }
        #expect(error?.code == .system(.createTemporary, EEXIST))
        #expect(!FileManager.default.fileExists(atPath: directory + "/target"))
    }

    @Test(arguments: ["", "/sessions", "/sessions/versions"])
    func directoryThatIsAFileIsNamed(name: String) async throws {
        let path = scene.root + name
        let parent = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data("file".utf8).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: PublicationError.self) {
            try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
        }
        #expect(error?.code == .notADirectory)
        #expect(error?.path == path)
        #expect(FileManager.default.contents(atPath: path) == Data("file".utf8))
    }

    @Test func directoryAtTheCurrentNameIsAClearError() async throws {
        let path = scene.path("ring.json")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = await #expect(throws: PublicationError.self) {
            try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
        }
        #expect(error?.code == .system(.replaceCurrent, EISDIR))
        #expect(error?.hint.contains("move it away") == true)
        #expect(scene.names() == ["ring.json", "versions"])
    }

    @Test func secondPublisherIsKeptOut() async throws {
        try await scene.publishing { _ in
            let error = #expect(throws: PublicationError.self) { try SnapshotPublisher(directory: scene.root) }
            #expect(error?.code == .lockedByAnother)
        }
        try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
    }

    @Test func directoryThatOthersMayWriteToIsRefused() throws {
        try FileManager.default.createDirectory(atPath: scene.root, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: scene.root)
        let error = #expect(throws: PublicationError.self) { try SnapshotPublisher(directory: scene.root) }
        #expect(error?.code == .unsafeDirectory)
    }
}
