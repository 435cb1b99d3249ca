import Foundation
import RingCore
import RingSnapshots
import Testing

@testable import RingClient

/// Files whose times and sizes do not tell what happened to them.
@Suite struct OddFileTests {
    let pool: PublishedPool

    init() throws { pool = try PublishedPool() }

    private func live() throws -> LiveRing { try LiveRing(directory: pool.directory, pool: pool.pool) }

    /// A tool that writes where `ringd` renames: the file is looked at after every few bytes.
    @Test func writingInPlaceIsNeverTakenForAVersion() throws {
        try pool.publish(pool.snapshot(1))
        let ring = try live()
        for version in Int64(2)...5 {
            let bytes = try pool.snapshot(version, slots: slots(version)).encoded()
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: pool.path))
            // Some tools cut the file first, others write over it and cut it in the end.
            if version.isMultiple(of: 2) { try file.truncate(atOffset: 0) }
            var written = 0
            while written < bytes.count {
                let next = min(bytes.count, written + 61)
                try file.write(contentsOf: Data(bytes[written..<next]))
                written = next
                ring.poll()
                #expect(ring.state.version == version - 1 || written >= bytes.count - 1)
                #expect(ring.owner(of: "key").node.hasPrefix("v\(ring.state.version)-"))
            }
            try file.truncate(atOffset: UInt64(bytes.count))
            try file.close()
            ring.poll()
            #expect(ring.state.version == version)
            #expect(ring.state.lastError == nil)
        }
        #expect(ring.state.loads == 5)
    }

    /// As many as make each version longer or shorter than the one before.
    private func slots(_ version: Int64) throws -> [PublishedSlot] {
        try (1...(version.isMultiple(of: 2) ? 5 : 3)).map { try PublishedPool.slot($0, version: version) }
    }

    /// The clock of whoever writes the file, or of this machine, is decades off.
    @Test(arguments: [0, 32_503_680_000.0])
    func clockThatIsFarOffChangesNothing(time: Double) throws {
        let moment = Date(timeIntervalSince1970: time)
        try pool.publish(pool.snapshot(1))
        try pool.setModified(moment)
        try pool.writeAlive(
            AliveNote(
                pool: try PoolName(pool.pool),
                at: WallTime(milliseconds: Int64(time * 1000)),
                epoch: Epoch(1),
                version: RingVersion(1)
            )
        )
        let ring = try live()
        #expect(try #require(ring.state.aliveAge) >= .zero, "an age is never negative")
        for version in Int64(2)...4 {
            try pool.publish(pool.snapshot(version))
            try pool.setModified(moment)
            ring.poll()
            #expect(ring.state.version == version)
        }
        #expect(ring.state.lastError == nil)
    }

    /// Two changes within a tick of a file server's clock, which is far from ours.
    @Test func changeInTheSameTickIsSeenWhateverTheClockSays() throws {
        let moment = Date(timeIntervalSince1970: 1_000_000_000)
        try pool.publish(pool.snapshot(2))
        try pool.setModified(moment)
        let ring = try live()
        // The first change shows in the stamp, and so tells that the file is young; the second does not.
        for version in Int64(3)...4 {
            try overwrite(with: pool.snapshot(version).encoded(), modified: moment + 1)
            ring.poll()
            #expect(ring.state.version == version)
        }
    }

    /// Neither size nor stamp nor number of the file changes: a minute later it is found out even so.
    @Test func unchangedFileIsReadOnceAMinute() throws {
        try pool.publish(pool.snapshot(2))
        try pool.age()
        var follower = Follower(
            pool: try PoolName(pool.pool),
            file: SnapshotFile(path: pool.path),
            aliveFile: nil,
            kept: nil,
            keys: nil
        )
        let begin = ContinuousClock.now
        #expect(found(&follower, at: begin) == 2)
        try overwrite(with: pool.snapshot(3).encoded(), modified: Date(timeIntervalSince1970: 1_700_000_000))
        #expect(found(&follower, at: begin + .seconds(59)) == nil)
        #expect(found(&follower, at: begin + .seconds(60)) == 3)
        #expect(found(&follower, at: begin + .seconds(61)) == nil)
    }

    /// Looks and reads as a poll does: the version that was found, 0 for none, and `nil` where nothing was read.
    private func found(_ follower: inout Follower, at now: ContinuousClock.Instant) -> Int64? {
        follower.look(at: now) ? follower.load(at: now)?.published.version ?? 0 : nil
    }

    /// A young file is read again, and not judged again: that it is bad is counted once.
    @Test func youngFileIsReadUntilItHasSettled() throws {
        try pool.publish(pool.snapshot(2))
        var follower = Follower(
            pool: try PoolName(pool.pool),
            file: SnapshotFile(path: pool.path),
            aliveFile: nil,
            kept: nil,
            keys: nil
        )
        var now = ContinuousClock.now
        #expect(found(&follower, at: now) == 2)
        try pool.replace(with: [0x7B])
        for _ in 0..<4 {
            now += .milliseconds(400)
            #expect(found(&follower, at: now) == 0)
            #expect(follower.report.lastError?.code == .invalidSnapshot)
            #expect(follower.report.failures == 1)
        }
        #expect(found(&follower, at: now) == nil, "a second after it came, it has settled")
        #expect(follower.report.lastError?.code == .invalidSnapshot)
    }

    private func overwrite(with bytes: [UInt8], modified: Date) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: pool.path))
        try file.write(contentsOf: Data(bytes))
        try file.truncate(atOffset: UInt64(bytes.count))
        try file.close()
        try pool.setModified(modified)
    }
}
