import RingAPI
import RingCore
import RingPlanner
import RingStore

extension PoolSummary {
    init(_ view: PoolView) {
        self.init(
            pool: view.record.name.text,
            version: view.record.version?.value,
            dialect: view.record.dialect.name,
            mode: view.mode,
            counts: NodeCounts(view.nodes),
            changedAt: view.record.versionCreatedAt
        )
    }
}

extension PoolView {
    /// What automation may do, in one word: the most restrictive that holds.
    var mode: PoolMode {
        if record.freeze != nil || pendingFreeze != nil { return .frozen }
        if record.needsAck != nil { return .needsAck }
        return record.policy.mode == .observe ? .observe : .normal
    }

    var modeReason: String? { record.freeze?.reason ?? pendingFreeze ?? record.needsAck }
}

extension NodeCounts {
    init(_ nodes: [NodeView]) {
        self.init(
            total: nodes.count,
            up: nodes.count { $0.health == .up },
            suspect: nodes.count { $0.health == .suspect },
            down: nodes.count { $0.health == .down },
            ejected: nodes.count { $0.slot?.placement == .ejected },
            held: nodes.count { $0.slot?.placement == .held }
        )
    }
}

extension PoolDetail {
    init(_ view: PoolView, epoch: Epoch, snapshots: String) {
        var policy = view.record.policy
        let overrides = policy.overrides
        // What holds, where nothing was set, depends on the dialect; an operator asks what will happen.
        policy.onFailure = policy.failureActions(in: view.record.dialect)
        self.init(
            pool: view.record.name.text,
            version: view.record.version?.value,
            epoch: epoch.value,
            createdAt: view.record.createdAt,
            changedAt: view.record.versionCreatedAt,
            dialect: DialectName(view.record.dialect),
            mode: view.mode,
            modeReason: view.modeReason,
            modeSince: view.record.freeze?.at,
            counts: NodeCounts(view.nodes),
            policy: NamedValues(PolicyKey.all.map { NamedValues.Pair(jsonName($0.name), $0.text(in: policy)) }),
            overrides: overrides.map { jsonName($0.key) },
            snapshots: snapshots
        )
    }
}

/// Policy keys are kebab-case on the command line, and have `_` in JSON.
private func jsonName(_ key: String) -> String { String(key.map { $0 == "-" ? "_" : $0 }) }

extension NodeRow {
    init(_ view: NodeView) {
        // Of a node that is on the ring whole the health tells most, of another how long it has been out or at its step.
        let isWhole = view.slot.map { $0.placement.isPublished && $0.placement != .ramping } ?? false
        self.init(
            name: view.record.name.text,
            host: view.record.address.host,
            port: view.record.address.port,
            weight: view.slot?.weight.value,
            admin: view.record.admin.rawValue,
            health: view.health.rawValue,
            placement: view.slot?.placement.rawValue ?? Placement.absent.rawValue,
            share: view.share,
            label: view.slot?.label,
            points: view.points,
            ramp: view.ramp,
            zone: view.record.zone,
            tags: view.record.tags,
            damped: view.isDamped,
            since: isWhole ? view.healthSince : view.slot?.since ?? view.healthSince,
            until: view.record.adminUntil,
            reason: view.reason,
            latencyP50: view.latencyMedian.map { $0.wholeNanoseconds / 1000 },
            latencyP99: view.latency99.map { $0.wholeNanoseconds / 1000 },
            stats: view.stats.map {
                Stats(version: $0.version, uptime: $0.uptime, items: $0.items, connections: $0.connections)
            }
        )
    }
}

extension NodeView {
    /// The part of its points that is published; `nil` for all of them, or none.
    fileprivate var ramp: Int? { slot.flatMap { $0.placement.isPublished && $0.ramp < 100 ? $0.ramp : nil } }

    /// The operator's reason where there is one, else what the probes say; in front, how far a step by step change is.
    fileprivate var reason: String? {
        let part = ramp.map { "\($0)% of its points" }
        let why = record.admin != .active && !record.adminReason.isEmpty ? record.adminReason : evidence
        let end = record.adminUntil.map { "until \($0.description.prefix(19))Z" }
        let parts = [part, why.isEmpty ? nil : why, end].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

extension EventRow {
    init(_ event: StoredEvent) {
        self.init(
            event: event.id.value,
            at: event.at,
            actor: Who(user: event.actor.user, uid: event.actor.uid, pid: event.actor.pid),
            kind: event.kind,
            pool: event.pool,
            node: event.node,
            slot: event.slot,
            reason: event.reason,
            detail: NamedValues(event.detail.map { NamedValues.Pair($0.name, $0.value) }),
            request: event.request,
            version: event.version?.value
        )
    }
}

extension HistoryRow {
    init(_ version: StoredVersion) {
        self.init(
            version: version.version.value,
            at: version.createdAt,
            event: version.event.id.value,
            kind: version.event.kind,
            actor: version.event.actor.user,
            node: version.event.node,
            reason: version.event.reason,
            movedShare: version.movedShare,
            coldShare: version.coldShare,
            publishedAt: version.publishedAt
        )
    }
}
