package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import RingStore

extension DaemonControlPlane {
    package func measurements() async -> [Measurement] {
        let views = await coordinator.views()
        let (epoch, isReady) = (await coordinator.roster.epoch, await coordinator.hesitations.isEmpty)
        var found = [
            Measurement(.buildInfo, [identity.version], .whole(1)),
            Measurement(.ready, [], isReady),
            Measurement(.epoch, [], .whole(epoch.value)),
        ]
        var room = DaemonMeters.nodeLimit
        var leftOut = 0
        for view in views {
            found += view.measurements(nodes: room)
            leftOut += max(0, view.nodes.count - room)
            room = max(0, room - view.nodes.count)
        }
        found.append(Measurement(.nodesLeftOut, [], .whole(Int64(leftOut))))
        return found + ProcessMeasurements.now(startedAt: identity.startedAt)
    }

    package func publishedVersion(of pool: PoolName?) async throws(Refusal) -> RingVersion? {
        try await coordinator.publication(of: pool).published
    }

    package func board(of pool: PoolName?) async throws(Refusal) -> PoolBoard {
        let view = try await coordinator.view(of: pool)
        let latencies = view.nodes.map { ($0.record.name.text, $0.latencies.oldestFirst) }
        return PoolBoard(
            detail: PoolDetail(
                view,
                epoch: await coordinator.roster.epoch,
                snapshots: directory(of: view.record.name)
            ),
            nodes: view.nodes.map(NodeRow.init),
            latencies: Dictionary(latencies) { first, _ in first },
            ring: view.ring?.ring,
            owners: view.ring?.contents.map(\.content.node.text) ?? [],
            published: view.published?.value,
            at: DaemonClock.wall()
        )
    }

    package func healthSpans(
        of pool: PoolName?,
        since: WallTime
    ) async throws(Refusal) -> [String: [HealthSpan]] {
        let record = try await coordinator.record(of: pool)
        let until = DaemonClock.wall()
        let stays = try await read { store throws(StoreError) in
            try store.healthStays(in: record.id, from: since, until: until)
        }
        return Dictionary(grouping: stays, by: \.node).mapValues { stays in
            stays.map { HealthSpan(health: $0.health, from: $0.from, until: $0.until) }
        }
    }

    package func removal(of nodes: [NodeName], from pool: PoolName?) async throws(Refusal) -> RemovalPreview {
        let view = try await coordinator.view(of: pool)
        for node in nodes where !view.nodes.contains(where: { $0.record.name == node }) {
            throw missingNode(node, of: view)
        }
        guard let ring = view.ring, let version = view.record.version else { throw emptyRing(view.record.name) }
        let rest = ring.contents.filter { !nodes.contains($0.content.node) }
        guard !rest.isEmpty else {
            throw Refusal(
                .emptyRing,
                field: "remove",
                problem: "without these nodes the ring of pool '\(view.record.name)' is empty",
                hint: "leave one of them in"
            )
        }
        let gone = ring.contents.filter { nodes.contains($0.content.node) }.map(\.content.label)
        let next = try refusing { () throws(ValidationError) in
            try Ring(
                dialect: ring.dialect,
                slots: rest.map {
                    RingSlot(label: $0.content.label, weight: $0.content.weight, limit: .percent($0.ramp))
                },
                reusing: ring.ring
            )
        }
        let movement = ring.ring.movement(to: next, changed: gone)
        let after = Dictionary(zip(rest.map(\.content.label), next.shares)) { first, _ in first }
        let shares = zip(ring.contents, ring.shares).map { slot, share in
            ChangeReport.SlotShare(
                node: slot.content.node,
                label: slot.content.label,
                before: share,
                after: after[slot.content.label] ?? .none
            )
        }
        return RemovalPreview(
            pool: view.record.name.text,
            version: version.value,
            removed: nodes.map(\.text),
            movedShare: movement.moved,
            ownShare: movement.own,
            collateralShare: movement.collateral,
            shareMethod: movement.method,
            shares: shares.filter { $0.before != $0.after || gone.contains($0.label) }.map {
                .init(node: $0.node.text, label: $0.label, before: $0.before, after: $0.after)
            },
            worstGrowth: shares.worstGrowth.map { .init($0) }
        )
    }

    private func refusing<Value>(_ make: () throws(ValidationError) -> Value) throws(Refusal) -> Value {
        do {
            return try make()
        } catch {
            throw Refusal(error)
        }
    }
}
