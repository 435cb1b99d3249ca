import RingCore
import RingPlanner
import RingSnapshots

/// What clients load: one version of a pool, read from the bytes of its snapshot as a client reads them.
///
/// A class, because every operation of a client looks into it and a copy would count half a dozen references.
final class PublishedFile: Sendable {
    let bytes: [UInt8]
    let place: Snapshot.Place
    let ring: Ring
    let states: [PublishedSlot.State]
    /// The server of each slot, in the order of the ring.
    let servers: [Int]
    /// The slot of each key that clients use.
    let owners: [Int]

    var version: RingVersion { place.version }

    /// Why a client does not take a file.
    struct Defect: Error {
        var problem: String
    }

    /// Reads, verifies and builds.
    init(reading bytes: [UInt8], of pool: PoolName, servers all: [SimulatedServer]) throws(Defect) {
        let snapshot: Snapshot
        do throws(SnapshotError) {
            snapshot = try Snapshot.decoding(bytes)
            try snapshot.verify(expectedPool: pool)
        } catch {
            throw Defect(problem: "\(error)")
        }
        let slots = snapshot.slots.map { slot in
            RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map { .count($0) } ?? .all)
        }
        do throws(ValidationError) {
            ring = try Ring(dialect: snapshot.dialect, slots: slots)
        } catch {
            throw Defect(problem: "\(error)")
        }
        guard ring.agreement == snapshot.agreement.bytes else {
            throw Defect(problem: "version \(snapshot.version) is another ring than the one published")
        }
        self.bytes = bytes
        place = snapshot.place
        states = snapshot.slots.map(\.state)
        var indexes: [NodeAddress: Int] = [:]
        for (index, server) in all.enumerated() { indexes[server.address] = index }
        servers = snapshot.slots.map { indexes[$0.address] ?? 0 }
        owners = ring.owners(ofKeys: (all.first?.items.indices ?? 0..<0).map { Array("key-\($0)".utf8) })
    }
}

/// What the database knows of the newest version of a pool beside its slots: enough to write the same bytes again.
struct CommittedVersion: Sendable {
    var epoch: Epoch
    var version: RingVersion
    var parent: RingVersion?
    var createdAt: WallTime
    var change: Snapshot.Change
    var agreement: [UInt8]
    var auditHead: Digest

    /// - Parameter event: the number of the event in the audit.
    init(_ version: NewVersion, because cause: AuditEvent?, event: Int64) {
        epoch = version.epoch
        self.version = version.version
        parent = version.parent
        createdAt = version.createdAt
        change = Snapshot.Change(
            event: EventID(event),
            kind: cause?.kind.rawValue ?? AuditEvent.Kind.add.rawValue,
            actor: cause?.actor.user ?? Actor.ringd.user,
            node: cause?.node,
            reason: String((cause?.reason ?? "").prefix(200)),
            movedShare: version.movedShare,
            coldShare: version.coldShare
        )
        agreement = version.agreement
        auditHead = Digest(SHA256.hash("event \(event)"))
    }

    /// The file of the version, from the roster that it belongs to.
    func snapshot(of pool: PoolRecord, _ ring: PublishedRing) -> Snapshot {
        Snapshot(
            pool: pool.name,
            epoch: epoch,
            version: version,
            parent: parent,
            createdAt: createdAt,
            change: change,
            dialect: pool.dialect,
            keyHash: "own",
            slots: ring.contents.map(\.content),
            agreement: Digest(agreement),
            auditHead: auditHead
        )
    }
}
