import RingCore
import RingPlanner

/// Independent books of what happened, kept from what the world sees and not from what the planner thinks.
///
/// Each automatic change is held against them the moment it is asked for.
struct Witness: Sendable {
    /// By the number of the node.
    var evidence: [NodeEvidence] = []
    /// By the number of the server.
    var memories: [ServerMemory] = []
    /// The process has reason to distrust itself.
    var distrustUntil: Int64?
    /// Suspicions of the burst window, oldest first, by pool.
    var suspicions: [PoolID: [Suspicion]] = [:]
    /// A burst was seen, and no freeze is durable yet.
    var pendingBursts: [PoolID: String] = [:]
    /// The share of each node in the newest committed version.
    var shares: [PoolID: [(node: NodeID, share: Share)]] = [:]
    /// The ring of each pool's newest committed version, built from the roster alone.
    var rings: [PoolID: PublishedRing] = [:]
    /// What each pool's versions published, put together from their differences.
    var contents: [PoolID: [NewVersion.SlotContent]] = [:]
    /// The highest number used by a pool of that name.
    var numbers: [PoolName: RingVersion] = [:]
    var spending: [PoolID: [Spending]] = [:]
    var acknowledgedAt: [PoolID: Int64] = [:]
    /// Who has each of the sampled keys in the newest committed version, by pool.
    var sampled: [PoolID: [SampledKey]] = [:]
    /// The newest version of the clients' pool that an operator had a hand in, or that let a node in as it was: what
    /// was stored before may come back.
    var excusedVersion = RingVersion(0)
    var wallSteps = 0
    /// Ages of changes that only the wall clock knows are not to be held against the planner after a restart.
    var knowsAges = true
    /// The newest time that the planner was told.
    var newestInstant: Int64 = 0

    struct Suspicion: Sendable {
        var node: NodeID
        var share: Share
        var at: Int64
    }

    struct Spending: Sendable {
        var at: Int64
        var cold: Share
    }

    /// Failures of a node that this process saw, in a row.
    struct NodeEvidence: Sendable {
        var outstanding: UInt64 = 0
        var hard = 0
        var soft = 0
        var since: Int64 = 0
        var newest: Int64 = 0
        /// When and how much it was damped, by the newest record on disk.
        var damped: (at: Int64, penalty: Int)?

        mutating func forget() {
            hard = 0
            soft = 0
        }
    }

    /// What a server may hold.
    struct ServerMemory: Sendable {
        var isServing = false
        var mayHoldOld = false
        var leftAt: Int64 = 0
        /// An operator said that what it holds is fine.
        var isAccepted = false
    }

    /// Takes over the fleet as it was founded.
    mutating func begin(with roster: Roster) throws(ValidationError) {
        for pool in roster.pools {
            guard let version = pool.version, let ring = try PublishedRing(pool: pool, roster: roster) else { continue }
            contents[pool.id] = ring.contents
            numbers[pool.name] = version
            weigh(ring, pool, roster)
        }
        for index in roster.nodes.indices { withMemory(index) { $0.isServing = roster.nodes[index].admin == .active } }
    }

    /// The process starts anew and has seen nothing.
    mutating func restart() {
        for index in evidence.indices {
            evidence[index].forget()
            evidence[index].outstanding = 0
        }
        distrustUntil = nil
        suspicions = [:]
        pendingBursts = [:]
        if wallSteps > 0 { knowsAges = false }
    }

    mutating func probeStarted(_ probe: ProbeID) {
        while evidence.count <= Int(probe.node.value) { evidence.append(NodeEvidence()) }
        evidence[Int(probe.node.value)].outstanding = probe.serial
    }

    /// Reads an event before the planner does.
    mutating func judge(_ event: Event, at now: Int64, _ roster: Roster, _ tally: inout Tally) {
        switch event {
        case .probeCompleted(let id, let outcome): judge(id, outcome, at: now, &tally)
        case .commitFailed(_, .refused), .checkerDisturbed: beginDistrust(at: now, &tally)
        case .commitFailed(_, .unknown), .commandSubmitted, .connectionLost, .cleansingStepCompleted, .committed,
            .published, .publishFailed, .deadlineReached:
            break
        }
    }

    private mutating func judge(_ id: ProbeID, _ outcome: ProbeOutcome, at now: Int64, _ tally: inout Tally) {
        let index = Int(id.node.value)
        guard index < evidence.count, evidence[index].outstanding == id.serial else { return }
        evidence[index].outstanding = 0
        switch outcome {
        case .success: evidence[index].forget()
        case .failure(let failure):
            // By its words, not by its class: a broken checker calls its own trouble the server's.
            if failure.detail == "out of file descriptors" { return beginDistrust(at: now, &tally) }
            guard distrustUntil == nil, !failure.detail.hasPrefix("name resolution") else { return }
            if evidence[index].hard + evidence[index].soft == 0 { evidence[index].since = now }
            evidence[index].newest = now
            if failure.class == .hard { evidence[index].hard += 1 } else { evidence[index].soft += 1 }
        }
    }

    /// The process was late, short of something, or refused by its disk.
    mutating func beginDistrust(at now: Int64, _ tally: inout Tally) {
        let isNew = distrustUntil == nil
        distrustUntil = now + Planner.distrust.wholeNanoseconds
        guard isNew else { return }
        tally.distrusts += 1
        suspicions = [:]
        for index in evidence.indices {
            evidence[index].forget()
            evidence[index].outstanding = 0
        }
    }

    /// The planner has taken an event in.
    mutating func stepEnded(at now: Int64) {
        guard let until = distrustUntil, until <= now else { return }
        distrustUntil = nil
        for index in evidence.indices { evidence[index].forget() }
    }

    /// Counts nodes that turn suspect together.
    mutating func note(_ transition: HealthTransition, at now: Int64, _ roster: Roster) {
        let isFirst =
            transition.to == .suspect
            || transition.to == .down && (transition.from == .unknown || transition.from == .up)
        guard isFirst, distrustUntil == nil, let node = roster.node(transition.node), node.admin == .active,
            let pool = roster.pool(node.pool),
            let slot = roster.slots.first(where: { $0.node == node.id }), slot.placement.isPublished,
            slot.placement != .held
        else { return }
        let window = pool.policy.burstWindow.wholeNanoseconds
        var recent = (suspicions[pool.id] ?? []).filter { now - $0.at <= window && $0.node != node.id }
        let share = (shares[pool.id] ?? []).first { $0.node == node.id }?.share ?? .none
        recent.append(Suspicion(node: node.id, share: share, at: now))
        suspicions[pool.id] = recent
        let isSmall = (contents[pool.id] ?? []).count <= EjectionPolicy.smallPool
        let limit = isSmall ? min(2, pool.policy.burstNodes) : pool.policy.burstNodes
        let together = recent.reduce(Share.none) { $0 + $1.share }
        guard pool.freeze == nil, recent.count >= limit, together >= Share(percent: pool.policy.burstShare) else {
            return
        }
        pendingBursts[pool.id] = "\(recent.count) nodes with \(together.percentText) of the keys turned suspect"
    }

    /// Keeps what the newest ring of a pool gives to whom.
    mutating func weigh(_ ring: PublishedRing, _ pool: PoolRecord, _ roster: Roster) {
        rings[pool.id] = ring
        shares[pool.id] = zip(ring.contents, ring.shares).compactMap { content, share in
            roster.slot(content.slot)?.node.map { ($0, share) }
        }
        sampled[pool.id] = Self.sample(ring, roster)
    }

    /// The memory of a server.
    func memory(_ server: Int) -> ServerMemory { server < memories.count ? memories[server] : ServerMemory() }

    @discardableResult
    mutating func withMemory<Result>(_ server: Int, _ body: (inout ServerMemory) -> Result) -> Result {
        while memories.count <= server { memories.append(ServerMemory()) }
        return body(&memories[server])
    }
}
