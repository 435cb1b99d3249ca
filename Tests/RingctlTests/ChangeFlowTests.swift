import RingCore
import RingPlanner
import RingServerTesting
import Testing

@Suite struct ChangeFlowTests {
    private let plane = FakeControlPlane()
    private let add = ["node", "add", "cache-8", "10.0.0.8:11211"]

    @Test func submitsOnceWhenToldNotToAsk() async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(add + ["-y", "-m", "mehr Platz 🚚"], socket: socket)
            #expect(outcome.status == 0)
            let line =
                "sessions: version 41 -> 42  added cache-8 10.0.0.8:11211  moved 12.5% (own 12.5%, collateral 0.0%)\n"
            #expect(outcome.output == line)
            #expect(plane.submissions.map(\.command.message) == ["mehr Platz 🚚"])
            #expect(plane.submissions.first?.command.ifVersion == nil)
        }
    }

    @Test func refusesALargeChangeWithoutATerminal() async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(add, socket: socket)
            #expect(outcome.status == 2)
            #expect(
                outcome.error.hasPrefix("ringctl: this would move 12.5% of the keys, more than 10.0% (ask-above)\n  ")
            )
            #expect(plane.submissions.map(\.command.isDryRun) == [true])
        }
    }

    @Test func doesASmallChangeAtTheVersionThatWasSeen() async throws {
        plane.move(Share(percent: 10))
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(add, socket: socket)
            #expect(outcome.status == 0)
            #expect(plane.submissions.map(\.command.isDryRun) == [true, false])
            #expect(plane.submissions.last?.command.ifVersion == RingVersion(41))
        }
    }

    @Test func takesTheThresholdFromTheCommandLine() async throws {
        try await withControlServer(plane) { socket in
            let allowed = try await ringctl(add + ["--ask-above", "20%"], socket: socket)
            #expect(allowed.status == 0)
            let exceeded = try await ringctl(add + ["--ask-above", "12"], socket: socket)
            #expect(exceeded.status == 2)
            let nonsense = try await ringctl(add + ["--ask-above", "many"], socket: socket)
            #expect(nonsense.status == 2)
        }
    }

    @Test func looksAgainWhenThePoolMovedOn() async throws {
        plane.move(.none)
        let plane = plane
        plane.reply { command in
            let count = plane.submissions.count
            let report = ChangeReport(
                pool: try! PoolName("sessions"),
                summary: "froze the pool",
                oldVersion: RingVersion(Int64(40 + count)),
                newVersion: RingVersion(Int64(40 + count)),
                movement: .none,
                shares: [],
                notices: []
            )
            if command.isDryRun { return .preview(report) }
            if count < 4 { return .refused(Refusal(.versionConflict, problem: "moved on", hint: "look")) }
            return .done(report)
        }
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(["pool", "freeze"], socket: socket)
            #expect(outcome.status == 0)
            #expect(plane.submissions.map(\.command.isDryRun) == [true, false, true, false])
        }
    }

    @Test func asksOnATerminalAndTakesYes() async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctlOnTerminal(add, socket: socket, typing: "y\n")
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("Move 12.5% of the keys? [y/N]"))
            #expect(outcome.output.contains("87.5%"))
            #expect(plane.submissions.map(\.command.isDryRun) == [true, false])
            #expect(plane.submissions.last?.command.ifVersion == RingVersion(41))
        }
    }

    @Test func asksWhereAServerIsReplacedThoughNoKeyMoves() async throws {
        plane.reply { command in
            var report = ChangeReport(
                pool: try! PoolName("sessions"),
                summary: "replaced cache-4",
                oldVersion: RingVersion(41),
                newVersion: RingVersion(42),
                movement: .none,
                shares: [],
                notices: []
            )
            report.movement.cold = Share(percent: 19)
            return command.isDryRun ? .preview(report) : .done(report)
        }
        let replace = ["node", "replace", "cache-4", "10.0.0.44:11211"]
        try await withControlServer(plane) { socket in
            let unasked = try await ringctl(replace, socket: socket)
            #expect(unasked.status == 2)
            #expect(unasked.error.contains("this would turn 19.0% of the keys cold, more than 10.0% (ask-above)"))
            let asked = try await ringctlOnTerminal(replace, socket: socket, typing: "y\n")
            #expect(asked.status == 0 && asked.output.contains("Turn 19.0% of the keys cold? [y/N]"))
            #expect(plane.submissions.map(\.command.isDryRun) == [true, true, false])
        }
    }

    @Test(arguments: ["n\n", "\n", "maybe\n", "\u{4}"])
    func changesNothingUnlessYes(answer: String) async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctlOnTerminal(add, socket: socket, typing: answer)
            #expect(outcome.status == 2)
            #expect(plane.submissions.map(\.command.isDryRun) == [true])
        }
    }

    @Test func alwaysAsksBeforeADeletion() async throws {
        plane.move(.none)
        try await withControlServer(plane) { socket in
            let unasked = try await ringctl(["pool", "delete", "sessions"], socket: socket)
            #expect(unasked.status == 2)
            let asked = try await ringctlOnTerminal(["pool", "delete", "sessions"], socket: socket, typing: "n\n")
            #expect(asked.output.contains("Delete the pool sessions"))
            let told = try await ringctl(["pool", "delete", "sessions", "-y"], socket: socket)
            #expect(told.status == 0)
            #expect(plane.submissions.filter { !$0.command.isDryRun }.count == 1)
        }
    }

    @Test func asksAgainUnderTheSameNameWhenTheOutcomeIsUnknown() async throws {
        let plane = plane
        plane.reply { _ in
            guard plane.submissions.count == 3 else { return .unknown(reason: "the disk failed") }
            return .refused(Refusal(.duplicate, field: "name", problem: "is taken", hint: "use another"))
        }
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(add + ["-y", "--request-id", "once-7"], socket: socket)
            #expect(outcome.status == 2)
            #expect(plane.submissions.map(\.request.text) == ["once-7", "once-7", "once-7"])
        }
    }

    @Test func asksAgainUnderTheSameNameWhenTheConnectionBreaks() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            let listener = try BreakingListener(path: path)
            async let heads = listener.serve(breaking: 2, then: "HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n")
            let outcome = try await ringctl(add + ["-y", "--request-id", "once-8"], socket: path)
            #expect(outcome.status == 65)
            let identifiers = await heads.map { $0.lowercased().contains("x-request-id: once-8") }
            #expect(identifiers == [true, true, true])
        }
    }

    @Test func givesUpOnASilentEndAndSaysHowToGoOn() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            let listener = try BreakingListener(path: path)
            async let heads = listener.serve(breaking: 5, then: "")
            let outcome = try await ringctl(add + ["-y"], socket: path)
            #expect(outcome.status == 75)
            #expect(outcome.error.contains("--request-id ctl-"))
            #expect(await heads.count == 5)
        }
    }
}
