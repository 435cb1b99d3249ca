import RingCore

/// The volatile facts of a node: what is lost with the process, and found out again.
struct NodeRuntime: Hashable, Sendable {
    let pool: PoolID
    /// Kept beside the roster, so that a probe looks up nothing else.
    var address: NodeAddress
    var timing: ProbeTiming
    /// The slot that it occupies, published or not.
    var slot: SlotID?
    var health: NodeHealth
    /// The probe that is out.
    var probe: ProbeID?
    /// When the newest probe was started.
    var probedAt: Instant
    /// The deadline that stands is the next probe's own, not only the loss of the one that is out.
    var isNextProbeScheduled = false
    /// Distinguishes the live probe deadline from those that were overtaken.
    var probeGeneration: UInt32 = 0
    /// Probes made, to ask for `stats` with every tenth.
    var probeCount: UInt32 = 0
    var downInterval: Duration = .zero
    /// When `stats` was answered last.
    var statsAt: Instant?
    /// Since when the node has not been serving, by this process's knowledge.
    var awaySince: Instant?
    /// When its maintenance is to end.
    var maintenanceEnds: Instant?
    var cleansing = Cleansing.none
    /// The key of the canary of this cleansing.
    var canary = ""
    /// How it was shown to hold nothing old.
    var proof = ""
    /// When the flush of this cleansing was answered.
    var flushedAt: Instant?
    /// The penalty for flapping as it was at `penaltyAsOf`; it decays from there.
    var flapPenalty: Int
    var penaltyAsOf: Instant
    /// It flapped so much that it may not rejoin by itself.
    var isDamped: Bool
    /// How often in a row a cleansing failed.
    var cleansingFailures = 0
    /// Flips between this and the next rise are explained by a freeze.
    var fellWhileFrozen = false
    /// Evidence of the fall that is being handled.
    var fallEvidence = ""

    /// How far the emptying of a node is.
    enum Cleansing: Hashable, Sendable {
        case none
        /// The canary is being stored and the flush asked for.
        case flushing(CleansingID)
        /// The flush took effect; the canary is looked for after ``Planner/settling``.
        case settling(CleansingID)
        case verifying(CleansingID)
        /// Proven empty since `at`.
        case clean(at: Instant)
        /// Failed for the `attempt`-th time; to be tried again when the deadline of the step comes up.
        case retry(CleansingID, attempt: Int)
        /// The server refuses to flush; the node waits for another proof or for an operator.
        case refused

        /// The step that is out, or the one that was the newest.
        var latest: CleansingID? {
            switch self {
            case .flushing(let id), .verifying(let id), .settling(let id), .retry(let id, _): id
            case .none, .clean, .refused: nil
            }
        }

        /// The step that is out.
        var outstanding: CleansingID? {
            switch self {
            case .flushing(let id), .verifying(let id): id
            case .none, .settling, .clean, .retry, .refused: nil
            }
        }
    }

    init(_ node: NodeRecord, slot: SlotID?, timing: ProbeTiming, at now: Moment) {
        pool = node.pool
        address = node.address
        self.timing = timing
        self.slot = slot
        probedAt = now.instant
        flapPenalty = node.flapPenalty
        isDamped = node.isDamped
        health = NodeHealth(at: now)
        penaltyAsOf = now.instant
        setMaintenanceEnd(node.adminUntil, at: now)
    }

    /// Takes the end of a maintenance from the wall clock over to the clock that decides.
    mutating func setMaintenanceEnd(_ end: WallTime?, at now: Moment) {
        maintenanceEnds = end.map { end in
            let left = min(
                max(0, end.milliseconds - now.wall.milliseconds),
                Command.longestMaintenance.wholeMilliseconds
            )
            return now.instant + .milliseconds(left)
        }
    }
}
