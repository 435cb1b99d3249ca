import RingAPI
import RingCore

/// One version of a ring: who made it, why, and what differs from the one before.
struct VersionPage {
    let ring: RingDetail
    /// The version before; `nil` for the first, which has none.
    let before: RingDetail?
    let difference: RingDifference?
    let now: WallTime

    var fields: Fields {
        let change = ring.change
        let rows = difference.map { $0.slots.map(ShareRow.init) + bystanders } ?? ring.slots.map(ShareRow.init(first:))
        var fields: Fields = [
            "pool": ring.pool, "version": ring.version, "isCurrent": ring.supersededAt == nil, "kind": change.kind,
            "node": change.node ?? "", "who": change.actor, "why": change.reason,
            "moved": change.movedShare.percentText, "cold": change.coldShare.percentText,
            "own": (difference?.ownShare ?? .none).percentText,
            "collateral": (difference?.collateralShare ?? .none).percentText,
            "diffTitle": difference.map { "What differs from version \($0.from.version)" } ?? "The first slots",
            "hasSlots": !rows.isEmpty, "slots": rows.map(\.fields), "facts": facts,
        ]
        fields.merge(change.at.fields(at: now)) { first, _ in first }
        fields["when"] = change.at.dayAndTime
        if ring.supersededAt != nil { fields["rollback"] = "ringctl ring rollback \(ring.version) -p \(ring.pool) -n" }
        let base = "/pools/\(ring.pool)/versions/"
        if let parent = ring.parent { fields["previous"] = "\(base)\(parent)" }
        if ring.supersededAt != nil { fields["next"] = "\(base)\(ring.version + 1)" }
        return fields
    }

    /// Slots that are the same in both versions, and have more keys or fewer for it.
    private var bystanders: [ShareRow] {
        let changed = Set((difference?.slots ?? []).map(\.label))
        let shares = Dictionary((before?.slots ?? []).map { ($0.label, $0.share) }) { first, _ in first }
        return ring.slots.compactMap { slot in
            guard !changed.contains(slot.label), let share = shares[slot.label],
                share.percentText != slot.share.percentText
            else { return nil }
            return ShareRow(.init(node: slot.node, label: slot.label, before: share, after: slot.share), removed: [])
        }
    }

    private var facts: [Fields] {
        let facts: [(String, String)] = [
            ("Published", ring.change.publishedAt?.dayAndTime ?? "not yet"),
            ("Superseded", ring.supersededAt?.dayAndTime ?? "not yet"),
            ("Slots", "\(ring.slots.count)"), ("Dialect", ring.dialect.name), ("Event", "\(ring.change.event)"),
            ("Epoch", "\(ring.epoch)"), ("Shares are", ring.shareMethod), ("Digest", ring.digest),
            ("Agreement", ring.agreement),
        ]
        return facts.map { ["name": $0.0, "value": $0.1, "long": $0.1.hasPrefix("sha256:")] }
    }
}

/// One line of a table that shows shares before and after.
struct ShareRow {
    let label: String
    let node: String
    let what: String
    let kind: StateMark.Kind
    let before: Share?
    let after: Share?

    init(_ slot: SlotDifference) {
        label = slot.label
        node = (slot.after ?? slot.before)?.node ?? ""
        before = slot.before?.share
        after = slot.after?.share
        switch slot.change {
        case .added: (what, kind) = ("added", .ok)
        case .removed: (what, kind) = ("removed", .bad)
        case .changed: (what, kind) = (listed(slot.fields), .work)
        }
    }

    /// A slot of the first version.
    init(first slot: RingSlotRow) {
        (label, node, what, kind, before, after) = (slot.label, slot.node, "added", .ok, nil, slot.share)
    }

    /// A slot in a ring that some nodes would leave.
    init(_ slot: ChangeResult.SlotShare, removed: [String]) {
        (label, node, before) = (slot.label, slot.node, slot.before)
        let isGone = removed.contains(slot.node)
        after = isGone ? nil : slot.after
        (what, kind) = isGone ? ("removed", .bad) : slot.after > slot.before ? ("gains", .work) : ("loses", .warn)
    }

    /// How much of the key space it gains or loses.
    fileprivate var change: Share {
        let (before, after) = (before ?? .none, after ?? .none)
        return after > before ? after - before : before - after
    }

    fileprivate var isGone: Bool { after == nil }

    var fields: Fields {
        [
            "label": label, "node": node, "what": what, "class": kind.rawValue, "before": before?.percentText ?? "–",
            "after": after?.percentText ?? "–", "beforeWidth": (before ?? .none).width,
            "afterWidth": (after ?? .none).width,
        ]
    }
}

extension [ShareRow] {
    /// Who goes first, then who changes the most.
    var largestChangeFirst: [ShareRow] {
        enumerated().sorted { a, b in
            let (one, other) = (a.element, b.element)
            if one.isGone != other.isGone { return one.isGone }
            return one.change == other.change ? a.offset < b.offset : one.change > other.change
        }.map(\.element)
    }
}
