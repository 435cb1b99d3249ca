import RingAPI
import Testing

@testable import ringctl

@Suite struct WaitingLineTests {
    @Test func theLineFitsTheTerminal() {
        #expect(WaitingLine.text("copying", elapsed: .seconds(3), columns: 40) == "copying … 3 s")
        for columns in [16, 20, 40] {
            let line = WaitingLine.text("writing the database anew, 日本語", elapsed: .seconds(125), columns: columns)
            #expect(line.displayWidth < columns, "\(line)")
        }
    }

    @Test func theLineShowsHowFarTheDatabaseIs() throws {
        var mine = DatabaseWork.Running(
            request: "mine",
            work: "compact",
            step: "writing",
            doneBytes: 420_000_000,
            ofBytes: 1_000_000_000,
            elapsedMilliseconds: 1400
        )
        var other = mine
        (other.request, other.doneBytes) = ("nightly", 0)
        func line() -> String? {
            DatabaseGlance.glance(at: DatabaseWork(running: [other, mine]), of: "mine").map {
                WaitingLine.text($0, elapsed: .seconds(9), columns: 80)
            }
        }
        #expect(line() == "compacting the database [##########              ]  42 %  300 MB/s  2 s left")
        mine.step = "checking"
        (mine.doneBytes, mine.ofBytes) = (nil, nil)
        #expect(line() == "checking the copy … 9 s")
        mine.step = "polishing"
        #expect(line() == nil, "a newer ringd may do what this program has no word for")
        mine.request = "another"
        #expect(line() == nil)
    }

    @Test func aPipeGetsTheAnswerAndNoLine() async throws {
        let answer = try await WaitingLine.showing("waiting") { 42 }
        #expect(answer == 42)
    }

    @Test func aFailureIsPassedOn() async {
        await #expect(throws: CommandFailure.self) {
            try await WaitingLine.showing("waiting") { throw CommandFailure(.tryAgain, "no", hint: "") }
        }
    }
}
