import Foundation
import RingCore
import RingDaemon
import RingSnapshots
import Testing

@Suite struct PublicationFaultTests {
    /// The calls of: open, publish version 2 where version 1 is published.
    private static func callCount() async throws -> Int {
        let scene = try PublicationScene()
        try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { _ = try await $0.publish(scene.version(2)) }
        return disk.steps.count
    }

    /// Goal: whatever call the process dies before, readers are safe and the next process converges.
    ///
    /// Method: let every call from the k-th on do nothing, for each k; look; recover with a new publisher.
    @Test func dyingBeforeAnyCallIsRecoveredFrom() async throws {
        let count = try await Self.callCount()
        #expect(count > 30)
        for call in 1...count + 1 {
            let scene = try PublicationScene()
            let (first, second) = (try scene.version(1), try scene.version(2))
            try await scene.publishing { _ = try await $0.publish(first) }
            let disk = FaultyDisk(.crash(beforeCall: call))
            var isAnnounced = false
            do {
                try await scene.publishing(disk: disk) { _ = try await $0.publish(second) }
                isAnnounced = true
            } catch is PublicationError {}
            let comment: Comment = "died before call \(call), \(disk.steps.last?.rawValue ?? "none")"
            let version = try #require(try scene.expectWholeFiles(comment), comment)
            if isAnnounced { #expect(version == 2, comment) }
            let recovery = try await scene.publishing { try await $0.recover(scene.pool, newest: second) }
            if isAnnounced { #expect(recovery == .intact, comment) }
            scene.expectPublished(second, files: ["0000000001.json", "0000000002.json"], comment)
        }
    }

    /// The same for the very first version, where the directories are missing too.
    @Test func dyingDuringTheFirstPublicationIsRecoveredFrom() async throws {
        let counting = FaultyDisk()
        let scene = try PublicationScene()
        try await scene.publishing(disk: counting) { _ = try await $0.publish(scene.version(1)) }
        for call in 1...counting.steps.count {
            let scene = try PublicationScene()
            let first = try scene.version(1)
            let disk = FaultyDisk(.crash(beforeCall: call))
            _ = try? await scene.publishing(disk: disk) { _ = try await $0.publish(first) }
            let comment: Comment = "died before call \(call), \(disk.steps.last?.rawValue ?? "none")"
            try scene.expectWholeFiles(comment)
            _ = try await scene.publishing { try await $0.recover(scene.pool, newest: first) }
            scene.expectPublished(first, files: ["0000000001.json"], comment)
        }
    }

    /// Goal: one failed call harms nobody, and the same publisher converges.
    ///
    /// Method: fail each call once.
    @Test(arguments: [5, 28, 24] as [Int32])
    func anyFailedCallIsRepairedByTheNextAttempt(number: Int32) async throws {
        for call in 1...(try await Self.callCount()) {
            let scene = try PublicationScene()
            let second = try scene.version(2)
            try await scene.publishing { _ = try await $0.publish(scene.version(1)) }
            let disk = FaultyDisk(.failure(call: call, number: number))
            let comment: Comment = "call \(call) failed with \(number)"
            _ = try? await scene.publishing(disk: disk) { publisher in
                if (try? await publisher.publish(second)) != nil {
                    #expect(try scene.expectWholeFiles(comment) == 2, comment)
                }
                try scene.expectWholeFiles(comment)
                _ = try await publisher.publish(second)
                scene.expectPublished(second, files: ["0000000001.json", "0000000002.json"], comment)
            }
            try scene.expectWholeFiles(comment)
        }
    }

    @Test func failedSyncIsNeverRepeatedOnTheSameFile() async throws {
        let scene = try PublicationScene()
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { publisher in
            _ = try await publisher.publish(scene.version(1))
            let before = disk.syncedInodes.count
            disk.setFault(.failureAt(.syncTemporary, number: 5))
            await #expect(throws: PublicationError.self) { try await publisher.publish(scene.version(2)) }
            // Nothing may take the freed number of the poisoned file, or the comparison below says nothing.
            try scene.write("", to: "placeholder")
            _ = try await publisher.publish(scene.version(2))
            let synced = disk.syncedInodes.dropFirst(before)
            let published = try FileManager.default.attributesOfItem(atPath: scene.path("ring.json"))
            #expect(published[.systemFileNumber] as? UInt64 != synced.first)
            #expect(synced.count { $0 == synced.first } == 1)
        }
    }

    /// A directory cannot be replaced, so its entries are made anew before it is synced again.
    @Test(arguments: [PublicationStep.syncVersions, .syncPool])
    func failedSyncOfADirectoryMakesItsEntriesAnew(step: PublicationStep) async throws {
        let scene = try PublicationScene()
        let second = try scene.version(2)
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { publisher in
            _ = try await publisher.publish(scene.version(1))
            disk.setFault(.failureAt(step, number: 5))
            let error = await #expect(throws: PublicationError.self) { try await publisher.publish(second) }
            #expect(error?.code == .system(step, 5))
            let before = disk.steps.count
            _ = try await publisher.publish(second)
            let steps = disk.steps.dropFirst(before)
            #expect(steps.contains(.replaceVersion))
            #expect(steps.contains(.replaceCurrent))
        }
        scene.expectPublished(second, files: ["0000000001.json", "0000000002.json"], "after \(step)")
    }

    @Test func shortWritesAndReadsAreCompleted() async throws {
        let scene = try PublicationScene()
        let snapshot = try scene.version(1)
        try await scene.publishing(disk: FaultyDisk(.shortTransfers(7))) { _ = try await $0.publish(snapshot) }
        scene.expectPublished(snapshot, files: ["0000000001.json"], "seven bytes at a time")
    }

    @Test func fullDiskIsNamedAndLeavesNothingBehind() async throws {
        let scene = try PublicationScene()
        let disk = FaultyDisk()
        try await scene.publishing(disk: disk) { publisher in
            _ = try await publisher.publish(scene.version(1))
            disk.setFault(.failureAt(.writeTemporary, number: ENOSPC))
            let error = await #expect(throws: PublicationError.self) { try await publisher.publish(scene.version(2)) }
            #expect(error?.code == .diskFull)
            #expect(error?.path.hasPrefix(scene.root + "/sessions") == true)
        }
        scene.expectPublished(try scene.version(1), files: ["0000000001.json"], "version 1 stays")
    }

    @Test func failureToClearAwayIsReportedAndRepeated() async throws {
        let scene = try PublicationScene()
        let disk = FaultyDisk()
        try await scene.publishing(keeping: 10, disk: disk) { publisher in
            for number in 1...10 { _ = try await publisher.publish(scene.version(Int64(number))) }
            disk.setFault(.failureAt(.removeVersion, number: 5))
            let receipt = try await publisher.publish(scene.version(11))
            #expect(receipt.leftBehind?.code == .system(.removeVersion, 5))
            #expect(try await publisher.publish(scene.version(12)).leftBehind == nil)
        }
        #expect(scene.names("versions").count == 10)
    }
}
