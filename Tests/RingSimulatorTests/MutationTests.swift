import RingSimulator
import Testing

/// Known-bad planners: the checks are worth something only if they catch these.
struct MutationTests {
    @Test(arguments: Mutation.allCases)
    func isCaught(_ mutation: Mutation) throws {
        #expect(!mutation.brokenPromises.isEmpty)
        let found = try MutantHunt.hunt(mutation, seeds: 1000)
        #expect(found != nil, "\(mutation.rawValue) was not caught within 1,000 seeds")
    }

    @Test func makesAFailingPlanSmaller() throws {
        for seed in UInt64(1)...50 {
            let scenario = Scenario(seed: seed, nodes: 5...10, duration: .seconds(300))
            var simulation = try Simulation(scenario, mutation: .skipsFlush)
            simulation.run()
            guard simulation.violation?.invariant == "cleansing", scenario.episodes.count > 3 else { continue }
            let small = Minimizer.minimize(scenario, breaking: "cleansing", mutation: .skipsFlush, tries: 40)
            #expect(small.episodes.count < scenario.episodes.count)
            var again = try Simulation(small, mutation: .skipsFlush, keepsLines: true)
            again.run()
            #expect(again.violation?.invariant == "cleansing")
            #expect(again.transcript.lines.contains { $0.contains("BROKEN cleansing") })
            return
        }
        Issue.record("no seed with a plan to be made smaller")
    }
}
