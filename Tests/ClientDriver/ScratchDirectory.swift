import ArgumentParser
import RingCore
import RingSnapshots

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A directory in which a measurement publishes versions, removed at the end.
final class ScratchDirectory: Sendable {
    let directory: String

    var path: String { directory + "/ring.json" }

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/clientdriver-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ValidationError("no directory below \(parent)") }
        directory = String(cString: made)
    }

    deinit {
        unlink(path)
        rmdir(directory)
    }

    /// Replaces the file as a publisher does, but for the syncs.
    func publish(_ bytes: [UInt8]) throws {
        let temporary = directory + "/next"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0, bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
            close(descriptor) == 0, rename(temporary, path) == 0
        else { throw ValidationError("cannot write to \(directory)") }
    }

    /// Makes the file look as if it had been written long ago, so that it is not read again to be sure.
    func age() {
        let long = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, long, 0)
    }

    /// A slot of its own name; the version is part of the node's name, so that a look-up tells where it came from.
    static func slot(
        _ index: Int,
        version: Int64 = 1,
        weight: Int = 100,
        address: NodeAddress? = nil
    ) throws -> PublishedSlot {
        PublishedSlot(
            label: "cache-\(10_000 + index)",
            weight: try Weight(weight),
            points: (160 * weight + 50) / 100,
            state: .in,
            node: try NodeName("v\(version)-\(index)"),
            address: try address ?? NodeAddress(host: "10.0.\(index / 250).\(index % 250 + 1)", port: 11211),
            zone: nil
        )
    }

    /// The slots of a version, of which another one weighs half in each: a ring of its own.
    static func slots(_ count: Int, version: Int64) throws -> [PublishedSlot] {
        try (1...count).map { index in
            try slot(index, version: version, weight: Int(version) % count + 1 == index ? 50 : 100)
        }
    }

    /// The bytes of a version; the agreement is computed unless it is known.
    static func snapshot(_ version: Int64, slots: [PublishedSlot], agreement: Digest? = nil) throws -> [UInt8] {
        Snapshot(
            pool: try PoolName("measured"),
            epoch: Epoch(1),
            version: RingVersion(version),
            parent: version > 1 ? RingVersion(version - 1) : nil,
            createdAt: WallTime(milliseconds: 1_795_343_700_000 + version),
            change: .init(
                event: EventID(version),
                kind: "set",
                actor: "root",
                node: nil,
                reason: "measured",
                movedShare: .none,
                coldShare: .none
            ),
            dialect: DialectChoice(name: "pinned-ketama"),
            keyHash: "md5",
            slots: slots,
            agreement: try agreement ?? Self.agreement(slots),
            auditHead: Digest([UInt8](repeating: 7, count: 32))
        ).encoded()
    }

    static func agreement(_ slots: [PublishedSlot]) throws -> Digest { Digest(try ring(slots).agreement) }

    /// The ring alone, with nothing that follows it.
    static func ring(_ slots: [PublishedSlot]) throws -> Ring {
        let ringSlots = slots.map { slot in
            RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map { .count($0) } ?? .all)
        }
        return try Ring(dialect: DialectChoice(name: "pinned-ketama"), slots: ringSlots)
    }
}
