package import Logging
package import NIOCore
package import RingCore
import RingMemcached
package import RingPlanner
package import RingServer
package import RingStore

/// The planner's shell in the daemon: tells it what happened and does what it says.
///
/// It lives on one event loop together with the prober, so an outcome reaches the planner by a plain call. Each step is
/// synchronous, and nothing is awaited between two of its effects: state never changes under a step. What takes time,
/// the disk, is handed over by identifier and comes back as an event.
package actor Coordinator {
    private let loop: any EventLoop
    private let executor: any SerialExecutor
    private var planner: Planner
    private var prober: Prober?
    private let work: DiskWork
    private let log: ChangeLog
    private let announcer: Announcer
    private let meters: DaemonMeters
    private var tick = Tick()
    private var replies: [RequestID: [CheckedContinuation<Reply, Never>]] = [:]
    private var history = HistoryBuffer()
    /// Who waits for what a server says that is not on the roster.
    private var soundings: [ProbeID: CheckedContinuation<ProbeOutcome, Never>] = [:]
    private var nextSounding: Int64 = 1
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var phase = Phase.waiting

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private enum Phase {
        case waiting
        case running
        /// New commands are refused; what is at the disk is waited for.
        case stopping
    }

    package init(
        planner: Planner,
        loop: any EventLoop,
        work: DiskWork,
        announcer: Announcer,
        meters: DaemonMeters,
        logger: Logger
    ) {
        self.planner = planner
        self.announcer = announcer
        self.meters = meters
        self.loop = loop
        executor = loop.executor
        self.work = work
        log = ChangeLog(logger: logger)
    }

    /// Starts to probe and to decide.
    package func start() {
        prober = Prober(
            eventLoop: loop,
            onOutcome: { [self] id, outcome in assumeIsolated { $0.receive(id, outcome) } },
            onCleansing: { [self] id, outcome in
                assumeIsolated { $0.tell(.cleansingStepCompleted(id, outcome)) }
            },
            onConnectionLost: { [self] node in assumeIsolated { $0.tell(.connectionLost(node)) } }
        )
        phase = .running
        perform(planner.start(at: DaemonClock.now()))
        wakeUpInTime()
    }

    /// Stops probing and waits for what is at the disk; then nothing happens any more.
    package func stop() async {
        guard phase == .running else { return }
        phase = .stopping
        tick.cancel()
        if planner.waitingChanges > 0 {
            await withCheckedContinuation { idle.append($0) }
        }
        prober?.shutdown()
        prober = nil
        for (_, waiting) in soundings { waiting.resume(returning: .failure(ProbeFailure(.local, "ringd is stopping"))) }
        soundings = [:]
        history.closeRuns()
        flushHistory()
        for (_, waiting) in replies {
            for continuation in waiting { continuation.resume(returning: .unknown(reason: "ringd is stopping")) }
        }
        replies = [:]
    }

    /// Performs an operator's command, and answers when its effect is durable and visible.
    ///
    /// A request that is submitted again while it is on its way shares the answer.
    package func submit(_ command: Command, request: RequestID, actor: Actor) async -> Reply {
        guard phase == .running else {
            let problem = phase == .waiting ? "ringd is starting" : "ringd is stopping"
            return .refused(Refusal(.busy, problem: problem, hint: "try again in a moment, with the same request id"))
        }
        return await withCheckedContinuation { continuation in
            let isFirst = replies[request] == nil
            replies[request, default: []].append(continuation)
            if isFirst { tell(.commandSubmitted(request, command, actor)) }
        }
    }

    /// What the durable roster says of a pool; a view would also say how each of its nodes is.
    package func record(of pool: PoolName?) throws(Refusal) -> PoolRecord { try planner.resolve(pool) }

    /// The same with the newest version that is published.
    func publication(of pool: PoolName?) throws(Refusal) -> (record: PoolRecord, published: RingVersion?) {
        let record = try planner.resolve(pool)
        return (record, planner.publishedVersion(of: record.id))
    }

    /// A pool as it is now.
    package func view(of pool: PoolName?) throws(Refusal) -> PoolView {
        let record = try planner.resolve(pool)
        guard let view = planner.view(of: record.id) else {
            preconditionFailure("pool \(record.name) is on the roster and has no view")
        }
        return view
    }

    /// Every pool as it is now, by name.
    package func views() -> [PoolView] {
        planner.roster.pools.sorted { $0.name < $1.name }.compactMap { planner.view(of: $0.id) }
    }

    /// What the durable roster says.
    package var roster: Roster { planner.roster }

    /// Runs of probe outcomes that go on, and so are not recorded yet, by node.
    package var openRuns: [ProbeRun] { history.openRuns }

    /// Why automation decides nothing now, each in a sentence.
    package var hesitations: [String] {
        var sentences: [String] = []
        if phase != .running { sentences.append(phase == .waiting ? "starting" : "stopping") }
        if let until = planner.distrustEnds {
            let seconds = max(0, (until - DaemonClock.now().instant).wholeMilliseconds / 1000)
            sentences.append("the checker distrusts itself for another \(seconds) s")
        }
        return sentences
    }

    /// Whether no wake-up is overdue by more than `patience`.
    func isDue(within patience: TimeAmount) -> Bool { !tick.isOverdue(at: .now() - patience) }

    /// Tells the planner that something happened, and does what it says.
    package func tell(_ event: Event) {
        perform(planner.step(event, at: DaemonClock.now()))
        wakeUpInTime()
        switch event {
        case .committed, .published, .publishFailed: announcer.announce()
        case .commandSubmitted, .probeCompleted, .connectionLost, .cleansingStepCompleted, .commitFailed,
            .checkerDisturbed, .deadlineReached:
            break
        }
    }

    /// What a node and its pool are called; `nil` once it is gone.
    private func names(of id: NodeID) -> (pool: PoolName, node: NodeName)? {
        guard let node = planner.roster.node(id), let pool = planner.roster.pool(node.pool) else { return nil }
        return (pool.name, node.name)
    }

    private func receive(_ id: ProbeID, _ outcome: ProbeOutcome) {
        if let waiting = soundings.removeValue(forKey: id) {
            prober?.forget(id.node)
            waiting.resume(returning: outcome)
            return
        }
        history.record(outcome, of: id.node, at: DaemonClock.wall())
        meters.count(outcome, of: id.node) { names(of: id.node) }
        tell(.probeCompleted(id, outcome))
    }

    /// Asks a server that is not on the roster; its connection is closed afterwards.
    func ask(_ address: NodeAddress, within patience: Duration) async -> ProbeOutcome {
        guard phase == .running, let prober else { return .failure(ProbeFailure(.local, "ringd is not running")) }
        // Nodes on the roster have numbers above zero.
        let id = ProbeID(node: NodeID(-nextSounding), serial: 0)
        nextSounding += 1
        return await withCheckedContinuation { continuation in
            soundings[id] = continuation
            prober.start(
                Probe(id: id, address: address, timeout: patience, wantsStats: true, onNewConnection: true)
            )
            wakeUpInTime()
        }
    }

    private func wakeUp() {
        tick.fired()
        guard phase == .running else { return }
        prober?.expire(now: .now())
        tell(.deadlineReached)
        if history.isDue(at: DaemonClock.wall()) { flushHistory() }
    }

    /// One wake-up for the planner's earliest deadline and the prober's.
    private func wakeUpInTime() {
        guard phase == .running else {
            if planner.waitingChanges == 0 {
                for continuation in idle { continuation.resume() }
                idle = []
            }
            return
        }
        let deadlines = [wake.map(NIODeadline.init), prober?.nextDeadline].compactMap(\.self)
        guard let next = deadlines.min() else { return }
        tick.schedule(at: next, on: loop) { [self] in assumeIsolated { $0.wakeUp() } }
    }

    private var wake: Instant?

    private func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .startProbe(let probe): prober?.start(probe)
            case .startCleansingStep(let step): prober?.start(step)
            case .commit(let change): work.commit(change)
            case .publish(let pool, let version): work.publish(pool, version)
            case .reply(let request, let reply): answer(request, reply)
            case .wake(let instant): wake = instant
            case .record(let transition):
                history.record(transition)
                log.note(transition, node: planner.roster.node(transition.node))
                announcer.announce()
            case .forgetNode(let node):
                prober?.forget(node)
                history.forget(node)
                meters.forget(node)
            case .stop(let reason): work.stop(reason)
            }
        }
    }

    private func answer(_ request: RequestID, _ reply: Reply) {
        for continuation in replies.removeValue(forKey: request) ?? [] { continuation.resume(returning: reply) }
    }

    private func flushHistory() {
        let batch = history.takeBatch(at: DaemonClock.wall())
        if !batch.isEmpty { work.record(batch) }
    }
}
