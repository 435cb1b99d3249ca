import Foundation
import RingCore
import RingDaemon
import RingSnapshots
import Testing

/// A directory of snapshots of its own, removed at the end, and the versions that a test publishes there.
final class PublicationScene: Sendable {
    let root: String
    let pool: PoolName

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "publication-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        root = directory.appending(path: "snapshots").path
        pool = try PoolName("sessions")
    }

    deinit { try? FileManager.default.removeItem(atPath: (root as NSString).deletingLastPathComponent) }

    func path(_ name: String) -> String { "\(root)/\(pool)/\(name)" }

    func version(_ number: Int64, epoch: Int64 = 1, slots: Int = 3) throws -> Snapshot {
        Snapshot(
            pool: pool,
            epoch: Epoch(epoch),
            version: RingVersion(number),
            parent: number > 1 ? RingVersion(number - 1) : nil,
            createdAt: WallTime(milliseconds: 1_795_343_700_000 + number),
            change: .init(
                event: EventID(number),
                kind: "add",
                actor: "root",
                node: nil,
                reason: "",
                movedShare: .none,
                coldShare: .none
            ),
            dialect: .pinnedKetama,
            keyHash: "md5",
            slots: try (1...slots).map { index in
                PublishedSlot(
                    label: "cache-\(index)",
                    weight: try Weight(100),
                    points: 160,
                    state: .in,
                    node: try NodeName("cache-\(index)"),
                    address: try NodeAddress(host: "10.0.0.\(index)", port: 11211),
                    zone: nil
                )
            }
            .sorted { $0.label.utf8.lexicographicallyPrecedes($1.label.utf8) },
            agreement: Digest([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32)),
            auditHead: Digest([UInt8](repeating: 7, count: 32))
        )
    }

    func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path(name)).map { [UInt8]($0) }
    }

    func names(_ directory: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(directory))) ?? []).sorted()
    }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: name)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Runs `body` with a publisher, and gives the directory back afterwards.
    func publishing<Result>(
        keeping kept: Int = 1000,
        disk: any PublicationDisk = PosixDisk(),
        _ body: (SnapshotPublisher) async throws -> Result
    ) async throws -> Result {
        let publisher = try SnapshotPublisher(directory: root, keeping: kept, disk: disk)
        do {
            let result = try await body(publisher)
            await publisher.close()
            return result
        } catch {
            await publisher.close()
            throw error
        }
    }

    /// What every reader may rely on at any moment: each name is absent or a whole snapshot of its version.
    ///
    /// - Returns: The current version.
    @discardableResult
    func expectWholeFiles(_ comment: Comment) throws -> Int64? {
        for name in names("versions") where !name.hasSuffix(".tmp") {
            let snapshot = try Snapshot.decoding(try #require(bytes("versions/\(name)"), comment))
            try snapshot.verify(expectedPool: pool)
            #expect(name.hasSuffix("\(snapshot.version).json"), comment)
        }
        guard let current = bytes("ring.json") else { return nil }
        let snapshot = try Snapshot.decoding(current)
        try snapshot.verify(expectedPool: pool)
        return snapshot.version.value
    }

    /// That the version is published, byte for byte, and nothing else lies about.
    func expectPublished(_ snapshot: Snapshot, files: [String], _ comment: Comment) {
        #expect(bytes("ring.json") == snapshot.encoded(), comment)
        #expect(names("versions") == files, comment)
        #expect(names() == ["ring.json", "versions"], comment)
        #expect(bytes("versions/\(files.last ?? "")") == snapshot.encoded(), comment)
    }
}
