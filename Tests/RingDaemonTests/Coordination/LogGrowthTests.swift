import Testing

@testable import RingDaemon

@Suite struct LogGrowthTests {
    @Test func warnsOnceADoublingAndSaysWhenItIsOver() {
        var growth = LogGrowth()
        #expect(growth.note(logBytes: 63 << 20) == nil)
        #expect(growth.note(logBytes: 64 << 20) == .grew(bytes: 64 << 20))
        #expect(growth.note(logBytes: 127 << 20) == nil)
        #expect(growth.note(logBytes: 600 << 20) == .grew(bytes: 600 << 20))
        #expect(growth.note(logBytes: 1023 << 20) == nil)
        #expect(growth.note(logBytes: 0 << 20) == .wasCut)
        #expect(growth.note(logBytes: 0 << 20) == nil)
        #expect(growth.note(logBytes: 65 << 20) == .grew(bytes: 65 << 20), "the next reader is told of anew")
    }
}
