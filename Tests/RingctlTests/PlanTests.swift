import Foundation
import RingAPI
import RingCore
import RingPlanner
import RingServerTesting
import Testing

@testable import ringctl

/// Goal: a plan is carried out as it was seen, in the pool where it was seen, or not at all.
@Suite(.serialized) struct PlanTests {
    private let plane = FakeControlPlane()
    private let remove = "node remove cache-2"

    /// Runs with a control server and a file that a plan was saved to.
    private func withPlan(
        _ changes: [String]? = nil,
        _ body: @Sendable (_ socket: String, _ file: String) async throws -> Void
    ) async throws {
        let changes = changes ?? [remove]
        try await withTemporaryDirectory { directory in
            let file = directory + "/plan.json"
            try await withControlServer(plane) { socket in
                let made = try await ringctl(["plan"] + changes + ["--save", file, "-m", "CHG-9"], socket: socket)
                #expect(made.status == 0, "\(made.error)")
                #expect(made.error.contains("kept in \(file)"))
                try await body(socket, file)
            }
        }
    }

    private var deeds: [FakeControlPlane.Submission] { plane.submissions.filter { !$0.command.isDryRun } }

    @Test func aPlanChangesNothingAndIsCarriedOutAsSeen() async throws {
        try await withPlan { socket, file in
            #expect(deeds.isEmpty)
            let applied = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(applied.status == 0, "\(applied.error)")
            #expect(applied.output.hasPrefix("sessions: version 41 -> 42  removed cache-2  moved 12.5%"))
            let deed = try #require(deeds.first)
            #expect(deeds.count == 1 && deed.command.ifVersion == RingVersion(41))
            #expect(deed.command.ifOutcome != nil && deed.command.message == "CHG-9")
            #expect(deed.command.action == .batch([.removeNode(try NodeName("cache-2"))]))
            #expect(deed.request.text.hasPrefix("plan-"))
        }
    }

    @Test func aPlanCanComeFromAPipe() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/plan.json"
            try await withControlServer(plane) { socket in
                let made = try await ringctl(["plan", remove, "-o", "json"], socket: socket)
                #expect(made.error == "")
                // Another program may have written it again, with other spaces and other zeros.
                let json = try JSONSerialization.jsonObject(with: Data(made.output.utf8))
                #expect(json is [String: Any])
                let compact = try JSONValue(parsing: made.output.utf8).compactText.replacing("0.125000", with: "0.125")
                try compact.write(toFile: file, atomically: true, encoding: .utf8)
                let applied = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
                #expect(applied.status == 0, "\(applied.error)")
            }
        }
    }

    @Test func aLargePlanIsAskedForAgain() async throws {
        try await withPlan { socket, file in
            let refused = try await ringctl(["apply", "--plan", file], socket: socket)
            #expect(refused.status == 2 && refused.error.contains("12.5% of the keys"))
            let looked = try await ringctl(["apply", "--plan", file, "-n"], socket: socket)
            #expect(looked.status == 0 && looked.output.contains("(not applied)"))
            #expect(deeds.isEmpty)
            let done = try await ringctlOnTerminal(["apply", "--plan", file], socket: socket, typing: "y\n")
            #expect(done.status == 0 && deeds.count == 1)
        }
    }

    @Test func anotherOutcomeAtTheSameVersionIsRefusedWithWhatDiffers() async throws {
        try await withPlan { socket, file in
            plane.move(Share(percent: 5))
            let refused = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(refused.status == 3)
            #expect(refused.error.contains("moved: 12.5% in the plan, 5.0% now"))
            #expect(refused.error.contains("make the plan anew"))
            #expect(plane.submissions.last?.command.isDryRun == true)
        }
    }

    @Test func anEditedPlanIsRefused() async throws {
        let edits = [
            (#""cache-2""#, #""cache-1""#), (#""base_version": 41"#, #""base_version": 42"#), ("0.875000", "0.975000"),
            (#""pool": "sessions""#, #""pool": "web""#), (#""allows": false"#, #""allows": true"#),
        ]
        try await withPlan { socket, file in
            let text = try String(contentsOfFile: file, encoding: .utf8)
            for (old, new) in edits {
                #expect(text.contains(old))
                try text.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
                let failure = #expect(throws: CommandFailure.self) { try Plan.reading(file) }
                #expect(failure?.status == .badData)
                #expect(failure?.problem == "\(file): the plan was edited after it was made")
            }
            let refused = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(refused.status == 65 && deeds.isEmpty)
        }
    }

    @Test(arguments: [
        ("", ":1:1: "), ("{\n  \"schema\": 1,\n}", ":3:1: "), ("{}", "this is no plan"), ("[1]", "this is no plan"),
        ("pool = \"sessions\"\n", ":1:1: "), (#"{"schema":1,"done":false,"outcome":"sha256:00"}"#, "this is no plan"),
        (#"{"schema":2,"plan":{},"preview":{},"seal":"x"}"#, "a form that this ringctl does not know"),
    ])
    func whatIsNoPlanIsRefusedWithItsPlace(text: String, problem: String) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/plan.json"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let failure = try #require(#expect(throws: CommandFailure.self) { try Plan.reading(file) })
            #expect(failure.status == .badData && !failure.hint.isEmpty)
            #expect(failure.problem.hasPrefix(file) && failure.problem.contains(problem), "\(failure.problem)")
        }
    }

    /// Writes the plan again as it would have been made under other circumstances.
    private func rewrite(_ file: String, _ change: (inout Plan.Promise) -> Void) throws {
        let plan = try Plan.reading(file)
        var promise = plan.promise
        change(&promise)
        try Plan(promise: promise, preview: plan.preview, result: plan.result).write(to: file)
    }

    @Test func aPoolThatMovedOnIsRefusedWithWhatHappened() async throws {
        try await withPlan { socket, file in
            try rewrite(file) {
                $0.baseVersion = 40
                $0.baseEvent = 100
            }
            let refused = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(refused.status == 3)
            #expect(refused.error.contains("has moved on to version 41 since the plan was made at version 40"))
            #expect(
                refused.error.contains(
                    "eject cache-4 failures=2 by ringd: 2 hard failures: connection refused  (version 41)"
                )
            )
            #expect(deeds.isEmpty)
        }
    }

    @Test func aPlanForAnotherPoolOrInstallationIsRefused() async throws {
        try await withPlan { socket, file in
            let named = try await ringctl(["apply", "--plan", file, "-y", "-p", "web"], socket: socket)
            #expect(named.status == 2 && named.error.contains("the plan is about 'sessions', and 'web' is asked for"))
            let pinned = try await ringctl(["apply", "--plan", file, "-y", "--if-version", "40"], socket: socket)
            #expect(pinned.status == 2 && pinned.error.contains("(if-version)"))
            try rewrite(file) { $0.poolCreatedAt = WallTime(milliseconds: 1_000) }
            let other = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(other.status == 2 && other.error.contains("it is another installation"))
            try rewrite(file) { $0.poolCreatedAt = nil }
            let made = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(made.status == 3 && made.error.contains("the plan makes the pool 'sessions', and there is one"))
            plane.keepPools(["web"])
            try rewrite(file) { $0.poolCreatedAt = WallTime(milliseconds: 1_000) }
            let gone = try await ringctl(["apply", "--plan", file, "-y"], socket: socket)
            #expect(gone.status == 2 && gone.error.contains("there is no pool 'sessions' here"))
            #expect(deeds.isEmpty)
        }
    }

    @Test func aPlannedDeletionIsStillAsked() async throws {
        try await withPlan(["pool delete sessions"]) { socket, file in
            let unasked = try await ringctl(["apply", "--plan", file], socket: socket)
            #expect(unasked.status == 2 && deeds.isEmpty)
            let asked = try await ringctlOnTerminal(["apply", "--plan", file], socket: socket, typing: "n\n")
            #expect(asked.output.contains("Delete the pool sessions"))
            #expect(try await ringctl(["apply", "--plan", file, "-y"], socket: socket).status == 0)
            #expect(deeds.map(\.command.action) == [.deletePool])
        }
    }

    @Test(arguments: [
        ["plan"], ["plan", "node remove a", "-f", "x"], ["plan", "node remove a", "--prune"],
        ["plan", "node", "add", "a", "10.0.0.1", "--now"], ["apply"], ["apply", "-f", "x", "--plan", "y"],
        ["apply", "--plan", "y", "--prune"], ["plan", "--save"], ["plan", ""],
    ])
    func wrongUsageIsRefusedBeforeAnythingIsAsked(arguments: [String]) async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(arguments, socket: socket)
            #expect(outcome.status == 64)
            #expect(plane.submissions.isEmpty)
        }
    }

    @Test func aPlanThatCannotBeKeptSaysSo() async throws {
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(["plan", remove, "--save", "/nowhere/plan.json"], socket: socket)
            #expect(outcome.status == 65)
            #expect(outcome.error.hasPrefix("ringctl: /nowhere/plan.json: the plan cannot be written"))
            let message = try await ringctl(["plan", remove, "-m", "a\nb"], socket: socket)
            #expect(message.status == 2 && message.error.contains("(message)"))
        }
    }

    @Test func helpOfAChangeIsShown() async throws {
        let outcome = try await ringctl(["plan", "node add --help"])
        #expect(outcome.status == 0 && outcome.output.contains("USAGE: ringctl node add"))
    }
}
