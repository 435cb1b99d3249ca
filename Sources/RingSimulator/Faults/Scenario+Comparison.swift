import RingCore
package import RingPlanner

extension Scenario {
    /// Bad days of servers and their network, drawn from the seed alone, so that they are the same under every policy.
    ///
    /// The checker, its disk and its clock are well: what differs between two runs is what the policy makes of them. An
    /// operator looks in every ten minutes and acknowledges, so that a pool that asked is not left alone for the night.
    /// Clients poll about every `poll`; with none, all of them load each version in the moment that it is published.
    package init(
        comparing settings: [Command.Setting],
        seed: UInt64,
        nodes range: ClosedRange<Int>,
        spares: Int,
        duration: Duration,
        poll: Duration
    ) {
        var random = SeededGenerator(seed: seed ^ 0xC0_3FA2)
        let nodes = range.lowerBound + Int(random.below(Int64(range.count)))
        self.init(seed: seed, nodes: nodes, duration: duration, settings: settings)
        self.spares = spares
        self.poll = poll.wholeNanoseconds
        clients = 4
        work = 100_000_000
        endsOpen = true
        episodes = Self.badDays(&random, nodes: nodes, duration: self.duration)
    }

    /// About so many an hour of each: half of the trouble of a year in one night.
    private static let badDays: [(sort: FaultSort, perHour: Int64)] = [
        (.kills, 4), (.pauses, 2), (.flaps, 1), (.cuts, 3), (.massCuts, 1), (.losses, 1),
    ]

    private static func badDays(_ random: inout SeededGenerator, nodes: Int, duration: Int64) -> [Episode] {
        let hour: Int64 = 3_600_000_000_000
        // The last quarter of an hour is left for what comes back.
        let window = max(1, duration - min(duration / 4, hour / 4))
        var episodes: [Episode] = []
        for (sort, perHour) in badDays {
            let most = max(1, 2 * perHour * duration / hour)
            for _ in 0..<random.below(most + 1) { episodes += sort.draw(&random, nodes: nodes, within: window) }
        }
        var time = hour / 6
        while time < duration {
            episodes.append(Episode(at: time, duration: 0, kind: .command(.acknowledge)))
            time += hour / 6
        }
        return episodes.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
