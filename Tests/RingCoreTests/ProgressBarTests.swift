import RingCore
import Testing

@Suite struct ProgressBarTests {
    private let bar = ProgressBar(done: 270_000_000, total: 1_000_000_000, elapsed: .seconds(1))

    @Test func tellsShareRateAndTimeLeft() {
        let line = bar.line("copying", facts: ["1000 MB", "270 MB/s"])
        #expect(line == "copying [######                  ]  27 %  1000 MB  270 MB/s  3 s left")
        #expect(bar.megabytesPerSecond == "270 MB/s")
        #expect(bar.line() == "[######                  ]  27 %  3 s left")
    }

    @Test func neverSaysMoreThanAll() {
        let over = ProgressBar(done: 12, total: 10, elapsed: .seconds(3))
        #expect(over.line() == "[\(String(repeating: "#", count: 24))]  100 %")
        #expect(ProgressBar(done: -1, total: 10, elapsed: .zero).line().hasSuffix("]  0 %"))
        #expect(ProgressBar(done: 0, total: 0, elapsed: .zero).line().hasSuffix("]  100 %"))
        #expect(ProgressBar(done: 999, total: 1000, elapsed: .zero).line().contains(" 99 %"), "100 % is all of it")
    }

    @Test func guessesNothingFromNothing() {
        #expect(ProgressBar(done: 0, total: 10, elapsed: .seconds(9)).line().hasSuffix("  0 %"))
        let early = ProgressBar(done: 5, total: 10, elapsed: .milliseconds(199))
        #expect(early.megabytesPerSecond == nil && early.line().hasSuffix("  50 %"))
    }

    @Test func countsLongTimesInMinutes() {
        #expect(ProgressBar(done: 1, total: 100, elapsed: .seconds(1)).line().hasSuffix("  100 s left"))
        #expect(ProgressBar(done: 1, total: 101, elapsed: .seconds(1)).line().hasSuffix("  2 min left"))
        #expect(ProgressBar(done: 1, total: .max, elapsed: .seconds(1)).line().hasSuffix(" min left"))
    }

    @Test(arguments: 0...100)
    func fitsTheTerminal(columns: Int) {
        let line = bar.line("compacting the database", facts: ["270 MB/s"], columns: columns)
        #expect(line.utf8.count <= max(0, columns - 1), "\(line)")
        #expect(columns < 6 || line.contains("27 %"), "\(line)")
        #expect(columns < 42 || line.contains("#"), "\(line)")
        #expect(columns < 64 || line.hasSuffix("]  27 %  270 MB/s  3 s left"), "\(line)")
    }
}
