package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingSnapshots
package import RingStore

/// What the server asks of the daemon: the present from the coordinator, the past from the store.
package struct DaemonControlPlane: ControlPlane {
    let coordinator: Coordinator
    let store: RingStore
    let snapshots: String
    let identity: Identity
    package let announcer: Announcer
    package let metrics: MetricRegistry
    let queries = QueryTurnstile()
    let work = WorkLedger()

    /// Which daemon this is.
    package struct Identity: Sendable {
        package var version: String
        package var pid: Int32
        package var startedAt: WallTime
        /// The absolute path of the data directory.
        package var data: String
        /// The newest migration of the database.
        package var migration: String?

        package init(version: String, pid: Int32, startedAt: WallTime, data: String, migration: String?) {
            self.version = version
            self.pid = pid
            self.startedAt = startedAt
            self.data = data
            self.migration = migration
        }
    }

    /// - Parameter snapshots: the absolute path of the directory of all snapshots.
    package init(
        coordinator: Coordinator,
        store: RingStore,
        snapshots: String,
        identity: Identity,
        announcer: Announcer,
        metrics: MetricRegistry
    ) {
        self.coordinator = coordinator
        self.store = store
        self.snapshots = snapshots
        self.identity = identity
        self.announcer = announcer
        self.metrics = metrics
    }

    package func submit(_ command: Command, request: RequestID, actor: Actor) async -> Reply {
        var command = command
        command.soundings = await coordinator.sound(command.addressesToSound)
        if case .rollback(let version, nil) = command.action {
            do {
                command.action = .rollback(version, try await past(version, of: command.pool))
            } catch {
                return .refused(error)
            }
        }
        return await coordinator.submit(command, request: request, actor: actor)
    }

    /// What a version before the newest published; `nil` where there is no such version.
    private func past(_ number: RingVersion, of pool: PoolName?) async throws(Refusal) -> PastRing? {
        let name = try await coordinator.record(of: pool).name
        return try await read { store throws(StoreError) -> PastRing? in
            guard let version = try store.version(number, of: name) else { return nil }
            let slots = try store.slots(of: version).contents
            return PastRing(version: number, dialect: version.dialect, slots: slots)
        }
    }

    package func pools() async throws(Refusal) -> PoolList {
        PoolList(pools: await coordinator.views().map(PoolSummary.init))
    }

    package func pool(_ pool: PoolName?) async throws(Refusal) -> PoolDetail {
        let view = try await coordinator.view(of: pool)
        return PoolDetail(view, epoch: await coordinator.roster.epoch, snapshots: directory(of: view.record.name))
    }

    package func nodes(of pool: PoolName?) async throws(Refusal) -> NodeList {
        let view = try await coordinator.view(of: pool)
        return NodeList(
            pool: view.record.name.text,
            version: view.record.version?.value,
            nodes: view.nodes.map(NodeRow.init)
        )
    }

    package func node(_ node: NodeName, of pool: PoolName?) async throws(Refusal) -> NodeDetail {
        let view = try await coordinator.view(of: pool)
        guard let found = view.nodes.first(where: { $0.record.name == node }) else {
            throw missingNode(node, of: view)
        }
        let query = AuditQuery(pool: view.record.name, node: node, limit: 10)
        let events = try await read { store throws(StoreError) in try store.events(query) }
        return NodeDetail(
            pool: view.record.name.text,
            version: view.record.version?.value,
            node: NodeRow(found),
            events: events.reversed().map(EventRow.init)
        )
    }

    func missingNode(_ node: NodeName, of pool: PoolView) -> Refusal {
        let nearest = nearestName(to: node.text, among: pool.nodes.map(\.record.name.text))
        return Refusal(
            .notFound,
            field: "node",
            problem: "pool '\(pool.record.name)' has no node '\(node)'",
            hint: nearest.map { "did you mean '\($0)'?" } ?? "'ringctl node list' shows the nodes"
        )
    }

    package func locate(_ keys: [String], in pool: PoolName?) async throws(Refusal) -> Locations {
        let view = try await coordinator.view(of: pool)
        guard let ring = view.ring, let version = view.record.version else { throw emptyRing(view.record.name) }
        return Locations(
            pool: view.record.name.text,
            version: version.value,
            locations: keys.map { key in
                let slot = ring.contents[ring.ring.owner(ofKey: key)].content
                return Locations.Location(
                    key: key,
                    label: slot.label,
                    node: slot.node.text,
                    address: slot.address.description,
                    state: slot.state.rawValue
                )
            }
        )
    }

    package func events(_ query: EventQuery) async throws(Refusal) -> EventList {
        let auditQuery = AuditQuery(
            pool: query.pool,
            node: query.node,
            since: query.since,
            until: query.until,
            after: query.after,
            limit: query.limit
        )
        let events = try await read { store throws(StoreError) in try store.events(auditQuery) }
        return EventList(events: events.map(EventRow.init))
    }

    package func verifyAudit() async throws(Refusal) -> AuditVerification {
        let verdict = try await read { store throws(StoreError) in try store.verifyAudit() }
        return AuditVerification(
            intact: verdict.defect == nil,
            events: verdict.count,
            head: verdict.head?.description,
            defect: verdict.defect.map { .init(event: $0.event.value, problem: $0.problem) }
        )
    }

    package func version() async -> DaemonVersion {
        DaemonVersion(
            ringd: identity.version,
            epoch: await coordinator.roster.epoch.value,
            pid: identity.pid,
            startedAt: identity.startedAt,
            data: identity.data,
            migration: identity.migration
        )
    }

    package func readiness() async -> Readiness { Readiness(reasons: await coordinator.hesitations) }

    func directory(of pool: PoolName) -> String { "\(snapshots)/\(pool)" }

    func emptyRing(_ pool: PoolName) -> Refusal {
        Refusal(
            .notFound,
            problem: "the ring of pool '\(pool)' was never filled",
            hint: "add a node with 'ringctl node add'; it enters at its first good probe"
        )
    }

    /// Reads from the store off the event loop.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (RingStore) throws(StoreError) -> Value
    ) async throws(Refusal) -> Value {
        do throws(StoreError) {
            return try await store.perform(body)
        } catch {
            throw Refusal(.storage, problem: "the database could not be read: \(error.what)", hint: error.hint)
        }
    }
}
