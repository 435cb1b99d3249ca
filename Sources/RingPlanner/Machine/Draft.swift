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
    private var touchedPools = Touched<PoolID>()
    private var touchedNodes = Touched<NodeID>()
    private var touchedSlots = Touched<SlotID>()
    /// The pool's rows by what operators call them, once somebody asked.
    private var names: RosterNames?
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
        if record.dialect != roster.pool(record.id)?.dialect { names = nil }
        roster.apply(.pool(record))
        touchedPools.insert(record.id)
    }

    mutating func put(_ node: NodeRecord) {
        let earlier = roster.node(node.id)
        if let earlier {
            isNodeShownDifferently =
                isNodeShownDifferently || earlier.name != node.name
                || earlier.address != node.address || earlier.zone != node.zone
        }
        names?.replace(earlier, with: node)
        roster.apply(.node(node))
        touchedNodes.insert(node.id)
    }

    mutating func put(_ slot: SlotRecord) {
        names?.replace(roster.slot(slot.id), with: slot)
        roster.apply(.slot(slot))
        touchedSlots.insert(slot.id)
    }

    /// Whether any row was touched.
    var hasRows: Bool { !(touchedPools.isEmpty && touchedNodes.isEmpty && touchedSlots.isEmpty) }

    /// Whether a slot was touched, so that the ring may be another one.
    var hasSlots: Bool { !touchedSlots.isEmpty }

    /// Whether a slot was touched, or the node that occupies it.
    func touches(_ slot: SlotRecord) -> Bool {
        touchedSlots.contains(slot.id) || slot.node.map { touchedNodes.contains($0) } ?? false
    }

    /// Asks for something by what operators call it.
    ///
    /// - Complexity: O(*n*) in the roster for the first time in a draft, O(1) after that.
    mutating func find<Found>(_ question: (RosterNames) -> Found) -> Found {
        let known = names ?? RosterNames(of: record, in: roster)
        names = known
        return question(known)
    }

    /// The slot that a node occupies.
    mutating func slot(of node: NodeID) -> SlotRecord? { find { $0.slotByNode[node] }.flatMap(roster.slot) }

    /// The pool's node of that name, unless it is removed.
    mutating func node(named name: NodeName) -> NodeRecord? { find { $0.nodeByName[name] }.flatMap(roster.node) }

    mutating func deletePool() {
        roster.apply(.poolDeleted(pool))
        isDeletion = true
    }

    /// Rows that a change touches, each once, in the order in which they were.
    private struct Touched<RowID: Hashable> {
        private(set) var ids: [RowID] = []
        private var known: Set<RowID> = []

        var isEmpty: Bool { ids.isEmpty }
        mutating func insert(_ id: RowID) { if known.insert(id).inserted { ids.append(id) } }
        func contains(_ id: RowID) -> Bool { known.contains(id) }
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
        /// Those that moved, and those of slots whose node was emptied or exchanged, moved or not.
        case slots([SlotID])
        case none

        /// The keys that miss after both of two changes.
        func and(_ other: Cold) -> Cold {
            switch (self, other) {
            case (.slots(let slots), .slots(let others)): .slots(slots + others.filter { !slots.contains($0) })
            case (.slots, _), (_, .none): self
            case (_, .slots), (.none, _): other
            case (.moved, .moved): .moved
            }
        }
    }

    /// Whether the ring may have become another one: building it is what costs.
    private var isRingTouched: Bool {
        hasSlots || isNodeShownDifferently || before?.dialect != record.dialect
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
        let after = isRingTouched ? try PublishedRing(pool: record, roster: roster, reusing: before) : before
        let comparison = RingComparison(from: before, to: after, changed: changed, isSame: !isRingTouched)
        let coldShare: Share =
            switch cold {
            case .moved: comparison.movement.moved
            // Of an emptied slot, what moved to it is counted once; some of the rest may have moved within the change, so
            // that this is an upper bound in dialects where one slot's change moves the points of all.
            case .slots(let slots):
                min(
                    slots.reduce(comparison.movement.moved) { sum, slot in
                        sum + min(before?.share(of: slot) ?? .none, after?.share(of: slot) ?? .none)
                    },
                    .whole
                )
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
        report.unchanged = comparison.unchanged
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
        touchedPools.ids.compactMap { roster.pool($0).map(RowChange.pool) }
            + touchedNodes.ids.compactMap { roster.node($0).map(RowChange.node) }
            + touchedSlots.ids.compactMap { roster.slot($0).map(RowChange.slot) }
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
