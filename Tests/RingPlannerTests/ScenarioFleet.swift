import RingCore
import RingPlanner

/// A fleet around a planner, driven by the lines of a scenario: probes are answered at once, the disk writes at once,
/// and time goes on only when it is told to.
struct ScenarioFleet {
    private var planner: Planner
    private var now: Int64 = 0
    private var wake: Int64?
    private var servers: [String: Server] = [:]
    private var isDiskFull = false
    private var isPublisherBroken = false
    private var requests = 0
    private var soundings: [NodeAddress: Command.Sounding] = [:]
    private var rings: [RingVersion: PastRing] = [:]
    /// What the store would tell the next process.
    private var recent = RecentRings()
    /// What happened since it was read last.
    private(set) var lines: [String] = []

    private struct Server {
        enum State: String { case up, refusing, silent }
        var state = State.up
        var pid: Int64 = 100
        var startedAt: Int64 = 0
        var items: Int64 = 0
        var refusesFlush = false
    }

    /// Founds a pool of nodes `a`, `b` and so on, which are in the ring, and of spares `s1`, `s2` and so on.
    init(nodes count: Int, spares: Int, settings: [Command.Setting]) throws {
        var policy = Policy()
        for setting in settings where setting.key != "dialect" { try policy.set(setting.key, to: setting.value) }
        try policy.validate()
        let wall = WallTime(milliseconds: -1000)
        let dialect = settings.first { $0.key == "dialect" }.map { DialectChoice(name: $0.value) } ?? .pinnedKetama
        let pool = PoolRecord(
            id: PoolID(1),
            name: try PoolName("main"),
            dialect: dialect,
            policy: policy,
            version: RingVersion(1),
            versionCreatedAt: wall,
            createdAt: wall
        )
        var roster = Roster(epoch: Epoch(1), pools: [pool])
        for index in 0..<(count + spares) {
            let isSpare = index >= count
            let name = isSpare ? "s\(index - count + 1)" : String(UnicodeScalar(UInt8(97 + index)))
            let node = NodeRecord(
                id: NodeID(Int64(index + 1)),
                pool: pool.id,
                name: try NodeName(name),
                address: try NodeAddress(host: "10.0.0.\(index + 1)", port: 11211),
                admin: isSpare ? .spare : .active,
                mayBeStale: isSpare,
                createdAt: wall
            )
            roster.nodes.append(node)
            servers[name] = Server(items: isSpare ? 0 : 10)
            guard !isSpare else { continue }
            roster.slots.append(
                SlotRecord(
                    id: SlotID(Int64(index + 1)),
                    pool: pool.id,
                    label: try Dialect.named(dialect.name).label(for: node.address),
                    weight: try Dialect.named(dialect.name).defaultWeight,
                    position: Int64(index + 1),
                    node: node.id,
                    placement: .in,
                    since: wall
                )
            )
        }
        roster.nextPool = PoolID(2)
        roster.nextNode = NodeID(Int64(count + spares + 1))
        roster.nextSlot = SlotID(Int64(count + 1))
        planner = try Planner(roster: roster, seed: 1, at: Self.moment(0))
        if let ring = planner.view(of: pool.id)?.ring { recent.versions = [.init(ring, createdAt: wall)] }
        perform(planner.start(at: Self.moment(0)))
        run(for: 2_000_000_000)
        lines = []
    }

    private static func moment(_ nanoseconds: Int64) -> Moment {
        Moment(instant: Instant(nanoseconds: nanoseconds), wall: WallTime(milliseconds: nanoseconds / 1_000_000))
    }

    /// Takes the lines since the last time.
    mutating func takeLines() -> [String] {
        defer { lines = [] }
        return lines
    }

    // MARK: What a scenario can say

    /// Lets time go on; deadlines are met as they come.
    mutating func run(for nanoseconds: Int64) {
        let end = now + nanoseconds
        while let next = wake, next <= end {
            wake = nil
            now = max(now, next)
            tell(.deadlineReached)
        }
        now = end
    }

    /// Time goes on while the process is stopped.
    mutating func stall(for nanoseconds: Int64) {
        now += nanoseconds
        wake = nil
        tell(.deadlineReached)
    }

    mutating func set(server name: String, to state: String) {
        if servers[name] == nil { servers[name] = Server() }
        switch state {
        case "up": servers[name]?.state = .up
        case "refusing": servers[name]?.state = .refusing
        case "silent": servers[name]?.state = .silent
        case "restarted-empty": restart(name, items: 0)
        case "restarted-warm": restart(name, items: 7)
        case "no-flush": servers[name]?.refusesFlush = true
        default: lines.append("? \(state)")
        }
    }

    private mutating func restart(_ name: String, items: Int64) {
        servers[name]?.state = .up
        servers[name]?.items = items
        servers[name]?.pid += 1
        servers[name]?.startedAt = now
    }

    /// What a server says that is not on the roster: how many items it holds, or nothing.
    mutating func setUnknownServer(_ address: NodeAddress, items: Int64?) {
        soundings[address] = items.map { .answered(items: $0) } ?? .failed(reason: "connection refused")
    }

    mutating func setDisk(full: Bool) { isDiskFull = full }
    mutating func setPublisher(broken: Bool) { isPublisherBroken = broken }

    mutating func command(_ action: Command.Action, message: String, dryRun: Bool, ifVersion: RingVersion?) throws {
        requests += 1
        var command = Command(
            pool: try PoolName("main"),
            action: action,
            isDryRun: dryRun,
            message: message,
            ifVersion: ifVersion
        )
        command.soundings = soundings
        let actor = Actor(user: "ada", uid: 1000, pid: 1)
        tell(.commandSubmitted(try RequestID("r\(requests)"), command, actor))
    }

    mutating func disturb(_ reason: String) { tell(.checkerDisturbed(reason: reason)) }

    /// The process is killed and starts on what is on disk.
    mutating func restartProcess() throws {
        wake = nil
        let recent = [PoolID(1): recent]
        planner = try Planner(roster: planner.roster, seed: 2, at: Self.moment(now), recent: recent)
        perform(planner.start(at: Self.moment(now)))
    }

    /// The pool and its nodes in lines.
    mutating func describe() {
        guard let view = planner.view(of: PoolID(1)) else { return lines.append("no pool") }
        var head = "version \(view.record.version?.value ?? 0), published \(view.published?.value ?? 0)"
        if let freeze = view.record.freeze { head += ", frozen (\(freeze.cause.rawValue))" }
        if view.record.needsAck != nil { head += ", needs-ack" }
        lines.append(head)
        for node in view.nodes {
            let placement = node.slot?.placement.rawValue ?? "no slot"
            let damped = node.isDamped ? ", damped" : ""
            let part = node.slot.map { $0.placement.isPublished && $0.ramp < 100 ? " \($0.ramp)%" : "" } ?? ""
            let stale = node.record.mayBeStale ? ", may be stale" : ""
            lines.append(
                "\(node.record.name) \(node.record.admin.rawValue), \(node.health.rawValue), \(placement)\(part)\(damped)\(stale)"
            )
        }
    }

    // MARK: The world

    private mutating func tell(_ event: Event) { perform(planner.step(event, at: Self.moment(now))) }

    private mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .startProbe(let probe): tell(.probeCompleted(probe.id, outcome(of: probe)))
            case .startCleansingStep(let step): cleanse(step)
            case .commit(let change): write(change)
            case .publish(let pool, let version): publish(pool, version)
            case .reply(_, let reply): say(reply)
            case .record(let transition):
                let name = planner.roster.node(transition.node)?.name.text ?? "?"
                say("\(name) \(transition.from.rawValue) -> \(transition.to.rawValue): \(transition.evidence)")
            case .wake(let instant): wake = instant.nanoseconds
            case .forgetNode: continue
            case .stop(let reason): say("stop: \(reason)")
            }
        }
    }

    private func outcome(of probe: Probe) -> ProbeOutcome {
        let name = planner.roster.node(probe.id.node)?.name.text ?? ""
        let server = servers[name] ?? Server()
        switch server.state {
        case .refusing: return .failure(ProbeFailure(.hard, "connection refused"))
        case .silent: return .failure(ProbeFailure(.soft, "no answer in 500 ms"))
        case .up:
            let stats = ServerStats(
                pid: server.pid,
                uptime: (now - server.startedAt) / 1_000_000_000,
                items: server.items,
                connections: 1,
                maxConnections: 1024,
                version: "1.6.40"
            )
            return .success(latency: .milliseconds(1), stats: probe.wantsStats ? stats : nil)
        }
    }

    private mutating func cleanse(_ step: CleansingStep) {
        let name = planner.roster.node(step.id.node)?.name.text ?? ""
        guard servers[name]?.state ?? .up == .up else {
            return tell(.cleansingStepCompleted(step.id, .failure(ProbeFailure(.hard, "connection refused"))))
        }
        switch step.kind {
        case .plantAndFlush:
            guard servers[name]?.refusesFlush != true else {
                return tell(.cleansingStepCompleted(step.id, .flushDisabled))
            }
            say("flush \(name)")
            servers[name]?.items = 0
            tell(.cleansingStepCompleted(step.id, .flushed))
        case .verify: tell(.cleansingStepCompleted(step.id, .canaryGone))
        }
    }

    private mutating func write(_ change: Change) {
        guard !isDiskFull else {
            say("disk full")
            return tell(.commitFailed(change.id, .refused(reason: "disk full")))
        }
        for event in change.events {
            let node = event.node.map { " \($0)" } ?? ""
            let by = event.actor == .ringd ? "" : " by \(event.actor.user)"
            say("event \(event.kind.rawValue)\(node)\(by): \(event.reason)")
        }
        if let version = change.version {
            say(
                "version \(version.version): moved \(version.movedShare.percentText), cold \(version.coldShare.percentText)"
            )
        }
        keepRing()
        let after = planner.roster.applying(change)
        let pool = change.version.flatMap { after.pool($0.pool) }
        recent.append(change, ring: pool.flatMap { try? PublishedRing(pool: $0, roster: after) })
        tell(.committed(change.id))
    }

    /// What the store would have of the version that is current, about to be superseded.
    private mutating func keepRing() {
        guard let pool = planner.roster.pools.first, let version = pool.version,
            let ring = planner.view(of: pool.id)?.ring
        else { return }
        rings[version] = PastRing(
            version: version,
            dialect: ring.dialect,
            slots: ring.contents.map(\.content)
        )
    }

    /// An earlier version as the store would have it.
    mutating func past(_ version: RingVersion) -> PastRing? {
        if version == planner.roster.pools.first?.version { keepRing() }
        return rings[version]
    }

    private mutating func publish(_ pool: PoolID, _ version: RingVersion) {
        guard !isPublisherBroken else {
            say("publication of \(version) fails")
            return tell(.publishFailed(pool, version, reason: "no space left"))
        }
        tell(.published(pool, version))
    }

    private mutating func say(_ reply: Reply) {
        switch reply {
        case .done(let report): say("done: \(report.summary)\(Self.notices(report))")
        case .preview(let report):
            say("preview: \(report.summary), moved \(report.movement.moved.percentText)\(Self.notices(report))")
        case .refused(let refusal): say("refused (\(refusal.code.rawValue)): \(refusal.problem); \(refusal.hint)")
        case .unknown(let reason): say("unknown: \(reason)")
        }
    }

    private static func notices(_ report: ChangeReport) -> String {
        report.notices.isEmpty ? "" : " [" + report.notices.joined(separator: "; ") + "]"
    }

    private mutating func say(_ text: String) {
        let tenths = now / 100_000_000
        lines.append("\(tenths / 10).\(tenths % 10)s \(text)")
    }
}
