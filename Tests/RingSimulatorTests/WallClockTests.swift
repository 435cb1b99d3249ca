import RingPlanner
import RingSimulator
import Testing

/// The same run with and without steps of the wall clock: what is decided must be the same.
struct WallClockTests {
    private static let steps: [Episode] = [
        Episode(at: 20_500_000_000, duration: 0, kind: .wallStep(milliseconds: 3_600_000)),
        Episode(at: 33_000_000_000, duration: 0, kind: .wallStep(milliseconds: -315_360_000_000)),
        Episode(at: 61_200_000_000, duration: 0, kind: .wallStep(milliseconds: 1500)),
    ]

    private static let trouble: [Episode] = [
        Episode(at: 20_000_000_000, duration: 40_000_000_000, kind: .kill(server: 2, warm: true)),
        Episode(at: 60_000_000_000, duration: 25_000_000_000, kind: .pause(server: 5)),
        Episode(at: 90_000_000_000, duration: 15_000_000_000, kind: .cut(first: 0, count: 5, style: .silent)),
    ]

    private func decisions(with episodes: [Episode], mutation: Mutation?) throws -> UInt64 {
        var scenario = Scenario(
            seed: 7,
            nodes: 10,
            duration: .seconds(180),
            settings: [.init(key: "on-failure", value: "eject"), .init(key: "move-budget", value: "60%")]
        )
        scenario.episodes = episodes.sorted { $0.at < $1.at }
        var simulation = try Simulation(scenario, mutation: mutation)
        simulation.run()
        if mutation == nil {
            #expect(simulation.violation == nil)
            #expect(simulation.tally.versions > 2)
        }
        return simulation.transcript.decisions
    }

    @Test func stepsChangeNoDecision() throws {
        let calm = try decisions(with: Self.trouble, mutation: nil)
        let stepped = try decisions(with: Self.trouble + Self.steps, mutation: nil)
        #expect(calm == stepped)
    }

    @Test func catchesAPlannerThatLivesByTheWallClock() throws {
        let calm = try decisions(with: Self.trouble, mutation: .usesWallTime)
        let stepped = try decisions(with: Self.trouble + Self.steps, mutation: .usesWallTime)
        #expect(calm != stepped)
    }
}
