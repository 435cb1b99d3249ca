import RingCore
import RingStore
import Testing

@testable import RingDaemon

@Suite struct HistoryBufferTests {
    private static let day: Int64 = 86_400_000

    /// With ``RingStoreTests`` saying how long a row is, this is what a day of a healthy fleet costs on disk.
    @Test func healthyNodeMakesOneRowAnHour() {
        var buffer = HistoryBuffer()
        var runs: [ProbeRun] = []
        for second in 0..<(Self.day / 1000) {
            let now = WallTime(milliseconds: second * 1000)
            for node in 1...3 as ClosedRange<Int64> {
                buffer.record(
                    .success(latency: .microseconds(100 + second % 400), stats: nil),
                    of: NodeID(node),
                    at: now
                )
            }
            if buffer.isDue(at: now) { runs += buffer.takeBatch(at: now).runs }
        }
        buffer.closeRuns()
        runs += buffer.takeBatch(at: WallTime(milliseconds: Self.day)).runs
        #expect(runs.count == 3 * 24)
        #expect(runs.reduce(0 as Int64) { $0 + $1.count } == 3 * Self.day / 1000, "no probe is lost")
        #expect(
            runs.allSatisfy { $0.latency?.minimum == .microseconds(100) && $0.latency?.maximum == .microseconds(499) }
        )
    }

    @Test func anotherOutcomeEndsTheRunAtOnce() {
        var buffer = HistoryBuffer()
        let failure = ProbeFailure(.hard, "connection refused")
        for (second, isWell) in [true, true, false, false, false, true].enumerated() {
            let outcome: ProbeOutcome = isWell ? .success(latency: .microseconds(9), stats: nil) : .failure(failure)
            buffer.record(outcome, of: NodeID(1), at: WallTime(milliseconds: Int64(second) * 1000))
        }
        let runs = buffer.takeBatch(at: WallTime(milliseconds: 6000)).runs
        #expect(runs.map(\.outcome) == [.success, .hard] && runs.map(\.count) == [2, 3])
        #expect(runs[1].firstAt.milliseconds == 2000 && runs[1].lastAt.milliseconds == 4000 && runs[1].latency == nil)
        buffer.forget(NodeID(1))
        #expect(buffer.takeBatch(at: WallTime(milliseconds: 9000)).runs.map(\.count) == [1])
    }
}
