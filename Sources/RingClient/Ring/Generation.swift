import RingCore
import RingSnapshots

/// One version of the ring, ready for look-ups; never changed.
final class Generation: Sendable {
    /// Rises by one with each version that the process adopts.
    let number: UInt64
    let place: Snapshot.Place
    let published: PublishedRing
    private let ring: Ring
    private let owners: [Owner]

    /// Builds the ring of a verified snapshot, and proves that it is the ring that was published.
    ///
    /// What the last ring has of it is not built again: most versions change one slot of many.
    init(_ snapshot: Snapshot, after last: Generation?) throws(RingClientError) {
        let slots = snapshot.slots.map { slot in
            RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map { .count($0) } ?? .all)
        }
        do throws(ValidationError) {
            ring = try Ring(dialect: snapshot.dialect, slots: slots, reusing: last?.ring)
        } catch {
            throw RingClientError(.unsupportedRing, "version \(snapshot.version): \(error.field): \(error.problem)")
        }
        guard ring.agreement == snapshot.agreement.bytes else {
            throw RingClientError(
                .disagreement,
                "version \(snapshot.version): this library computes another ring of '\(snapshot.dialect.name)'"
            )
        }
        number = (last?.number ?? 0) + 1
        place = snapshot.place
        published = PublishedRing(snapshot)
        owners = published.owners
    }

    @inline(__always)
    func owner(of key: String) -> Owner { owners[ring.owner(ofKey: key)] }

    @inline(__always)
    func owner(of key: [UInt8]) -> Owner { owners[ring.owner(ofKey: key)] }

    func owners(of key: String, count: Int) -> [Owner] {
        ring.owners(ofKey: Array(key.utf8), count: count).map { owners[$0] }
    }

    func owners(of keys: [String]) -> [Owner] {
        ring.owners(ofKeys: keys.map { Array($0.utf8) }).map { owners[$0] }
    }
}
