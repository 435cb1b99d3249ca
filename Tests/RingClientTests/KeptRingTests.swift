import Foundation
import RingClient
import RingSigning
import RingSnapshots
import Testing

/// The ring in use outlives the process, and is never exchanged for an older one.
@Suite struct KeptRingTests {
    let pool: PublishedPool
    let keep: String

    init() throws {
        pool = try PublishedPool()
        keep = pool.directory + "/kept.json"
    }

    private func live(keys: SnapshotKeys? = nil) throws -> LiveRing {
        try LiveRing(directory: pool.directory, pool: pool.pool, keys: keys, keep: keep)
    }

    @Test(arguments: ["deleted", "empty", "other pool"])
    func servesWhileThePublishedFileIsMissingOrBad(defect: String) throws {
        try pool.publish(pool.snapshot(7))
        let owner = try live().owner(of: "key")
        switch defect {
        case "deleted": try pool.remove()
        case "empty": try pool.replace(with: [])
        default: try pool.publish(pool.snapshot(9, pool: "other"))
        }
        let ring = try live()
        #expect(ring.owner(of: "key") == owner)
        #expect(ring.state.version == 7)
        #expect(ring.state.lastError?.code == (defect == "deleted" ? .missing : .invalidSnapshot))
        #expect(ring.state.keepError == nil)
        try? pool.remove()
        try pool.publish(pool.snapshot(8))
        ring.poll()
        #expect(ring.state.version == 8)
        #expect(try live().state.version == 8)
    }

    @Test func takesNothingOlderAfterARestart() throws {
        try pool.publish(pool.snapshot(3, epoch: 2))
        _ = try live()
        try pool.publish(pool.snapshot(900, epoch: 1))
        let ring = try live()
        #expect(ring.state.version == 3 && ring.state.epoch == 2)
        #expect(ring.state.lastError?.code == .older)
        try pool.publish(pool.snapshot(4, epoch: 2))
        #expect(try live().state.version == 4)
    }

    @Test(arguments: ["torn", "other pool", "directory"])
    func goesByThePublishedFileWhenTheKeptOneIsBad(defect: String) throws {
        try pool.publish(pool.snapshot(7))
        switch defect {
        case "torn": try Data(pool.snapshot(9).encoded().dropLast(9)).write(to: URL(fileURLWithPath: keep))
        case "other pool": try Data(pool.snapshot(9, pool: "x").encoded()).write(to: URL(fileURLWithPath: keep))
        default: try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: false)
        }
        let ring = try live()
        #expect(ring.state.version == 7)
        #expect(ring.state.lastError == nil)
        if defect == "directory" { #expect(ring.state.keepError?.code == .notKept) }
        try pool.publish(pool.snapshot(8))
        ring.poll()
        #expect(ring.state.version == 8)
    }

    @Test func sayWhyNothingIsKept() throws {
        try pool.publish(pool.snapshot(1))
        let nowhere = pool.directory + "/nowhere/kept.json"
        let ring = try LiveRing(directory: pool.directory, pool: pool.pool, keep: nowhere)
        #expect(ring.state.keepError?.code == .notKept)
        #expect(ring.state.lastError == nil)
        try FileManager.default.createDirectory(atPath: pool.directory + "/nowhere", withIntermediateDirectories: false)
        try pool.publish(pool.snapshot(2))
        ring.poll()
        #expect(ring.state.keepError == nil)
        let left = try FileManager.default.contentsOfDirectory(atPath: pool.directory + "/nowhere")
        #expect(left == ["kept.json"], "no temporary file stays")
    }

    @Test func failsWhereThereIsNeither() throws {
        #expect(throws: RingClientError(.missing, "")) { try live() }
    }

    // MARK: Keys

    @Test func takesOnlyWhatItsKeysHaveSigned() throws {
        let (old, new) = (try SigningKey.generate(id: "old"), try SigningKey.generate(id: "new"))
        let stranger = try SigningKey.generate(id: "new")
        let file = pool.directory + "/keys.pub"
        try Data("# ours\n\(old.publicKey.line)\n\(new.publicKey.line)\n".utf8).write(to: URL(fileURLWithPath: file))
        let keys = try SnapshotKeys(path: file)
        try pool.publish(pool.snapshot(1))
        #expect(throws: RingClientError(.untrusted, "")) { try live(keys: keys) }
        try pool.publish(pool.snapshot(1, signedBy: old))
        let ring = try live(keys: keys)
        for refused in [try pool.snapshot(2), try pool.snapshot(2, signedBy: stranger)] {
            try pool.publish(refused)
            ring.poll()
            #expect(ring.state.version == 1)
            #expect(ring.state.lastError?.code == .untrusted)
        }
        try pool.publish(pool.snapshot(2, signedBy: new))
        ring.poll()
        #expect(ring.state.version == 2)
        #expect(ring.state.lastError == nil)
    }

    /// A process that gets keys later must not start from what it kept without them.
    @Test func checksTheKeptRingToo() throws {
        let key = try SigningKey.generate(id: "k")
        try pool.publish(pool.snapshot(9))
        _ = try live()
        try pool.publish(pool.snapshot(3, signedBy: key))
        let ring = try live(keys: SnapshotKeys(parsing: key.publicKey.line))
        #expect(ring.state.version == 3)
    }

    @Test func refusesKeysThatAreNone() throws {
        #expect(throws: RingClientError(.invalidKeys, "")) { try SnapshotKeys(path: pool.directory + "/none") }
        #expect(throws: RingClientError(.invalidKeys, "")) { try SnapshotKeys(parsing: "") }
        #expect(throws: RingClientError(.invalidKeys, "")) { try SnapshotKeys(parsing: "nonsense") }
    }
}
