import RingCore
import RingPlanner
import Testing

struct NodeHealthTests {
    private static let hard = ProbeFailure(.hard, "connection refused")
    private static let soft = ProbeFailure(.soft, "no answer in time")

    private func moment(_ milliseconds: Int64) -> Moment {
        Moment(instant: Instant(nanoseconds: milliseconds * 1_000_000), wall: WallTime(milliseconds: milliseconds))
    }

    private func timing(confirm: Duration = .zero, rise: Int = 3) -> ProbeTiming {
        var policy = Policy()
        policy.confirm = confirm
        policy.rise = rise
        return ProbeTiming(policy)
    }

    private func success(
        _ health: inout NodeHealth,
        _ timing: ProbeTiming,
        at time: Int64
    ) -> NodeHealth.Finding {
        health.observeSuccess(latency: .milliseconds(1), stats: nil, timing: timing, at: moment(time))
    }

    @Test func isUpAfterTheFirstGoodProbe() {
        var health = NodeHealth(at: moment(0))
        #expect(success(&health, timing(), at: 1) == .becameUp)
        #expect(health.state == .up)
    }

    @Test func fallsAfterTwoHardFailures() {
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing(), at: 0)
        #expect(health.observeFailure(Self.hard, timing: timing(), at: moment(100)) == .becameSuspect)
        #expect(
            health.observeFailure(Self.hard, timing: timing(), at: moment(200))
                == .fell(evidence: "2 hard failures: connection refused")
        )
        #expect(health.isConfirmedDown(timing()))
    }

    @Test func needsThreeSoftFailures() {
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing(), at: 0)
        _ = health.observeFailure(Self.soft, timing: timing(), at: moment(100))
        #expect(health.observeFailure(Self.soft, timing: timing(), at: moment(200)) == .nothing)
        #expect(
            health.observeFailure(Self.soft, timing: timing(), at: moment(300))
                == .fell(evidence: "3 soft failures: no answer in time")
        )
    }

    @Test func doesNotFallBeforeItFailedForConfirm() {
        let timing = timing(confirm: .seconds(2))
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing, at: 0)
        for time in stride(from: Int64(100), through: 2000, by: 100) {
            _ = health.observeFailure(Self.hard, timing: timing, at: moment(time))
            #expect(health.state == .suspect, "at \(time) ms")
        }
        _ = health.observeFailure(Self.hard, timing: timing, at: moment(2100))
        #expect(health.state == .down)
    }

    @Test func forgivesASuspectThatAnswers() {
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing(), at: 0)
        _ = health.observeFailure(Self.hard, timing: timing(), at: moment(100))
        #expect(success(&health, timing(), at: 200) == .recoveredEarly)
        #expect(health.observeFailure(Self.hard, timing: timing(), at: moment(300)) == .becameSuspect)
    }

    @Test func risesAfterThreeGoodProbesInARow() {
        var health = fallen()
        #expect(success(&health, timing(), at: 1000) == .beganToRecover)
        #expect(success(&health, timing(), at: 2000) == .nothing)
        #expect(!health.hasRisen)
        #expect(success(&health, timing(), at: 3000) == .rose)
        #expect(health.hasRisen)
    }

    /// One failure sends a recovering node back down, and is no evidence to act on.
    @Test func relapsesUnconfirmed() {
        var health = fallen()
        _ = success(&health, timing(), at: 1000)
        #expect(
            health.observeFailure(Self.hard, timing: timing(), at: moment(2000))
                == .relapsed(evidence: "1 hard failure: connection refused")
        )
        #expect(health.state == .down)
        #expect(!health.isConfirmedDown(timing()))
        _ = health.observeFailure(Self.hard, timing: timing(), at: moment(4000))
        #expect(health.isConfirmedDown(timing()))
    }

    @Test func forgetsFailuresItMustNotTrust() {
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing(), at: 0)
        _ = health.observeFailure(Self.hard, timing: timing(), at: moment(100))
        health.distrustFailures(at: moment(150))
        #expect(health.state == .unknown)
        #expect(health.observeFailure(Self.hard, timing: timing(), at: moment(200)) == .becameSuspect)
    }

    private func fallen() -> NodeHealth {
        var health = NodeHealth(at: moment(0))
        _ = success(&health, timing(), at: 0)
        for time in Int64(1)...2 { _ = health.observeFailure(Self.hard, timing: timing(), at: moment(time * 100)) }
        #expect(health.state == .down)
        return health
    }
}
