package import RingCore
package import RingPlanner

/// A run as it is planned: the fleet, its policy, and everything that will go wrong.
///
/// The plan is data, so that a failing run can be made smaller by leaving parts of it out.
package struct Scenario: Hashable, Sendable {
    package var seed: UInt64
    package var nodes: Int
    package var spares: Int
    /// How long things go wrong, in nanoseconds; then everything is put right and must converge.
    package var duration: Int64
    package var dialect: DialectChoice
    /// `KEY=VALUE` of the policy.
    package var settings: [Command.Setting]
    package var episodes: [Episode]
    package var clients: Int
    /// About the time between two polls of a client, in nanoseconds; 0 for clients that load each version at once.
    package var poll: Int64
    /// Between two operations of a client, in nanoseconds; 0 for none.
    package var work: Int64
    package var keys: Int
    /// So many of a hundred servers refuse `flush_all`.
    package var flushlessPercent: Int
    /// The run ends with its duration, and nothing has to come right.
    package var endsOpen = false

    /// Draws a plan from a seed: each kind of fault is there or not, and as bad as chance has it.
    package init(seed: UInt64, nodes range: ClosedRange<Int>, duration: Duration) {
        var random = SeededGenerator(seed: seed ^ 0x5CE_A210)
        self.seed = seed
        nodes = range.lowerBound + Int(random.below(Int64(range.count)))
        spares = random.below(2) == 0 ? 0 : Int(1 + random.below(3))
        self.duration = duration.wholeNanoseconds
        let dialects = [
            "pinned-ketama", "pinned-ketama", "pinned-ketama", "libmemcached-ketama-weighted", "libmemcached-modula",
        ]
        dialect = DialectChoice(name: dialects[Int(random.below(Int64(dialects.count)))])
        settings = Self.settings(&random)
        // No part of a slot can be given where slots have no points; such a policy is refused.
        if dialect.name == "libmemcached-modula" { settings.removeAll { $0.key == "ramp" } }
        clients = Int(1 + random.below(4))
        poll = 100_000_000 * (1 + random.below(50))
        work = 50_000_000
        keys = 64
        flushlessPercent = random.below(4) == 0 ? 20 : 0
        episodes = []
        episodes = Self.episodes(&random, nodes: nodes, duration: self.duration)
    }

    /// A plan without any fault, to be filled by hand.
    package init(seed: UInt64, nodes: Int, duration: Duration, settings: [Command.Setting] = []) {
        self.seed = seed
        self.nodes = nodes
        spares = 0
        self.duration = duration.wholeNanoseconds
        dialect = .pinnedKetama
        self.settings = settings
        episodes = []
        clients = 2
        poll = 1_000_000_000
        work = 20_000_000
        keys = 64
        flushlessPercent = 0
    }

    /// The fleet in a line.
    package var summary: String {
        let policy = settings.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        return "\(nodes) nodes, \(dialect.name), \(policy.isEmpty ? "the default policy" : policy)"
    }

    private static func settings(_ random: inout SeededGenerator) -> [Command.Setting] {
        var settings: [Command.Setting] = []
        func maybe(_ key: String, _ values: [String], _ random: inout SeededGenerator) {
            guard random.below(3) == 0 else { return }
            settings.append(.init(key: key, value: values[Int(random.below(Int64(values.count)))]))
        }
        maybe("on-failure", ["spare,eject", "spare,hold", "hold,eject", "eject", "hold", "spare,hold,eject"], &random)
        maybe("confirm", ["0s", "1s", "3s"], &random)
        maybe("fall-hard", ["1", "3"], &random)
        maybe("rise", ["1", "2"], &random)
        maybe("hold-for", ["5s", "20s"], &random)
        maybe("floor", ["50%", "90%", "60%"], &random)
        maybe("move-budget", ["5%", "20%", "50%"], &random)
        maybe("max-changes-per-hour", ["0", "2", "20"], &random)
        maybe("budget-window", ["5m"], &random)
        maybe("failback", ["never", "always"], &random)
        maybe("burst-nodes", ["2", "5"], &random)
        maybe("burst-share", ["10%", "30%"], &random)
        maybe("thaw-after", ["5s", "60s"], &random)
        maybe("mode", ["automatic", "automatic", "observe"], &random)
        maybe("damping", ["off"], &random)
        maybe("ramp", ["25%,50%,100%", "50%,100%"], &random)
        maybe("settle", ["5s", "30s"], &random)
        return settings
    }
}

extension Scenario {
    /// Each class of faults is drawn or not, and then a number of its episodes.
    private static func episodes(_ random: inout SeededGenerator, nodes: Int, duration: Int64) -> [Episode] {
        var episodes: [Episode] = []
        let minutes = max(1, duration / 60_000_000_000)
        for sort in FaultSort.allCases where random.below(3) == 0 {
            let most = max(1, sort.perMinute * minutes / 4)
            for _ in 0...random.below(most) {
                episodes += sort.draw(&random, nodes: nodes, within: duration)
            }
        }
        return episodes.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}

/// A class of faults that a seed switches on or off as a whole.
enum FaultSort: CaseIterable {
    case kills, pauses, flaps, cuts, massCuts, losses, slowness, lateOutcomes, localErrors, stalls, starvation
    case wallSteps, slowDisks, fullDisks, unknownCommits, failingPublishers, slowPublishers, crashes, closings
    case garbage, powerLosses, lags, clientRestarts
    case sensibleOperators, wildOperators

    /// How many a minute there are at most, times four.
    var perMinute: Int64 {
        switch self {
        case .kills, .pauses, .closings, .wildOperators: 8
        case .sensibleOperators: 6
        case .flaps, .cuts, .losses, .slowness, .lateOutcomes, .localErrors: 2
        case .massCuts, .stalls, .starvation, .wallSteps, .slowDisks, .crashes: 2
        case .garbage, .lags, .clientRestarts: 2
        case .powerLosses, .fullDisks, .unknownCommits, .failingPublishers, .slowPublishers: 1
        }
    }

    func draw(_ random: inout SeededGenerator, nodes: Int, within duration: Int64) -> [Episode] {
        let second: Int64 = 1_000_000_000
        let at = random.below(duration)
        func lasting(_ least: Int64, _ most: Int64, _ random: inout SeededGenerator) -> Int64 {
            (least + random.below(max(1, most - least))) * second / 10
        }
        let server = Int(random.below(Int64(nodes)))
        func one(_ kind: Episode.Kind, _ length: Int64) -> [Episode] { [Episode(at: at, duration: length, kind: kind)] }
        switch self {
        case .kills: return one(.kill(server: server, warm: random.below(2) == 0), lasting(1, 1200, &random))
        case .pauses: return one(.pause(server: server), lasting(1, 900, &random))
        case .flaps: return flap(server, from: at, &random)
        case .cuts:
            let style = Episode.Cut(rawValue: UInt8(random.below(4))) ?? .silent
            return one(.cut(first: server, count: 1 + Int(random.below(2)), style: style), lasting(5, 900, &random))
        case .massCuts:
            let style = Episode.Cut(rawValue: UInt8(random.below(3))) ?? .silent
            let count = max(1, nodes / 4) + Int(random.below(Int64(nodes)))
            return one(.cut(first: server, count: min(nodes, count), style: style), lasting(5, 900, &random))
        case .losses: return one(.lossy(permille: 10 + Int(random.below(500))), lasting(10, 600, &random))
        case .slowness: return one(.slow(milliseconds: 10 + Int(random.below(800))), lasting(10, 600, &random))
        case .lateOutcomes: return one(.lateOutcomes(permille: 10 + Int(random.below(300))), lasting(10, 600, &random))
        case .localErrors:
            let exhausting = random.below(3) == 0
            return one(
                .localErrors(permille: 100 + Int(random.below(900)), exhausting: exhausting),
                lasting(5, 200, &random)
            )
        case .stalls: return one(.stall, lasting(1, 300, &random))
        case .starvation: return one(.starve, lasting(20, 300, &random))
        case .wallSteps:
            let size = random.below(2) == 0 ? random.below(4000) : random.below(20_000_000_000)
            return one(.wallStep(milliseconds: random.below(2) == 0 ? size : -size), 0)
        case .slowDisks: return one(.slowDisk(milliseconds: 10 + Int(random.below(8000))), lasting(10, 600, &random))
        case .fullDisks: return one(.fullDisk, lasting(10, 300, &random))
        case .unknownCommits: return one(.unknownCommit, 0)
        case .failingPublishers: return one(.failingPublisher, lasting(10, 600, &random))
        case .slowPublishers:
            return one(.slowPublisher(milliseconds: 10 + Int(random.below(5000))), lasting(10, 600, &random))
        case .crashes: return one(.crash(afterEffects: Int(random.below(50))), 0)
        case .closings: return one(.closeConnection(server: server), 0)
        case .garbage: return one(.garbled(permille: 10 + Int(random.below(500))), lasting(10, 300, &random))
        case .powerLosses:
            let tear = Episode.Tear(rawValue: UInt8(random.below(Int64(Episode.Tear.allCases.count)))) ?? .cut
            return one(.powerLoss(tear), 0)
        case .lags: return one(.lag(client: Int(random.below(8))), lasting(50, 1200, &random))
        case .clientRestarts: return one(.restartClient(client: Int(random.below(8))), 0)
        case .sensibleOperators: return one(command(sensibleWish(&random, nodes: nodes), &random), 0)
        case .wildOperators: return one(command(wildWish(&random, nodes: nodes), &random), 0)
        }
    }

    /// One command in four comes in the moment that a change goes to the disk.
    private func command(_ wish: Episode.Wish, _ random: inout SeededGenerator) -> Episode.Kind {
        random.below(4) == 0 ? .commandAtCommit(wish) : .command(wish)
    }

    private func flap(_ server: Int, from at: Int64, _ random: inout SeededGenerator) -> [Episode] {
        let up = (20 + random.below(300)) * 100_000_000
        let down = (1 + random.below(200)) * 100_000_000
        let warm = random.below(2) == 0
        return (0..<(2 + random.below(6))).map { round in
            Episode(at: at + round * (up + down), duration: down, kind: .kill(server: server, warm: warm))
        }
    }

    private func sensibleWish(_ random: inout SeededGenerator, nodes: Int) -> Episode.Wish {
        let node = Int(random.below(Int64(nodes)))
        switch random.below(14) {
        case 9: return .drain(node)
        case 10: return .maintain(node, seconds: 20 + Int(random.below(200)))
        case 11: return .enable(node)
        case 12: return .replace(node)
        case 13: return .batch(node)
        case 0: return .add(node)
        case 1: return .eject(node)
        case 2: return .readmit(node, acceptStale: false)
        case 3: return .weigh(node, 50 + Int(random.below(100)))
        case 4: return .acknowledge
        case 5: return .undamp(node)
        case 6, 7: return .addSpare(node)
        default: return .thaw
        }
    }

    private func wildWish(_ random: inout SeededGenerator, nodes: Int) -> Episode.Wish {
        let node = Int(random.below(Int64(nodes)))
        switch random.below(21) {
        case 16: return .drain(node)
        case 17: return .maintain(node, seconds: Int(random.below(100)))
        case 18: return .enable(node)
        case 19: return .replace(node)
        case 20: return .batch(node)
        case 0: return .remove(node)
        case 1: return .eject(node)
        case 2: return .readmit(node, acceptStale: random.below(4) == 0)
        case 3: return .weigh(node, Int(random.below(12_000)))
        case 4: return .freeze
        case 5: return .thaw
        case 6: return .set(Int(random.below(100)))
        case 7: return .nonsense(Int(random.below(100)))
        case 8: return .createPool(Int(random.below(3)))
        case 9: return .deletePool(Int(random.below(3)))
        case 10: return .returning(node)
        case 11, 12: return .addSpare(node)
        case 13, 14: return .failback(node)
        default: return .add(node)
        }
    }
}
