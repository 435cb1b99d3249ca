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
