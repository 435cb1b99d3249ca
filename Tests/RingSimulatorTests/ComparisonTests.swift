import RingCore
import RingPlanner
import RingSimulator
import Testing

/// What the guide says of policies, on fewer seeds.
struct ComparisonTests {
    /// Two seeds of an hour, with clients that load each version as it is published.
    private func tally(_ policy: String, poll: Duration = .zero) throws -> Tally {
        let policy = try NamedPolicy(parsing: policy)
        var total = Tally()
        for seed in UInt64(1)...2 {
            var simulation = try Simulation(
                Scenario(
                    comparing: policy.settings,
                    seed: seed,
                    nodes: 8...8,
                    spares: 2,
                    duration: .seconds(3600),
                    poll: poll
                )
            )
            simulation.run()
            #expect(simulation.violation == nil, "\(policy.name), seed \(seed)")
            total += simulation.tally
        }
        return total
    }

    @Test func readsNothingStaleWithFlushedSparesAndHolds() throws {
        for policy in ["spare", "hold"] {
            let tally = try tally(policy)
            #expect(tally.staleReads == 0, "\(policy)")
            #expect(tally.movedPermille == 0, "\(policy)")
            #expect(tally.versions > 2, "\(policy)")
        }
    }

    @Test func readsStaleWhatAPlainEjectionLeft() throws {
        #expect(try tally("plain-eject").staleReads > 0)
    }

    @Test func makesTheSameReadsUnderEveryPolicy() throws {
        #expect(try tally("hold").reads == tally("plain-eject").reads)
    }

    @Test func blamesTheLagOfClientsForWhatTheyReadBehindTheRing() throws {
        let tally = try tally("hold", poll: .seconds(20))
        #expect(tally.staleReads == tally.lagReads)
    }

    @Test(arguments: ["hodl", "floor", "floor=180%", "on-failure=spare", "confirm=3", "ask=4"])
    func refusesWhatIsNoPolicy(text: String) {
        #expect(throws: ValidationError.self) { try NamedPolicy(parsing: text) }
    }

    @Test func takesChangesToAPolicyThatHasAName() throws {
        let policy = try NamedPolicy(parsing: "spare,hold-for=5m,on-failure=spare,hold,eject")
        #expect(policy.settings.last?.value == "spare,hold,eject")
        #expect(policy.settings.contains { $0.key == "hold-for" && $0.value == "5m" })
    }
}
