import RingAPI
import RingCore
import RingSnapshots
import RingStore

/// A version with what it holds.
struct VersionContent: Sendable {
    let version: StoredVersion
    let ring: Ring
    /// The slots with their shares, in the order of the ring.
    let rows: [RingSlotRow]

    init(version: StoredVersion, published: PublishedSlots) {
        self.version = version
        ring = published.ring
        rows = zip(published.contents, published.ring.shares).map { RingSlotRow($0, share: $1) }
    }

    var side: RingDifference.Side {
        RingDifference.Side(
            version: version.version.value,
            createdAt: version.createdAt,
            dialect: DialectName(version.dialect),
            digest: version.digest.description,
            slots: rows.count
        )
    }
}

extension RingDifference {
    init(pool: String, from: VersionContent, to: VersionContent) {
        let before = from.rows
        var places = Dictionary(before.indices.map { (before[$0].label, $0) }) { first, _ in first }
        var added: [SlotDifference] = []
        var changed: [SlotDifference] = []
        for new in to.rows {
            guard let place = places.removeValue(forKey: new.label) else {
                added.append(SlotDifference(label: new.label, change: .added, fields: [], before: nil, after: new))
                continue
            }
            let old = before[place]
            let fields = SlotDifference.fields(between: old, new)
            guard !fields.isEmpty else { continue }
            changed.append(
                SlotDifference(label: new.label, change: .changed, fields: fields, before: old, after: new)
            )
        }
        let removed = places.values.sorted().map { place in
            SlotDifference(
                label: before[place].label,
                change: .removed,
                fields: [],
                before: before[place],
                after: nil
            )
        }
        let movement = from.ring.movement(to: to.ring, changed: changed.map(\.label))
        self.init(
            pool: pool,
            from: from.side,
            to: to.side,
            movedShare: movement.moved,
            ownShare: movement.own,
            collateralShare: movement.collateral,
            shareMethod: movement.method,
            slots: added + removed + changed
        )
    }
}

extension SlotDifference {
    /// What differs, shares left out: they follow from everybody's weights.
    fileprivate static func fields(between old: RingSlotRow, _ new: RingSlotRow) -> [String] {
        let checks: [(name: String, isSame: Bool)] = [
            ("weight", old.weight == new.weight), ("node", old.node == new.node),
            ("address", old.address == new.address), ("zone", old.zone == new.zone),
            ("state", old.state == new.state), ("points", old.points == new.points),
        ]
        return checks.filter { !$0.isSame }.map(\.name)
    }
}
