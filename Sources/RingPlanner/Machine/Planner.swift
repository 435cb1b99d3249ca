import DequeModule
package import RingCore

/// The pure state machine between probes, operators, the disk and the published ring.
///
/// It takes one ``Event`` and the time, and returns what is to be done. The daemon and the simulator are two shells
/// around it. One change is at the disk at a time; what follows from it waits until it came back, so nothing is
/// published or acknowledged that is not durable. Decisions of automation are level-triggered: whenever a fact of a
/// pool changed, the pool is looked at as a whole, so no order of events can lose one.
package struct Planner: Sendable {
    /// Everything durable, as committed.
    package internal(set) var roster: Roster
    var pools = PoolTable()
    var nodes = NodeTable()
    var deadlines = DeadlineQueue()
    /// Commands that wait for the disk.
    var queue = Deque<Submission>()
    /// The change at the disk.
    var inFlight: InFlight?
    /// Pools with facts that changed since automation looked at them, in order.
    var dirty = Deque<PoolID>()
    /// Commands that are answered later: after the publication, or with the admission they wait for.
    var waiters: [Waiter] = []
    /// Events that belong to no pool.
    var notes: [AuditEvent] = []
    /// Nothing is decided before this, because the checker itself was in trouble.
    var distrustedUntil: Instant?
    /// Automation writes nothing before this, because the disk refused a write.
    var diskPausedUntil: Instant?
    /// The time of the newest `wake`, to see that it comes late.
    var promisedWake: Instant?
    var random: SeededGenerator
    var serial: UInt64 = 0
    var nextChange = ChangeID(1)
    var lastInstant: Instant
    /// The outcome of a commit is unknown: nothing is decided or acknowledged any more.
    var isHalted = false
    var effects: [Effect] = []

    /// An operator's command on its way.
    struct Submission: Sendable {
        var request: RequestID
        var command: Command
        var actor: Actor
    }

    /// A change at the disk and what to do when it is back.
    struct InFlight: Sendable {
        var change: Change
        var plan: PlannedChange
        /// The command that it answers.
        var request: RequestID?
        var wait: Duration?
        /// Events of the pool that went along: facts that stay true when the disk refuses the change.
        var notes: [AuditEvent] = []
        /// Nodes whose penalty went along.
        var noteRows: [NodeID] = []
    }

    /// A command that is committed and not answered yet.
    struct Waiter: Hashable, Sendable {
        enum Condition: Hashable, Sendable {
            /// The version is on disk.
            case published(PoolID, RingVersion)
            /// The node is in the ring, or the time is over.
            case admitted(NodeID, until: Instant)
        }

        var request: RequestID
        var report: ChangeReport
        var condition: Condition
        /// Names the deadline of the wait.
        var serial: UInt64 = 0
    }

    /// How many commands may wait.
    package static let queueLimit = 256
    /// How much later than promised a wake-up must come to make the checker distrust itself.
    package static let latenessLimit: Duration = .seconds(2)
    /// How long it distrusts itself.
    package static let distrust: Duration = .seconds(30)
    /// How long admissions wait for each other.
    package static let admissionDelay: Duration = .milliseconds(100)
    /// How long automation leaves the disk alone after it refused a write; operators may try at any time.
    package static let diskPause: Duration = .seconds(5)
    /// How many events a pool keeps until the disk takes them; later ones are not kept.
    package static let noteLimit = 1000
    /// The limits of one process.
    package static let nodeLimit = 10_000
    package static let poolLimit = 100

    /// Makes a planner over what the store loaded.
    ///
    /// - Parameters:
    ///   - seed: decides the jitter of probes, nothing else.
    ///   - recent: what the record says of each pool's rings within the time that an item can live, so that a restart
    ///     forgets nobody's old copies.
    /// - Throws: `ValidationError` when a pool's ring cannot be built from its rows.
    /// - Complexity: O(*p* log *p*) in the points of all pools, and of the versions of `recent`.
    package init(
        roster: Roster,
        seed: UInt64,
        at now: Moment,
        recent: [PoolID: RecentRings] = [:]
    ) throws(ValidationError) {
        self.roster = roster
        random = SeededGenerator(seed: seed)
        lastInstant = now.instant
        for pool in roster.pools {
            var runtime = PoolRuntime()
            runtime.ring = try PublishedRing(pool: pool, roster: roster)
            runtime.published = pool.version
            runtime.spending = roster.charges.filter { $0.pool == pool.id }.map { charge in
                let age = max(0, now.wall.milliseconds - charge.at.milliseconds)
                return PoolRuntime.Spending(at: now.instant - .milliseconds(age), share: charge.share)
            }
            // A millisecond early: what was changed in the same one counts as changed afterwards.
            runtime.acknowledgedAt = pool.acknowledgedAt.map { acknowledged in
                now.instant - .milliseconds(max(0, now.wall.milliseconds - acknowledged.milliseconds) + 1)
            }
            if let recent = recent[pool.id] {
                runtime.memory = ArcMemory(recalling: recent, of: pool.id, in: roster, at: now)
            }
            pools[pool.id] = runtime
        }
        for slot in roster.slots where slot.placement.isPublished {
            if slot.placement == .held { pools[slot.pool]?.heldSince[slot.id] = now.instant }
            let age = max(0, now.wall.milliseconds - slot.since.milliseconds)
            if slot.ramp < 100 { pools[slot.pool]?.steppedAt[slot.id] = now.instant - .milliseconds(age) }
        }
    }

    /// Begins: probes every node, spread over its interval.
    package mutating func start(at now: Moment) -> [Effect] {
        effects = []
        let live = roster.nodes.filter { $0.admin != .retired }
        var slots: [NodeID: SlotID] = [:]
        for slot in roster.slots { if let node = slot.node { slots[node] = slot.id } }
        for (index, node) in live.enumerated() {
            let timing = ProbeTiming(policy(of: node.pool))
            var runtime = NodeRuntime(node, slot: slots[node.id], timing: timing, at: now)
            if needsProof(node) { runtime.awaySince = now.instant }
            nodes[node.id] = runtime
            let interval = policy(of: node.pool).interval.wholeNanoseconds
            let offset = interval / Int64(live.count) * Int64(index)
            scheduleProbe(of: node.id, at: now.instant + .nanoseconds(offset))
        }
        for pool in roster.pools { markDirty(pool.id) }
        advance(now)
        promiseWake()
        return effects
    }

    /// Applies one event and returns the effects to perform, in order.
    ///
    /// Nothing is published until its commit has come back as ``Event/committed(_:)``: a client that has seen version
    /// *n* must find *n* again after a crash. Outcomes for removed nodes are ignored, because a probe can outlive its
    /// node.
    ///
    /// - Precondition: `now` is not earlier than in any previous call.
    /// - Complexity: O(log *n*) in nodes; O(*p* log *p*) in points when the ring changes.
    package mutating func step(_ event: Event, at now: Moment) -> [Effect] {
        precondition(now.instant >= lastInstant, "time went back from \(lastInstant) to \(now.instant)")
        lastInstant = now.instant
        effects = []
        guard !isHalted else {
            if case .commandSubmitted(let request, _, _) = event { answer(request, haltedReply) }
            return effects
        }
        noticeLateness(now)
        // The wake-up of this moment has come, early or late, or is overtaken by this event: the next one is asked for anew.
        if let promised = promisedWake, promised <= now.instant || event == .deadlineReached { promisedWake = nil }
        handle(event, at: now)
        if !isHalted {
            advance(now)
            promiseWake()
        }
        return effects
    }

    private mutating func handle(_ event: Event, at now: Moment) {
        switch event {
        case .commandSubmitted(let request, let command, let actor):
            submit(Submission(request: request, command: command, actor: actor))
        case .probeCompleted(let probe, let outcome):
            completeProbe(probe, outcome, at: now)
        case .connectionLost(let node):
            hurryProbe(of: node, at: now)
        case .cleansingStepCompleted(let id, let outcome):
            completeCleansingStep(id, outcome, at: now)
        case .committed(let change):
            completeCommit(change, at: now)
        case .commitFailed(let change, let failure):
            failCommit(change, failure, at: now)
        case .published(let pool, let version):
            completePublication(pool, version)
        case .publishFailed(let pool, let version, let reason):
            failPublication(pool, version, reason: reason, at: now)
        case .checkerDisturbed(let reason):
            distrustItself(because: reason, at: now)
        case .deadlineReached:
            break
        }
        meetDeadlines(now)
    }

    /// Gives the disk its next change: an operator's command first, then what automation wants.
    mutating func advance(_ now: Moment) {
        while inFlight == nil {
            if let submission = queue.popFirst() {
                execute(submission, at: now)
            } else if diskPausedUntil != nil {
                return
            } else if let pool = dirty.popFirst() {
                pools[pool]?.isDirty = false
                if !rests(pool, at: now) { reconcile(pool, at: now) }
            } else if !notes.isEmpty {
                commitNotes(at: now)
            } else {
                return
            }
        }
    }

    /// Asks for one wake-up at the earliest deadline.
    mutating func promiseWake() {
        guard let next = deadlines.min, next.at != promisedWake else { return }
        promisedWake = next.at
        effects.append(.wake(at: next.at))
    }

    private var haltedReply: Reply {
        .unknown(reason: "ringd is stopping because the outcome of a write is unknown; ask again after its restart")
    }
}
