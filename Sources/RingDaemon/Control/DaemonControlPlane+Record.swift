package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingStore

extension DaemonControlPlane {
    package func difference(
        of pool: PoolName?,
        _ from: RingSelection,
        _ to: RingSelection
    ) async throws(Refusal) -> RingDifference {
        let record = try await coordinator.record(of: pool)
        // Both are read and built at once.
        async let before = result(from, of: record, "from")
        async let after = result(to, of: record, "to")
        return RingDifference(pool: record.name.text, from: try await before.get(), to: try await after.get())
    }

    /// The same as `side`, for those who ask for two at once: what they wait for has no type of error of its own.
    private func result(
        _ selection: RingSelection,
        of pool: PoolRecord,
        _ field: String
    ) async -> Result<VersionContent, Refusal> {
        do throws(Refusal) {
            return .success(try await side(selection, of: pool, field))
        } catch {
            return .failure(error)
        }
    }

    private func side(
        _ selection: RingSelection,
        of pool: PoolRecord,
        _ field: String
    ) async throws(Refusal) -> VersionContent {
        try refuseFuture(selection, field)
        let found = try await read { store throws(StoreError) -> VersionContent? in
            guard let version = try store.version(selection, of: pool) else { return nil }
            return VersionContent(version: version, published: try store.slots(of: version))
        }
        guard let found else { throw missing(selection, of: pool) }
        return found
    }

    package func changes(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> ChangeList {
        let record = try await coordinator.record(of: pool)
        let since = try await time(of: window.since, in: record)
        let changes = try await read { store throws(StoreError) in
            try store.operatorChanges(of: record.name, since: since, limit: window.limit)
        }
        return ChangeList(
            pool: record.name.text,
            changes: changes.map { ChangeList.Row(event: EventRow($0.event), movedShare: $0.movedShare) }
        )
    }

    package func availability(
        of pool: PoolName?,
        since: RingSelection
    ) async throws(Refusal) -> AvailabilityReport {
        let record = try await coordinator.record(of: pool)
        let until = DaemonClock.wall()
        let from = try await time(of: since, in: record) ?? record.createdAt
        let nodes = try await read { store throws(StoreError) in
            try store.availability(in: record.id, from: from, until: until)
        }
        return AvailabilityReport(
            pool: record.name.text,
            since: from,
            until: until,
            nodes: nodes.map {
                AvailabilityReport.Row(
                    node: $0.node,
                    up: $0.up.wholeMilliseconds,
                    down: $0.down.wholeMilliseconds,
                    unknown: $0.unknown.wholeMilliseconds,
                    falls: $0.falls,
                    lastFall: $0.lastFall?.at,
                    evidence: $0.lastFall?.evidence
                )
            }
        )
    }

    package func largestMoves(of pool: PoolName?, _ window: RecordWindow) async throws(Refusal) -> History {
        let record = try await coordinator.record(of: pool)
        let since = try await time(of: window.since, in: record)
        let versions = try await read { store throws(StoreError) in
            try store.largestMoves(of: record.name, since: since, limit: window.limit)
        }
        return History(pool: record.name.text, changes: versions.map(HistoryRow.init))
    }

    package func story(of name: String, in pool: PoolName?) async throws(Refusal) -> Story {
        let view = try await coordinator.view(of: pool)
        let teller = StoryTeller(pool: view)
        let node = try? NodeName(name)
        if let node {
            let query = AuditQuery(pool: view.record.name, node: node, limit: Self.storyLength)
            let current = view.nodes.first { $0.record.name == node }
            let pool = view.record.id
            let events = try await read { store throws(StoreError) in
                let own = try store.events(query)
                // A node may have been removed, or a spare may have its slot: its events tell the slots that it had.
                let slots = Set(own.compactMap(\.slot) + (current?.slot.map { [$0.label] } ?? [])).sorted()
                var whole: [StoredEvent] = []
                for slot in slots { whole += try Self.poolEvents(changingSlot: slot, of: node, in: pool, store) }
                return Self.inOrder(own + whole)
            }
            if current != nil || !events.isEmpty {
                return teller.story(of: node, now: current, events)
            }
        }
        let tenancies = try await read { store throws(StoreError) in
            try store.tenancies(ofSlot: name, in: view.record.id, limit: Self.storyIntervals)
        }
        let holder = view.nodes.first { $0.slot?.label == name }
        guard holder != nil || !tenancies.isEmpty else {
            let known = view.nodes.flatMap { [$0.record.name.text] + ($0.slot.map { [$0.label] } ?? []) }
            throw Refusal(
                .notFound,
                field: "name",
                problem: "pool '\(view.record.name)' never had a node or a slot '\(printable(name))'",
                hint: nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
                    ?? "'ringctl node list' shows the nodes"
            )
        }
        let names = Set(tenancies.map(\.node) + (holder.map { [$0.record.name.text] } ?? [])).sorted()
        var events = try await read { store throws(StoreError) in
            try Self.poolEvents(changingSlot: name, of: nil, in: view.record.id, store)
        }
        for text in names {
            guard let tenant = try? NodeName(text) else { continue }
            let query = AuditQuery(pool: view.record.name, node: tenant, limit: Self.storyLength)
            events += try await read { store throws(StoreError) in try store.events(query) }
        }
        let own = Self.inOrder(events.filter { $0.slot == nil || $0.slot == name })
        return teller.story(ofSlot: name, holder: holder, tenancies, own)
    }

    private static func poolEvents(
        changingSlot label: String,
        of node: NodeName?,
        in pool: PoolID,
        _ store: RingStore
    ) throws(StoreError) -> [StoredEvent] {
        try store.poolEvents(
            changingSlot: label,
            of: node,
            in: pool,
            intervals: storyIntervals,
            limit: storyLength
        )
    }

    /// Each event once, by rising identifier: the newest that a story has room for.
    private static func inOrder(_ events: [StoredEvent]) -> [StoredEvent] {
        let each = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }
        return each.values.sorted { $0.id < $1.id }.suffix(storyLength)
    }

    /// The most events that a story tells: the newest.
    private static let storyLength = 100
    /// The most intervals of a slot that are looked at, for its tenants and for what was done to the whole pool.
    private static let storyIntervals = 10_000

    /// The time that a window begins at; a version stands for the time at which it was made.
    func time(of selection: RingSelection?, in pool: PoolRecord) async throws(Refusal) -> WallTime? {
        guard let selection else { return nil }
        try refuseFuture(selection, "since")
        switch selection {
        case .current: return pool.versionCreatedAt
        case .at(let time): return time
        case .version(let version):
            let stored = try await read { store throws(StoreError) in try store.version(version, of: pool.name) }
            guard let stored else { throw missing(selection, of: pool) }
            return stored.createdAt
        }
    }

    func refuseFuture(_ selection: RingSelection, _ field: String) throws(Refusal) {
        guard case .at(let time) = selection, time > DaemonClock.wall() else { return }
        throw Refusal(
            .invalid,
            field: field,
            problem: "\(time) is still to come",
            hint: "give a time in the past; ringd's clock says \(DaemonClock.wall())"
        )
    }
}
