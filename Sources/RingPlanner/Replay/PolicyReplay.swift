import HeapModule
package import RingCore

/// Plays recorded probes through the planner under another policy: what would have been decided, and when.
///
/// The planner is the real one; the world around it answers as the record says. The disk and the publisher are well, and
/// a server that answered takes a flush. A calm node is looked at only when the record says something new of it, so a
/// quiet month costs no more than a quiet minute. Nothing is written, and the same record gives the same answer.
package struct PolicyReplay {
    /// One thing that the policy would have done.
    package struct Decision: Hashable, Sendable {
        package var at: WallTime
        package var kind: AuditEvent.Kind
        package var node: NodeName?
        package var reason: String
        package var moved: Share
        package var cold: Share
        /// Whether it made a version.
        package var isVersion: Bool
    }

    /// What came of the whole.
    package struct Outcome: Hashable, Sendable {
        /// In their order, at most ``PolicyReplay/decisionLimit``.
        package var decisions: [Decision] = []
        /// How often the checker was not running, and the planner began anew.
        package var gaps = 0
        /// Until when the record was played; earlier than asked for when the limit of steps was reached.
        package var until: WallTime
        package var steps = 0
    }

    /// How many decisions are told.
    package static let decisionLimit = 10_000
    /// How many steps are taken; some ten seconds of one core.
    package static let stepLimit = 5_000_000
    /// Between two probes of a node of which the record says nothing new.
    static let calmInterval: Duration = .seconds(600)

    private let pool: PoolID
    private let origin: Int64
    private let end: Int64
    /// Between two probes while a node comes back, as the policy says.
    private let interval: Duration
    private var record: RecordedProbes
    private var planner: Planner
    private var queue = Heap<Occurrence>()
    private var serial: UInt64 = 0
    /// Counts the starts of the planner; what belongs to an earlier one is nothing any more.
    private var life: UInt32 = 0
    private var wake: Instant?
    private var now: Int64 = 0
    private var pending: Change?
    private var outcome: Outcome

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - roster: the fleet as it was at the beginning, from ``Roster/asPublished(_:slots:policy:at:)``.
    ///   - runs: in any order.
    /// - Throws: `ValidationError` when the pool's ring cannot be built.
    package init(
        roster: Roster,
        pool: PoolID,
        runs: [RecordedRun],
        from: WallTime,
        until: WallTime
    ) throws(ValidationError) {
        self.pool = pool
        origin = from.milliseconds
        end = (until.milliseconds - from.milliseconds) * 1_000_000
        record = RecordedProbes(runs, from: from, until: until)
        var roster = roster
        interval = roster.pool(pool)?.policy.interval ?? Policy().interval
        for index in roster.pools.indices { roster.pools[index].policy.interval = Self.calmInterval }
        outcome = Outcome(until: until)
        planner = try Planner(roster: roster, seed: 1, at: Moment(instant: Instant(nanoseconds: 0), wall: from))
        for node in roster.nodes {
            for turn in record.turns(of: node.id, after: origin) { add(.turn(node.id), at: nanoseconds(turn), life: 0) }
        }
        for gap in record.gaps {
            add(.checkerEnds, at: nanoseconds(gap.lowerBound), life: 0)
            if gap.upperBound < until.milliseconds { add(.checkerBegins, at: nanoseconds(gap.upperBound), life: 0) }
        }
    }

    /// Plays it to the end.
    package mutating func run() throws(ValidationError) -> Outcome {
        if record.gaps.first?.lowerBound != origin { try begin() }
        while let next = queue.min, next.at <= end {
            guard outcome.steps < Self.stepLimit, outcome.decisions.count < Self.decisionLimit else {
                outcome.until = moment.wall
                break
            }
            queue.removeMin()
            guard next.life == 0 || next.life == life else { continue }
            now = max(now, next.at)
            switch next.what {
            case .checkerBegins: try begin()
            case .checkerEnds:
                life += 1
                outcome.gaps += 1
                pending = nil
                wake = nil
                isRunning = false
            case .turn, .wake, .probed, .cleansed, .committed, .published:
                if isRunning { take(next.what) }
            }
        }
        return outcome
    }

    private var isRunning = false

    private mutating func begin() throws(ValidationError) {
        life += 1
        isRunning = true
        if now > 0 { planner = try planner.restarted(seed: UInt64(life), at: moment) }
        perform(planner.start(at: moment))
    }

    private var moment: Moment {
        Moment(instant: Instant(nanoseconds: now), wall: WallTime(milliseconds: origin + now / 1_000_000))
    }

    private func nanoseconds(_ milliseconds: Int64) -> Int64 { max(0, milliseconds - origin) * 1_000_000 }
}

extension PolicyReplay {
    private enum What {
        case wake
        /// The record says something new of a node.
        case turn(NodeID)
        case probed(ProbeID)
        case cleansed(CleansingStep)
        case committed(ChangeID)
        case published(PoolID, RingVersion)
        case checkerEnds, checkerBegins
    }

    private struct Occurrence: Comparable {
        var at: Int64
        var serial: UInt64
        var life: UInt32
        var what: What

        static func < (a: Occurrence, b: Occurrence) -> Bool { (a.at, a.serial) < (b.at, b.serial) }
        static func == (a: Occurrence, b: Occurrence) -> Bool { (a.at, a.serial) == (b.at, b.serial) }
    }

    private mutating func add(_ what: What, at time: Int64, life: UInt32) {
        serial += 1
        queue.insert(Occurrence(at: time, serial: serial, life: life, what: what))
    }

    private mutating func take(_ what: What) {
        switch what {
        case .wake:
            guard wake?.nanoseconds == now else { return }
            tell(.deadlineReached)
        case .turn(let node): tell(.connectionLost(node))
        case .probed(let probe): completeProbe(probe)
        case .cleansed(let step): completeCleansing(step)
        case .committed(let change): completeCommit(change)
        case .published(let pool, let version): tell(.published(pool, version))
        case .checkerBegins, .checkerEnds: break
        }
    }

    private mutating func tell(_ event: Event) {
        outcome.steps += 1
        perform(planner.step(event, at: moment))
    }

    private mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .startProbe(let probe): add(.probed(probe.id), at: now + 1_000_000, life: life)
            case .startCleansingStep(let step): add(.cleansed(step), at: now + 1_000_000, life: life)
            case .commit(let change):
                pending = change
                add(.committed(change.id), at: now + 1_000_000, life: life)
            case .publish(let pool, let version): add(.published(pool, version), at: now + 1_000_000, life: life)
            case .wake(let instant):
                wake = Instant(nanoseconds: max(now, instant.nanoseconds))
                add(.wake, at: max(now, instant.nanoseconds), life: life)
            case .reply, .record, .forgetNode, .stop: break
            }
        }
    }

    /// Answers a probe as the record says; where nobody looked, it is never answered and made again.
    private mutating func completeProbe(_ id: ProbeID) {
        let time = origin + now / 1_000_000
        switch record.outcome(of: id.node, at: time) {
        case .success: tell(.probeCompleted(id, .success(latency: .milliseconds(1), stats: nil)))
        case .hard: tell(.probeCompleted(id, .failure(ProbeFailure(.hard, "recorded"))))
        case .soft: tell(.probeCompleted(id, .failure(ProbeFailure(.soft, "recorded"))))
        case .local: tell(.probeCompleted(id, .failure(ProbeFailure(.local, "recorded"))))
        case nil: return
        }
        // Who comes back is probed at the policy's own pace; the planner was told a slower one.
        guard let runtime = planner.nodes[id.node], runtime.health.state == .recovering, !runtime.health.hasRisen else {
            return
        }
        add(.turn(id.node), at: now + interval.wholeNanoseconds, life: life)
    }

    private mutating func completeCleansing(_ step: CleansingStep) {
        let isReached = record.outcome(of: step.id.node, at: origin + now / 1_000_000) == .success
        let outcome: CleansingOutcome =
            switch (isReached, step.kind) {
            case (true, .plantAndFlush): .flushed
            case (true, .verify): .canaryGone
            case (false, _): .failure(ProbeFailure(.soft, "recorded"))
            }
        tell(.cleansingStepCompleted(step.id, outcome))
    }

    private mutating func completeCommit(_ id: ChangeID) {
        guard let change = pending, change.id == id else { return }
        pending = nil
        for event in change.events where Self.told.contains(event.kind) {
            let isCause = event == change.events.first && change.version != nil
            outcome.decisions.append(
                Decision(
                    at: event.at,
                    kind: event.kind,
                    node: event.node,
                    reason: event.reason,
                    moved: isCause ? change.version?.movedShare ?? .none : .none,
                    cold: isCause ? change.version?.coldShare ?? .none : .none,
                    isVersion: isCause
                )
            )
        }
        tell(.committed(id))
    }

    /// What is told: decisions, and guards that said no; not what the probes themselves saw.
    private static let told: Set<AuditEvent.Kind> = [
        .freeze, .thaw, .eject, .hold, .release, .promote, .rejoin, .ramp, .damped, .refusedByGuard, .observed,
    ]
}
