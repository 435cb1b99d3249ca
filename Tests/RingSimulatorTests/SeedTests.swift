import RingSimulator
import Testing

/// Fixed seeds of small fleets in ten bad minutes; `ringsim run` takes as many more as one likes.
struct SeedTests {
    @Test(arguments: 1...16)
    func keepsEveryPromise(seed: UInt64) throws {
        let scenario = Scenario(seed: seed, nodes: 3...20, duration: .seconds(300))
        var simulation = try Simulation(scenario)
        simulation.run()
        #expect(simulation.violation == nil, "seed \(seed)")
        #expect(simulation.tally.probes > 100)
    }

    /// The runs are not calm by chance: over a few seeds, every kind of trouble and of answer to it was seen.
    @Test func goesThroughTrouble() throws {
        var total = Tally()
        for seed in UInt64(1)...20 {
            var simulation = try Simulation(Scenario(seed: seed, nodes: 5...15, duration: .seconds(240)))
            simulation.run()
            total += simulation.tally
        }
        #expect(total.versions > 20)
        #expect(total.automaticChanges > 3)
        #expect(total.holds > 3)
        #expect(total.freezes > 1)
        #expect(total.distrusts > 3)
        #expect(total.restarts > 3)
        #expect(total.flushes > 5)
        #expect(total.refusals > 0)
    }

    @Test func isQuietWithoutFaults() throws {
        var simulation = try Simulation(Scenario(seed: 1, nodes: 8, duration: .seconds(120)))
        simulation.run()
        #expect(simulation.violation == nil)
        #expect(simulation.tally.versions == 0)
        #expect(simulation.tally.flushes == 0)
        #expect(simulation.tally.staleReads == 0)
        #expect(simulation.tally.unservedReads == 0)
    }
}
