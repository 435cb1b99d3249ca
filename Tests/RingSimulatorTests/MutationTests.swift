import RingSimulator
import Testing

/// Known-bad planners: the checks are worth something only if they catch these.
struct MutationTests {
    /// The promises that each way of breaking the planner must be caught by.
    static let expectations: [(Mutation, Set<String>)] = [
        (.dropsFreeze, ["mass failure"]),
        (.skipsFlush, ["cleansing"]),
        (.ignoresBudget, ["budget"]),
        (.decidesOnLateTick, ["self-distrust", "evidence"]),
        (.publishesBeforeCommit, ["commit before publish"]),
        (.countsLocalErrors, ["self-distrust", "evidence"]),
        (.failsBackAtOnce, ["cleansing"]),
        (.forgetsDamping, ["damping"]),
        (.promotesUnflushedSpare, ["cleansing"]),
        (.ignoresFloor, ["floor", "never empty"]),
        (.ignoresRate, ["rate", "needs-ack"]),
        (.acknowledgesBeforeCommit, ["commit before answer"]),
    ]

    @Test(arguments: expectations)
    func isCaught(_ mutation: Mutation, by promises: Set<String>) throws {
        for seed in UInt64(1)...1000 {
            var simulation = try Simulation(
                Scenario(seed: seed, nodes: 3...20, duration: .seconds(600)),
                mutation: mutation
            )
            simulation.run()
            guard let violation = simulation.violation else { continue }
            if promises.contains(violation.invariant) { return }
        }
        Issue.record("\(mutation.rawValue) was not caught within 1,000 seeds")
    }

    /// Every way of breaking the planner has a test: here, or with the wall clock.
    @Test func leavesNoneOut() {
        let tested = Set(Self.expectations.map(\.0)).union([.usesWallTime])
        #expect(tested == Set(Mutation.allCases))
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
