import RingAPI
import RingCore
import RingSnapshots
import RingStore

/// A version with what it holds.
struct VersionContent: Sendable {
    let version: StoredVersion
    let slots: [PublishedSlot]
    let ring: Ring

    var side: RingDifference.Side {
        RingDifference.Side(
            version: version.version.value,
            createdAt: version.createdAt,
            dialect: DialectName(version.dialect),
            digest: version.digest.description,
            slots: slots.count
        )
    }

    /// The slots with their shares, by label.
    fileprivate var rows: [String: RingSlotRow] {
        let pairs = zip(slots, ring.shares).map { ($0.label, RingSlotRow($0, share: $1)) }
        return Dictionary(pairs) { first, _ in first }
    }
}

extension RingDifference {
    init(pool: String, from: VersionContent, to: VersionContent) {
        let (before, after) = (from.rows, to.rows)
        let added = to.slots.compactMap { slot in
            before[slot.label] == nil
                ? SlotDifference(label: slot.label, change: .added, fields: [], before: nil, after: after[slot.label])
                : nil
        }
        let removed = from.slots.compactMap { slot in
            after[slot.label] == nil
                ? SlotDifference(
                    label: slot.label,
                    change: .removed,
                    fields: [],
                    before: before[slot.label],
                    after: nil
                )
                : nil
        }
        let changed = to.slots.compactMap { slot -> SlotDifference? in
            guard let old = before[slot.label], let new = after[slot.label] else { return nil }
            let fields = SlotDifference.fields(between: old, new)
            guard !fields.isEmpty else { return nil }
            return SlotDifference(label: slot.label, change: .changed, fields: fields, before: old, after: new)
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
