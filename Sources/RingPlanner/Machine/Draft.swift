package import RingCore

/// A change as it would be committed, with its exact effect and the ring it leads to.
package struct PlannedChange: Sendable {
    package var change: Change
    package var report: ChangeReport
    /// The pool that the change is about; `nil` for events that belong to no pool.
    package var pool: PoolID?
    /// The ring after the change; `nil` where none is filled.
    package var ring: PublishedRing?
    /// The roster after the change.
    package var roster: Roster
    /// How long the answer waits for the admission of the node that was added.
    package var wait: Duration?
}

/// A change in the making: edits a copy of the roster and remembers which rows it touched.
struct Draft {
    private(set) var roster: Roster
    let pool: PoolID
    private let before: PublishedRing?
    private var pools: [PoolID] = []
    private var nodes: [NodeID] = []
    private var slots: [SlotID] = []
    /// Something of a node that snapshots show was touched.
    private var isNodeShownDifferently = false
    private var isDeletion = false
    var events: [AuditEvent] = []
    var notices: [String] = []

    init(_ roster: Roster, pool: PoolID, ring: PublishedRing?) {
        self.roster = roster
        self.pool = pool
        before = ring
    }

    /// The pool as it is in the draft.
    var record: PoolRecord {
        guard let record = roster.pool(pool) else {
            preconditionFailure("a draft for a pool that is not there: \(pool)")
        }
        return record
    }

    mutating func put(_ record: PoolRecord) {
        roster.apply(.pool(record))
        if !pools.contains(record.id) { pools.append(record.id) }
    }

    mutating func put(_ node: NodeRecord) {
        if let earlier = roster.node(node.id) {
            isNodeShownDifferently =
                isNodeShownDifferently || earlier.name != node.name
                || earlier.address != node.address || earlier.zone != node.zone
        }
        roster.apply(.node(node))
        if !nodes.contains(node.id) { nodes.append(node.id) }
    }

    mutating func put(_ slot: SlotRecord) {
        roster.apply(.slot(slot))
        if !slots.contains(slot.id) { slots.append(slot.id) }
    }

    /// Whether any row was touched.
    var hasRows: Bool { !(pools.isEmpty && nodes.isEmpty && slots.isEmpty) }

    mutating func deletePool() {
        roster.apply(.poolDeleted(pool))
        isDeletion = true
    }

    /// How the change counts against the guards.
    enum Accounting: Equatable {
        /// An operator's, or one that does not count.
        case free
        /// Counts against the rate, and its cold share against the budget where `charged`.
        case automatic(charged: Bool)
    }

    /// Which keys miss afterwards.
    enum Cold: Equatable {
        /// Those that moved.
        case moved
        /// Those of slots whose node was emptied or exchanged, moved or not.
        case slots([SlotID])
        case none
    }

    /// Whether the ring may have become another one: building it is what costs.
    private var isRingTouched: Bool {
        !slots.isEmpty || isNodeShownDifferently || before?.dialect != record.dialect
    }

    /// Refuses slots that the dialect would not take once all nodes of the pool are in the ring.
    ///
    /// - Throws: `ValidationError` as the dialect says it.
    func validateWhole() throws(ValidationError) {
        let slots = roster.slots.filter { $0.pool == pool && $0.node != nil }
            .sorted { ($0.position, $0.id) < ($1.position, $1.id) }
        guard !slots.isEmpty else { return }
        _ = try Ring(dialect: record.dialect, slots: slots.map { RingSlot(label: $0.label, weight: $0.weight) })
    }

    /// Puts the change together: compares the rings, and makes a version if what is published differs.
    ///
    /// - Throws: `ValidationError` when the dialect refuses the slots.
    func finished(
        id: ChangeID,
        summary: String,
        changed: [SlotID],
        cold: Cold,
        accounting: Accounting,
        answering request: RequestID?,
        at now: Moment
    ) throws(ValidationError) -> PlannedChange {
        guard !isDeletion else { return deletion(id: id, summary: summary, answering: request) }
        let record = record
        let after = isRingTouched ? try PublishedRing(pool: record, roster: roster) : before
        let comparison = RingComparison(from: before, to: after, changed: changed)
        let coldShare: Share =
            switch cold {
            case .moved: comparison.movement.moved
            case .slots(let slots): slots.reduce(.none) { $0 + (after?.share(of: $1) ?? .none) }
            case .none: .none
            }
        let version = version(record, to: after, comparison, cold: coldShare, accounting: accounting, at: now)
        var report = ChangeReport(
            pool: record.name,
            summary: summary,
            oldVersion: record.version,
            newVersion: version?.version ?? record.version,
            movement: comparison.movement,
            shares: comparison.shares,
            notices: notices
        )
        report.movement.cold = coldShare
        var change = Change(id: id, events: events, rows: rows, version: version)
        if let request {
            change.answer = AnsweredRequest(
                request: request,
                pool: record.name,
                summary: summary,
                version: report.newVersion
            )
        }
        var next = roster
        if let version { next.apply(version) }
        if let answer = change.answer { next.remember(answer) }
        return PlannedChange(change: change, report: report, pool: pool, ring: after, roster: next)
    }

    private var rows: [RowChange] {
        pools.compactMap { roster.pool($0).map(RowChange.pool) }
            + nodes.compactMap { roster.node($0).map(RowChange.node) }
            + slots.compactMap { roster.slot($0).map(RowChange.slot) }
    }

    private func version(
        _ record: PoolRecord,
        to after: PublishedRing?,
        _ comparison: RingComparison,
        cold: Share,
        accounting: Accounting,
        at now: Moment
    ) -> NewVersion? {
        guard let after, comparison.isPublishedDifferently else { return nil }
        let earliest = (record.versionCreatedAt?.milliseconds ?? .min / 2) + 1
        return NewVersion(
            pool: record.id,
            version: record.newestNumber.next,
            parent: record.version,
            epoch: roster.epoch,
            createdAt: WallTime(milliseconds: max(now.wall.milliseconds, earliest)),
            dialect: record.dialect,
            changedSlots: comparison.changedSlots,
            removedSlots: comparison.removedSlots,
            agreement: after.ring.agreement,
            movedShare: comparison.movement.moved,
            coldShare: cold,
            isAutomatic: accounting != .free,
            charge: accounting == .automatic(charged: true) ? cold : .none,
            hasContinuum: record.policy.continuum == .inline
        )
    }

    private func deletion(id: ChangeID, summary: String, answering request: RequestID?) -> PlannedChange {
        let name = events.first?.pool
        guard let name else { preconditionFailure("a deletion without the name of its pool") }
        var change = Change(id: id, events: events, rows: [.poolDeleted(pool)])
        if let request {
            change.answer = AnsweredRequest(request: request, pool: name, summary: summary, version: nil)
        }
        var next = roster
        if let answer = change.answer { next.remember(answer) }
        let report = ChangeReport(
            pool: name,
            summary: summary,
            oldVersion: nil,
            newVersion: nil,
            movement: .none,
            shares: [],
            notices: notices
        )
        return PlannedChange(change: change, report: report, pool: pool, ring: nil, roster: next)
    }
}
