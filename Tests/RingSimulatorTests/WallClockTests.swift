import RingSimulator
import Testing

/// The same run with and without steps of the wall clock: what is decided must be the same.
struct WallClockTests {
    @Test func stepsChangeNoDecision() throws {
        let calm = try MutantHunt.decisions(7, steps: [])
        let stepped = try MutantHunt.decisions(7, steps: MutantHunt.wallSteps)
        #expect(calm == stepped)
    }
}
