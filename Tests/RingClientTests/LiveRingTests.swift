import Foundation
import RingClient
import RingCore
import RingSnapshots
import Testing

@Suite struct LiveRingTests {
    let pool: PublishedPool

    init() throws { pool = try PublishedPool() }

    private func live() throws -> LiveRing {
        try LiveRing(directory: pool.directory, pool: pool.pool, pollInterval: .milliseconds(5))
    }

    // MARK: Loading

    @Test func answersAsThePublishedRing() throws {
        let snapshot = try pool.snapshot(7)
        try pool.publish(snapshot)
        let ring = try live()
        let reference = try PublishedPool.ring("pinned-ketama", snapshot.slots)
        var reader = ring.reader()
        let keys = (0..<1000).map { "key-\($0)" }
        for key in keys {
            let expected = snapshot.slots[reference.owner(ofKey: key)].node.text
            #expect(ring.owner(of: key).node == expected)
            #expect(ring.owner(of: Array(key.utf8)).node == expected)
            #expect(reader.owner(of: key).node == expected)
        }
        #expect(ring.owners(of: keys) == keys.map { ring.owner(of: $0) })
        #expect(ring.current.version == 7)
        #expect(ring.current.reason == "because")
        #expect(ring.current.digest == snapshot.digest.description)
    }

    @Test func givesDistinctSuccessors() throws {
        try pool.publish(pool.snapshot(1))
        let ring = try live()
        let owners = ring.owners(of: "key", count: 3)
        #expect(owners.first == ring.owner(of: "key"))
        #expect(Set(owners).count == 3)
        #expect(ring.owners(of: "key", count: 100).count == 8)
        #expect(ring.owners(of: "key", count: 0).isEmpty)
    }

    @Test func showsHeldSlotsAndSockets() throws {
        let slots = [
            try PublishedPool.slot(1, version: 1, state: .held),
            try PublishedPool.slot(2, version: 1, address: NodeAddress(host: "/run/m.sock", port: nil)),
            try PublishedPool.slot(3, version: 1, address: NodeAddress(host: "2001:db8::1", port: 11212)),
        ]
        try pool.publish(pool.snapshot(1, slots: slots))
        let owners = try live().current.owners
        #expect(owners.map(\.isHeld) == [true, false, false])
        #expect(owners.map(\.description) == ["10.0.0.1:11211", "/run/m.sock", "[2001:db8::1]:11212"])
        #expect(owners[1].port == nil)
    }

    @Test func firstLoadMayFail() throws {
        #expect(throws: RingClientError(.missing, "")) { try live() }
        #expect(throws: RingClientError(.invalidPool, "")) { try LiveRing(directory: "/", pool: "../etc") }
        try FileManager.default.createDirectory(atPath: pool.path, withIntermediateDirectories: true)
        #expect(throws: RingClientError(.unreadable, "")) { try live() }
    }

    @Test func followsALinkAsAMountedVolumeHasIt() throws {
        try pool.publish(pool.snapshot(1))
        let link = pool.directory + "/link.json"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pool.path)
        let ring = try LiveRing(path: link, pool: pool.pool)
        try pool.publish(pool.snapshot(2))
        ring.poll()
        #expect(ring.current.version == 2)
    }

    // MARK: Following

    @Test func adoptsNewVersions() throws {
        try pool.publish(pool.snapshot(1))
        let ring = try live()
        var reader = ring.reader()
        try pool.publish(pool.snapshot(2))
        #expect(ring.current.version == 1)
        ring.poll()
        #expect(ring.current.version == 2)
        #expect(reader.version == 2)
        #expect(ring.owner(of: "key").node.hasPrefix("v2-"))
        #expect(reader.owner(of: "key").node.hasPrefix("v2-"))
        try pool.publish(pool.snapshot(1, epoch: 2))
        ring.poll()
        #expect(ring.state.epoch == 2 && ring.state.version == 1, "a higher epoch wins")
        #expect(ring.state.loads == 3)
    }

    @Test(arguments: [
        "deleted", "directory", "empty", "truncated", "altered", "older", "same version", "other pool", "dialect",
        "agreement", "format", "no slots",
    ])
    func keepsTheLastGoodRingAndSaysWhy(defect: String) throws {
        try pool.publish(pool.snapshot(5))
        let ring = try live()
        let before = ring.owner(of: "key")
        let code: RingClientError.Code
        let next = try pool.snapshot(6)
        let text = String(decoding: next.encoded(), as: UTF8.self)
        switch defect {
        case "deleted":
            try pool.remove()
            code = .missing
        case "directory":
            try pool.remove()
            try FileManager.default.createDirectory(atPath: pool.path, withIntermediateDirectories: true)
            code = .unreadable
        case "empty":
            try pool.replace(with: [])
            code = .invalidSnapshot
        case "truncated":
            try pool.replace(with: Array(next.encoded().dropLast(100)))
            code = .invalidSnapshot
        case "altered":
            try pool.replace(with: Array(text.replacing("11211", with: "11212").utf8))
            code = .invalidSnapshot
        case "older":
            try pool.publish(pool.snapshot(4))
            code = .older
        case "same version":
            try pool.publish(pool.snapshot(5, slots: [PublishedPool.slot(1, version: 5)]))
            code = .conflict
        case "other pool":
            try pool.publish(pool.snapshot(6, pool: "other"))
            code = .invalidSnapshot
        case "dialect":
            try pool.publish(pool.snapshot(6, dialect: "not-a-dialect"))
            code = .unsupportedRing
        case "agreement":
            try pool.publish(pool.snapshot(6, agreement: Digest([UInt8](repeating: 1, count: 32))))
            code = .disagreement
        case "format":
            try pool.replace(with: Array(text.replacing("\"format\": 1", with: "\"format\": 2").utf8))
            code = .invalidSnapshot
        default:
            try pool.publish(pool.snapshot(6, slots: []))
            code = .invalidSnapshot
        }
        for _ in 0..<3 {
            ring.poll()
            #expect(ring.state.lastError?.code == code)
            #expect(ring.owner(of: "key") == before)
            #expect(ring.state.version == 5)
        }
        #expect(ring.state.failures == 1, "one reason is counted once")
        try? pool.remove()
        try pool.publish(next)
        ring.poll()
        #expect(ring.state.version == 6)
        #expect(ring.state.lastError == nil)
    }

    @Test func errorGoesWhenTheGoodFileIsBack() throws {
        try pool.publish(pool.snapshot(5))
        try pool.age()
        let ring = try live()
        let hidden = pool.path + ".hidden"
        try FileManager.default.moveItem(atPath: pool.path, toPath: hidden)
        ring.poll()
        #expect(ring.state.lastError?.code == .missing)
        try FileManager.default.moveItem(atPath: hidden, toPath: pool.path)
        ring.poll()
        #expect(ring.state.lastError == nil)
        #expect(ring.state.version == 5)
    }

    /// The promise of one system call a poll: a change that no `stat` can show is not seen.
    @Test func unchangedFilesAreNotRead() throws {
        try pool.publish(pool.snapshot(1))
        try pool.age()
        let ring = try live()
        let changed = try pool.snapshot(2).encoded()
        #expect(changed.count == (try pool.snapshot(1).encoded().count) - "null".count + "1".count)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: pool.path))
        let padding = [UInt8](repeating: 0x20, count: (try pool.snapshot(1).encoded().count) - changed.count)
        try file.write(contentsOf: Data(changed + padding))
        try file.close()
        try pool.age()
        ring.poll()
        #expect(ring.state.version == 1)
        #expect(ring.state.lastError == nil)
        try pool.setModified(Date(timeIntervalSince1970: 1_700_000_001))
        ring.poll()
        #expect(ring.state.version == 2)
    }

    /// Clocks of file systems tick: two changes in one tick look the same, so a young file is read again.
    @Test func changeInTheSameTickIsSeen() throws {
        try pool.publish(pool.snapshot(2))
        let now = Date()
        try pool.setModified(now)
        let ring = try live()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: pool.path))
        try file.write(contentsOf: Data(pool.snapshot(3).encoded()))
        try file.close()
        try pool.setModified(now)
        ring.poll()
        #expect(ring.state.version == 3)
    }

    // MARK: State

    @Test func tellsWhetherTheDaemonIsAlive() throws {
        try pool.publish(pool.snapshot(1))
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        try pool.writeAlive(
            AliveNote(
                pool: try PoolName("sessions"),
                at: WallTime(milliseconds: now - 90_000),
                epoch: Epoch(1),
                version: RingVersion(3)
            )
        )
        let ring = try live()
        let state = ring.state
        let age = try #require(state.aliveAge)
        #expect(age >= .seconds(90) && age < .seconds(120))
        #expect(state.announcedVersion == 3)
        #expect(state.version == 1)
        #expect(state.lastError == nil, "a dead daemon is never a reason to drop the ring")
    }

    @Test func updatesBeginWithTheCurrentVersionAndGiveTheNewest() async throws {
        try pool.publish(pool.snapshot(1))
        let ring = try live()
        var updates = ring.updates.makeAsyncIterator()
        #expect(await updates.next()?.version == 1)
        for version in 2...4 {
            try pool.publish(pool.snapshot(Int64(version)))
            ring.poll()
        }
        #expect(await updates.next()?.version == 4, "who is slow gets the newest only")
    }

    @Test func runFollowsUntilItIsCancelled() async throws {
        try pool.publish(pool.snapshot(1))
        let ring = try live()
        let task = Task { try await ring.run() }
        try pool.publish(pool.snapshot(2))
        for await update in ring.updates where update.version == 2 { break }
        #expect(ring.owner(of: "key").node.hasPrefix("v2-"))
        task.cancel()
        try await task.value
    }

    // MARK: Look-ups while reloading

    /// Goal: every look-up is answered by one whole version, and versions never go back for anybody.
    ///
    /// Method: node names carry their version; eight tasks look up without pause while versions are published.
    @Test func lookUpsAreAnsweredByOneWholeVersion() async throws {
        let first = try pool.snapshot(1)
        try pool.publish(first)
        let ring = try live()
        let last: Int64 = 16
        let keys = (0..<10).map { "key-\($0)" }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var reader = ring.reader()
                    var newest: Int64 = 0
                    var lookUps = 0
                    while newest < last {
                        var names = ring.owners(of: keys).map(\.node)
                        if task.isMultiple(of: 2) { names.append(ring.owner(of: keys[lookUps % 10]).node) }
                        names.append(reader.owner(of: keys[lookUps % 10]).node)
                        let versions = names.map { Int64($0.dropFirst().prefix { $0 != "-" }) ?? 0 }
                        #expect(Set(versions.prefix(keys.count)).count == 1, "a batch of one version")
                        #expect(versions == versions.sorted(), "versions never go back")
                        #expect((versions.first ?? 0) >= newest)
                        newest = versions.last ?? 0
                        lookUps += 1
                        await Task.yield()
                    }
                    return lookUps
                }
            }
            for version in 2...last {
                // The labels are the same in all versions, and so is the agreement.
                try pool.publish(pool.snapshot(version, agreement: first.agreement))
                ring.poll()
                await Task.yield()
            }
            for try await lookUps in group { #expect(lookUps > 0) }
        }
        #expect(ring.state.loads == UInt64(last))
    }
}
