import RingCore

extension Planner {
    /// Makes a new version with the slots of an earlier one, as far as the health of today allows.
    ///
    /// Brought back are the dialect, weights, order and who is meant to be in the ring. The health of today stands: who is
    /// down stays out, who was out is emptied before it enters, and who occupies a slot is not exchanged. The policy is no
    /// part of a version.
    func rollBack(
        to past: PastRing,
        _ draft: inout Draft,
        _ context: CommandContext
    ) throws(Refusal) -> Edit {
        let pool = draft.record
        guard pool.freeze == nil else {
            throw Refusal(
                .notAllowed,
                problem: "pool '\(pool.name)' is frozen",
                hint: "thaw it with 'ringctl pool thaw' first, or change single nodes with 'ringctl node'"
            )
        }
        var record = pool
        record.dialect = past.dialect
        if record != pool { draft.put(record) }
        var rollback = Rollback(to: past, of: pool.name, context)
        do {
            try rollback.match(roster.slots.filter { $0.pool == pool.id && $0.node != nil }, of: pool, roster)
        } catch {
            throw Refusal(error)
        }
        try rollback.refuseMissing()
        for slot in rollback.occupied { edit(slot, &rollback, &draft) }
        guard draft.hasRows else {
            return Edit("the ring is that of version \(past.version)", cold: .none)
        }
        draft.events = [
            context.event(.rollback, pool: pool.name, detail: [.init("version", past.version.description)])
        ]
        draft.events += rollback.events
        draft.notices = rollback.notices
        var edit = Edit("rolled back to version \(past.version)", changed: rollback.changed)
        edit.mayEmptyRing = true
        return edit
    }

    /// Brings one slot back to what it was, or takes it out where it was not there.
    private func edit(_ slot: SlotRecord, _ rollback: inout Rollback, _ draft: inout Draft) {
        guard let node = slot.node.flatMap(roster.node) else { return }
        var row = rollback.relabelled(slot)
        var occupant = node
        if let was = rollback.published[row.label] {
            row.weight = was.weight
            if was.node != node.name || was.address != node.address { rollback.note(.occupied, node.name) }
            if node.admin == .maintenance || node.admin == .draining {
                occupant.admin = .active
                occupant.adminReason = rollback.wish
                occupant.adminUntil = nil
                // The operator's word lifts what automation holds against it.
                occupant.isDamped = false
                occupant.flapPenalty = 0
                if row.placement == .ejected { row.placement = .absent }
                // What it gave away while it was drained it holds old copies of.
                if row.ramp < 100 { occupant.mayBeStale = true }
                rollback.tell(.readmit, node.name, slot: row.label)
                rollback.note(.enters, node.name)
            } else if !row.placement.isPublished {
                rollback.note(nodes[node.id]?.health.state == .up ? .enters : .down, node.name)
            }
        } else if node.admin == .active {
            occupant.admin = .maintenance
            occupant.adminReason = rollback.wish
            if row.placement.isPublished {
                occupant.mayBeStale = true
                row.placement = .ejected
            }
            rollback.tell(.eject, node.name, slot: row.label)
            rollback.note(.leaves, node.name)
        }
        if row.placement != slot.placement { row.since = rollback.now }
        if row.weight != slot.weight || row.placement != slot.placement || row.label != slot.label {
            rollback.changed.append(row.id)
        }
        if row != slot { draft.put(row) }
        if occupant != node { draft.put(occupant) }
    }
}

/// A rollback in the making: the slots of then beside those of now, and what is to be said about it.
private struct Rollback {
    /// How many nodes a sentence names; it counts the others.
    static let namedLimit = 8

    let past: PastRing
    private let pool: PoolName
    private let context: CommandContext
    /// What was published, by label.
    let published: [String: PublishedSlot]
    /// The pool's occupied slots, by identifier.
    private(set) var occupied: [SlotRecord] = []
    private var labels: [SlotID: String] = [:]
    private var positions: [SlotID: Int64] = [:]
    private(set) var events: [AuditEvent] = []
    var changed: [SlotID] = []
    private var names: [Remark: [NodeName]] = [:]

    /// What happens to a node that the version alone does not show.
    enum Remark: CaseIterable {
        case enters
        case down
        case leaves
        case occupied
    }

    init(to past: PastRing, of pool: PoolName, _ context: CommandContext) {
        self.past = past
        self.pool = pool
        self.context = context
        published = Dictionary(past.slots.map { ($0.label, $0) }) { first, _ in first }
    }

    var now: WallTime { context.now.wall }
    var wish: String { context.wish("rolled back to version \(past.version)") }

    /// Finds what each slot is called in the dialect of then, and which place it has in its order.
    mutating func match(_ slots: [SlotRecord], of pool: PoolRecord, _ roster: Roster) throws(ValidationError) {
        occupied = slots
        let dialect = try Dialect.named(past.dialect.name)
        for slot in slots {
            labels[slot.id] = slot.label
            guard past.dialect != pool.dialect else { continue }
            guard let owner = (slot.coveredFor ?? slot.node).flatMap(roster.node) else { continue }
            labels[slot.id] = try dialect.label(for: owner.address, options: past.dialect.options)
        }
        guard !dialect.ordersSlotsByLabel else { return }
        let places = Dictionary(past.slots.enumerated().map { ($1.label, $0) }) { first, _ in first }
        let today = slots.sorted { ($0.position, $0.id) < ($1.position, $1.id) }.map(\.id)
        let then = slots.map { slot in (places[labels[slot.id] ?? slot.label] ?? .max, slot.position, slot.id) }
            .sorted(by: <).map(\.2)
        guard then != today else { return }
        for (index, slot) in then.enumerated() { positions[slot] = Int64(index + 1) }
    }

    func relabelled(_ slot: SlotRecord) -> SlotRecord {
        var slot = slot
        slot.label = labels[slot.id] ?? slot.label
        slot.position = positions[slot.id] ?? slot.position
        return slot
    }

    /// Refuses where a slot of then has nobody on the roster any more.
    func refuseMissing() throws(Refusal) {
        let present = Set(labels.values)
        let missing = past.slots.filter { !present.contains($0.label) }.map { "\($0.node) (\($0.address))" }
        guard !missing.isEmpty else { return }
        throw Refusal(
            .notAllowed,
            problem: "version \(past.version) has nodes that were removed since: \(Self.sentence(missing))",
            hint: "add them again with 'ringctl node add', or roll back to a later version"
        )
    }

    mutating func tell(_ kind: AuditEvent.Kind, _ node: NodeName, slot: String) {
        events.append(
            context.event(
                kind,
                pool: pool,
                node: node,
                slot: slot,
                detail: [.init("rollback", past.version.description)]
            )
        )
    }

    mutating func note(_ remark: Remark, _ node: NodeName) { names[remark, default: []].append(node) }

    var notices: [String] {
        Remark.allCases.compactMap { remark in
            guard let nodes = names[remark] else { return nil }
            let list = Self.sentence(nodes.map(\.text))
            return switch remark {
            case .enters: "let in as soon as they are emptied: \(list)"
            case .down: "down, so out until they are well: \(list)"
            case .leaves: "not in version \(past.version), so out until 'ringctl node readmit': \(list)"
            case .occupied: "keep a slot that another server had then: \(list)"
            }
        }
    }

    private static func sentence(_ words: [String]) -> String {
        let rest = words.count - namedLimit
        return words.prefix(namedLimit).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
