import RingAPI
import RingPlanner
import RingStore
import Testing

@testable import RingDaemon

@Suite struct WorkLedgerTests {
    @Test func tellsHowFarEachWorkIsWhileItRuns() throws {
        let ledger = WorkLedger()
        let (nightly, mine) = (try RequestID("nightly"), try RequestID("mine"))
        let answer = ledger.during(.backup, nightly) { report in
            #expect(ledger.running.map(\.step) == ["copying"] && ledger.running.first?.ofBytes == nil)
            report(.copy(.copying(bytes: 3, of: 9)))
            #expect(ledger.running.map(\.doneBytes) == [3] && ledger.running.map(\.ofBytes) == [9])
            ledger.during(.compact, mine) { _ in
                #expect(ledger.running.map(\.request) == ["nightly", "mine"])
                #expect(ledger.running.map(\.work) == ["backup", "compact"])
                #expect(ledger.running.map(\.step) == ["copying", "writing"])
            }
            report(.copy(.checking(bytes: 9)))
            #expect(ledger.running.map(\.step) == ["checking"] && ledger.running.first?.doneBytes == nil)
            return 42
        }
        #expect(answer == 42 && ledger.running.isEmpty)
    }

    @Test func forgetsWorkThatFailed() throws {
        struct Failure: Error {}
        let ledger = WorkLedger()
        let request = try RequestID("mine")
        #expect(throws: Failure.self) { try ledger.during(.compact, request) { _ in throw Failure() } }
        #expect(ledger.running.isEmpty)
    }
}
