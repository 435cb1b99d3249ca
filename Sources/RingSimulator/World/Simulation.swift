package import RingCore
import RingPlanner

/// One run: the real planner in a simulated world, from a seed.
///
/// Everything random comes from generators that are seeded by the scenario, everything is in arrays or looked up by
/// key, and time is a number: the same scenario gives the same transcript in every process.
package struct Simulation: Sendable {
    package let scenario: Scenario
    let mutation: Mutation?
    var random: SeededGenerator
    /// The clients draw from their own, so that they do the same under every policy.
    var clientRandom: SeededGenerator
    /// Nanoseconds since the run began.
    var now: Int64 = 0
    /// What operators and daemons did to the wall clock, in milliseconds.
    var wallOffset: Int64 = 0
    var queue = OccurrenceQueue()
    /// The process; `nil` while it is down.
    var planner: Planner?
    /// Whether the process is up, and whether no promise was broken: asked for with every step, and the optionals
    /// themselves are large.
    var isRunning = false
    var isSound = true
    /// Counts the starts of the process.
    var life: UInt32 = 0
    var promise: (at: Int64, serial: UInt64)?
    var promiseSerial: UInt64 = 0
    /// What the process lags behind, where a broken one hides it.
    var hiddenLag: Int64 = 0
    /// Until when the process is stopped.
    var stalledUntil: Int64 = 0
    /// Effects until the process is killed.
    var effectsUntilCrash: Int?
    /// What is on disk.
    var durable: Roster
    var disk = SimulatedDisk()
    var network = SimulatedNetwork()
    var servers: [SimulatedServer] = []
    /// The server of each node, by the node's number.
    var serverOfNode: [Int32] = []
    /// The file that was written last for each pool.
    var files: [PoolID: PublishedFile] = [:]
    /// The newest version of each pool in the database.
    var committed: [PoolID: CommittedVersion] = [:]
    var clients: [SimulatedClient] = []
    /// The version of each key's value that the database behind the cache has.
    var truth: [Truth]
    var office = OperatorOffice()
    /// What operators do in the moment the next change goes to the disk.
    var armedWishes: [Episode.Wish] = []
    var witness: Witness
    package internal(set) var transcript: Transcript
    package internal(set) var tally = Tally()
    package internal(set) var violation: Violation?
    var isCalm = false
    var repairs = 0
    var isOver = false

    /// Makes the world as it is before the first second.
    package init(_ scenario: Scenario, mutation: Mutation? = nil, keepsLines: Bool = false) throws(ValidationError) {
        self.scenario = scenario
        self.mutation = mutation
        random = SeededGenerator(seed: scenario.seed)
        clientRandom = SeededGenerator(seed: scenario.seed ^ 0xC11E)
        truth = [Truth](repeating: Truth(), count: scenario.keys)
        transcript = Transcript(keepsLines: keepsLines)
        var founding = SeededGenerator(seed: scenario.seed ^ 0xF0_0D)
        (durable, servers) = try Founding.found(scenario, &founding)
        witness = Witness()
        for (index, node) in durable.nodes.enumerated() { assign(node.id, to: index) }
        committed[Founding.pool] = try Founding.version(of: durable)
        try witness.begin(with: durable)
        for pool in durable.pools {
            putOnDisk(pool.id)
            guard let ring = try PublishedRing(pool: pool, roster: durable) else { continue }
            let first = RecentRings.Version(ring, createdAt: pool.versionCreatedAt ?? pool.createdAt)
            disk.recent[pool.id] = RecentRings(versions: [first])
        }
        for index in 0..<scenario.clients {
            clients.append(SimulatedClient(file: files[Founding.pool]))
            if scenario.poll > 0 {
                queue.add(.poll(client: Int32(index)), at: clientRandom.below(scenario.poll), life: 0)
            }
            if scenario.work > 0 {
                queue.add(.work(client: Int32(index)), at: clientRandom.below(scenario.work), life: 0)
            }
        }
        for (index, episode) in scenario.episodes.enumerated() {
            queue.add(.begin(episode: Int32(index)), at: episode.at, life: 0)
        }
    }

    mutating func assign(_ node: NodeID, to server: Int) {
        while serverOfNode.count <= Int(node.value) { serverOfNode.append(-1) }
        serverOfNode[Int(node.value)] = Int32(server)
    }

    /// The wall clock as the planner reads it.
    var wall: WallTime { WallTime(milliseconds: Founding.epoch + now / 1_000_000 + wallOffset) }

    /// Runs the whole scenario and, unless it ends open, the convergence after it.
    package mutating func run() {
        startProcess()
        while isSound, !isOver, let occurrence = queue.popFirst() {
            if !isCalm, occurrence.at >= scenario.duration {
                if scenario.endsOpen { break }
                calmDown()
            }
            now = max(now, occurrence.at)
            take(occurrence)
        }
        tally.simulatedSeconds = UInt64(now / 1_000_000_000)
        tally.nodeSeconds = tally.simulatedSeconds * UInt64(scenario.nodes)
    }

    private mutating func take(_ occurrence: Occurrence) {
        if occurrence.isForProcess {
            guard occurrence.life == life, isRunning else { return }
            guard now >= stalledUntil else {
                queue.postpone(stalled(occurrence), to: stalledUntil)
                return
            }
        }
        switch occurrence.what {
        case .wake(let serial):
            guard promise?.serial == serial else { return }
            tell(.deadlineReached)
        case .probed(let probe, let result, let microseconds, let wantsStats):
            completeProbe(probe, result, microseconds: microseconds, wantsStats: wantsStats)
        case .cleansed(let step, let result): completeCleansing(step, result)
        case .written(let change, let result): completeWrite(change, result)
        case .published(let pool, let version, let succeeded): completePublication(pool, version, succeeded)
        case .connectionLost(let node): tell(.connectionLost(node))
        case .begin(let index): begin(scenario.episodes[Int(index)], index)
        case .end(let index): end(scenario.episodes[Int(index)])
        case .command(let index): submit(Int(index))
        case .poll(let client): poll(Int(client))
        case .work(let client): work(Int(client))
        case .restart: startProcess()
        case .repair: repair()
        }
    }

    /// What becomes of an occurrence that comes while the process is stopped: answers wait in the socket, but the
    /// deadlines of probes may be looked at first when it goes on.
    private mutating func stalled(_ occurrence: Occurrence) -> Occurrence {
        var later = occurrence
        if case .probed(let probe, .answered, _, let wantsStats) = occurrence.what, random.below(2) == 0 {
            later.what = .probed(probe, .timedOut, microseconds: 0, wantsStats: wantsStats)
        }
        return later
    }

    /// Breaks the run off when a check found something.
    mutating func report(_ breach: Breach?) {
        if let breach { fail(breach.invariant, breach.detail) }
    }

    /// Breaks the run off.
    mutating func fail(_ invariant: String, _ detail: String) {
        guard violation == nil else { return }
        isSound = false
        violation = Violation(invariant: invariant, detail: detail, at: now)
        transcript.say(at: now, "BROKEN \(invariant): \(detail)")
    }
}
