import Foundation
import RingCore
import RingSigning
import RingSnapshots
import RingTestSupport

/// A directory in which a test publishes versions of one pool, removed at the end.
final class PublishedPool: Sendable {
    let directory: String
    let pool = "sessions"

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ring-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory + "/sessions", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var path: String { "\(directory)/\(pool)/ring.json" }

    /// A node of a version: the version is part of its name, so that an answer tells where it came from.
    static func slot(
        _ index: Int,
        version: Int64,
        state: PublishedSlot.State = .in,
        address: NodeAddress? = nil
    ) throws -> PublishedSlot {
        PublishedSlot(
            label: "cache-\(index)",
            weight: try Weight(100),
            points: 160,
            state: state,
            node: try NodeName("v\(version)-\(index)"),
            address: try address ?? NodeAddress(host: "10.0.0.\(index)", port: 11211),
            zone: nil
        )
    }

    /// Slots whose nodes are real servers; those of the `held` indexes are down.
    static func slots(
        _ servers: [MemcachedProcess],
        version: Int64,
        held: Set<Int> = []
    ) throws -> [PublishedSlot] {
        try servers.enumerated().map { index, server in
            try slot(
                index + 1,
                version: version,
                state: held.contains(index) ? .held : .in,
                address: NodeAddress(host: "127.0.0.1", port: server.loopbackPort)
            )
        }
    }

    /// A version whose digest and agreement are right, unless they are given.
    func snapshot(
        _ version: Int64,
        epoch: Int64 = 1,
        pool: String = "sessions",
        dialect: String = "pinned-ketama",
        slots: [PublishedSlot]? = nil,
        agreement: Digest? = nil,
        digest: Digest? = nil,
        signedBy key: SigningKey? = nil
    ) throws -> Snapshot {
        let slots = try slots ?? (1...8).map { try Self.slot($0, version: version) }
        let agreement = agreement ?? Self.agreement(dialect, slots)
        func made(_ signature: Snapshot.Signature?) throws -> Snapshot {
            Snapshot(
                pool: try PoolName(pool),
                epoch: Epoch(epoch),
                version: RingVersion(version),
                parent: version > 1 ? RingVersion(version - 1) : nil,
                createdAt: WallTime(milliseconds: 1_795_343_700_000 + version),
                change: .init(
                    event: EventID(version),
                    kind: "add",
                    actor: "root",
                    node: nil,
                    reason: "because",
                    movedShare: .none,
                    coldShare: .none
                ),
                dialect: DialectChoice(name: dialect),
                keyHash: "md5",
                slots: slots,
                agreement: agreement,
                auditHead: Digest([UInt8](repeating: 7, count: 32)),
                digest: digest,
                signature: signature
            )
        }
        return try made(key.map { try $0.signature(of: made(nil).digest) })
    }

    /// What the ring agrees on; zeros for rings that cannot be built.
    private static func agreement(_ dialect: String, _ slots: [PublishedSlot]) -> Digest {
        let ring = try? ring(dialect, slots)
        return Digest(ring?.agreement ?? [UInt8](repeating: 0, count: 32))
    }

    static func ring(_ dialect: String, _ slots: [PublishedSlot]) throws -> Ring {
        let ringSlots = slots.map { slot in
            RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map { .count($0) } ?? .all)
        }
        return try Ring(dialect: DialectChoice(name: dialect), slots: ringSlots)
    }

    func publish(_ snapshot: Snapshot) throws { try replace(with: snapshot.encoded()) }

    /// Replaces the file as a publisher does.
    func replace(with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func writeAlive(_ note: AliveNote) throws {
        try Data(note.encoded()).write(to: URL(fileURLWithPath: "\(directory)/sessions/alive.json"), options: .atomic)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }

    /// Makes the file look as if it was written long ago.
    func age() throws { try setModified(Date(timeIntervalSince1970: 1_700_000_000)) }

    func setModified(_ date: Date) throws {
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }
}
