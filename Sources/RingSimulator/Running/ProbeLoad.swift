package import RingCore
import RingPlanner

/// Nothing but probes: the planner of one calm pool and servers that always answer.
///
/// What is left is what every probe costs the planner, which is what ten thousand nodes a second pay for.
package struct ProbeLoad: Sendable {
    private var planner: Planner
    private var now = Instant(nanoseconds: 0)
    private var wake: Instant?
    /// Probes on their way, the oldest first; all take the same time.
    private var answers: [Answer] = []
    private var oldest = 0
    /// Events told to the planner.
    package private(set) var steps = 0
    package private(set) var probes = 0

    private struct Answer {
        var at: Instant
        var probe: ProbeID
        var wantsStats: Bool
    }

    /// How long a server takes.
    private static let latency: Duration = .microseconds(200)

    /// Founds a pool of `nodes` nodes, all in the ring.
    package init(nodes: Int) throws(ValidationError) {
        var random = SeededGenerator(seed: 1)
        let scenario = Scenario(seed: 1, nodes: nodes, duration: .seconds(1))
        let (roster, _) = try Founding.found(scenario, &random)
        let beginning = Moment(instant: now, wall: WallTime(milliseconds: Founding.epoch))
        planner = try Planner(roster: roster, seed: 1, at: beginning)
        let effects = planner.start(at: beginning)
        take(effects)
    }

    /// Takes at least `count` steps.
    package mutating func run(steps count: Int) {
        let end = steps + count
        while steps < end { step() }
    }

    private mutating func step() {
        let answer = oldest < answers.count ? answers[oldest] : nil
        let event: Event
        if let answer, wake.map({ answer.at <= $0 }) ?? true {
            oldest += 1
            now = max(now, answer.at)
            let stats = answer.wantsStats ? Self.stats(at: now) : nil
            event = .probeCompleted(answer.probe, .success(latency: Self.latency, stats: stats))
        } else if let wake {
            self.wake = nil
            now = max(now, wake)
            event = .deadlineReached
        } else {
            preconditionFailure("nothing is on its way, and no wake-up was asked for")
        }
        steps += 1
        let wall = WallTime(milliseconds: Founding.epoch + now.nanoseconds / 1_000_000)
        take(planner.step(event, at: Moment(instant: now, wall: wall)))
    }

    private mutating func take(_ effects: [Effect]) {
        if oldest > 4096, oldest * 2 > answers.count {
            answers.removeFirst(oldest)
            oldest = 0
        }
        for effect in effects {
            switch effect {
            case .startProbe(let probe):
                probes += 1
                answers.append(Answer(at: now + Self.latency, probe: probe.id, wantsStats: probe.wantsStats))
            case .wake(let instant): wake = instant
            case .startCleansingStep, .commit, .publish, .reply, .record, .forgetNode, .stop: break
            }
        }
    }

    private static func stats(at now: Instant) -> ServerStats {
        ServerStats(
            pid: 1,
            uptime: now.nanoseconds / 1_000_000_000,
            items: 1000,
            connections: 10,
            maxConnections: 1024,
            version: "1.6.40"
        )
    }
}
