import RingCore
import RingPlanner

/// A planner over a pool of nodes that are all in the ring, and an operator in front of it.
///
/// Everything that goes to the disk is committed at once and published.
struct PlanningDesk {
    private(set) var planner: Planner
    private var now: Int64 = 0
    private var requests = 0

    /// - Parameter weights: one node each, named `a`, `b` and so on.
    init(
        weights: [Int],
        dialect: DialectChoice = .pinnedKetama,
        settings: [(String, String)] = [],
        out: Set<Int> = []
    ) throws {
        var policy = Policy()
        for (key, value) in settings { try policy.set(key, to: value) }
        let wall = WallTime(milliseconds: -1000)
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
        for (index, weight) in weights.enumerated() {
            let id = Int64(index + 1)
            let node = NodeRecord(
                id: NodeID(id),
                pool: pool.id,
                name: try NodeName(Self.name(index)),
                address: try NodeAddress(host: "10.0.\(index / 200).\(index % 200 + 1)", port: 11211),
                admin: .active,
                mayBeStale: false,
                createdAt: wall
            )
            roster.nodes.append(node)
            roster.slots.append(
                SlotRecord(
                    id: SlotID(id),
                    pool: pool.id,
                    label: try Dialect.named(dialect.name).label(for: node.address),
                    weight: try Weight(weight),
                    position: id,
                    node: node.id,
                    placement: out.contains(index) ? .ejected : .in,
                    since: wall
                )
            )
        }
        roster.nextPool = PoolID(2)
        roster.nextNode = NodeID(Int64(weights.count + 1))
        roster.nextSlot = SlotID(Int64(weights.count + 1))
        planner = try Planner(roster: roster, seed: 1, at: Self.moment(0))
        _ = planner.start(at: Self.moment(0))
    }

    static func name(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(97 + index % 26)))
        return index < 26 ? letter : "\(letter)\(index / 26)"
    }

    private static func moment(_ nanoseconds: Int64) -> Moment {
        Moment(instant: Instant(nanoseconds: nanoseconds), wall: WallTime(milliseconds: nanoseconds / 1_000_000))
    }

    /// The ring that clients have.
    var ring: PublishedRing? { planner.view(of: PoolID(1))?.ring }

    /// What an operator is answered.
    mutating func ask(
        _ actions: [Command.Action],
        isDryRun: Bool = true,
        outcome: Outcome? = nil,
        soundings: [NodeAddress: Command.Sounding] = [:]
    ) throws -> Reply {
        requests += 1
        now += 1_000_000
        let alone = actions.count == 1
        var command = Command(
            pool: try PoolName("main"),
            action: alone ? actions[0] : .batch(actions),
            isDryRun: isDryRun,
            message: "why"
        )
        command.ifOutcome = outcome
        command.soundings = soundings
        let actor = Actor(user: "ada", uid: 1000, pid: 1)
        return perform(
            planner.step(
                .commandSubmitted(try RequestID("r\(requests)"), command, actor),
                at: Self.moment(now)
            )
        )
    }

    private mutating func perform(_ effects: [Effect]) -> Reply {
        var answer: Reply?
        for effect in effects {
            switch effect {
            case .reply(_, let reply): answer = reply
            case .commit(let change):
                answer = perform(planner.step(.committed(change.id), at: Self.moment(now)))
            case .publish(let pool, let version):
                answer = perform(planner.step(.published(pool, version), at: Self.moment(now)))
            case .startProbe, .startCleansingStep, .record, .wake, .forgetNode, .stop: continue
            }
        }
        return answer ?? .unknown(reason: "no answer")
    }

    /// What a change would do.
    mutating func preview(_ actions: [Command.Action]) throws -> ChangeReport {
        let reply = try ask(actions)
        guard case .preview(let report) = reply else { throw NoPreview(reply: reply) }
        return report
    }

    struct NoPreview: Error { let reply: Reply }
}

extension Command.Action {
    static func remove(_ name: String) throws -> Self { .removeNode(try NodeName(name)) }

    static func weight(_ name: String, _ weight: Int) throws -> Self {
        .setNode(try NodeName(name), settings: [.init(key: "weight", value: "\(weight)")])
    }

    static func add(_ name: String, _ address: String, weight: Int? = nil, now: Bool = false) throws -> Self {
        .addNode(
            .init(
                name: try NodeName(name),
                address: try NodeAddress(parsing: address),
                weight: try weight.map { try Weight($0) },
                isImmediate: now
            )
        )
    }

    static func set(_ key: String, _ value: String) -> Self { .setPool(settings: [.init(key: key, value: value)]) }
}
