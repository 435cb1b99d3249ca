import Foundation
import RingCore
import RingServerTesting
import Testing

/// `ringctl replay` against a stand-in for the daemon.
@Suite struct ReplayTests {
    private func replay(_ policy: String, _ arguments: [String] = []) async throws -> Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).toml")
        try policy.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let since = WallTime(milliseconds: 1_780_000_000_000)
        return try await withControlServer(FakeControlPlane(since: since)) { socket in
            try await ringctl(["replay", "--policy", file.path, "--since", "40"] + arguments, socket: socket)
        }
    }

    @Test func tellsWhatWouldHaveBeenDoneBesideWhatWas() async throws {
        let outcome = try await replay("confirm = \"1s\"\n")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("eject  cache-4  25.0%  25.0%  3 soft failures: recorded"))
        #expect(
            outcome.output.contains("would have: 1 ejected, 0 spares promoted, 0 held, 1 back, 0 frozen; moved 25.0%")
        )
        #expect(
            outcome.output.contains("did:        0 ejected, 0 spares promoted, 2 held, 0 back, 0 frozen; moved 0.0%")
        )
        #expect(outcome.error.hasPrefix("note: 1 changes by operators"))
    }

    @Test func sendsThePolicyOfTheFile() async throws {
        let outcome = try await replay("confirm = 30s\n", ["-o", "json"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\"decisions\": []"))
        #expect(outcome.error == "")
    }

    @Test(arguments: [
        ("fllor = 80%\n", 2, "did you mean 'floor'?"), ("floor = 180%\n", 2, "'180%' is out of range"),
        ("on-failure = spare\n", 2, "'spare' alone"), ("confirm = 5\n", 2, "unit"), ("what\n", 65, "is no setting"),
    ])
    func refusesABadPolicyInWords(policy: String, status: Int32, words: String) async throws {
        let outcome = try await replay(policy)
        #expect(outcome.status == status)
        #expect(outcome.error.contains(words), "\(outcome.error)")
        #expect(outcome.output == "")
    }

    @Test func refusesABeginningThatIsNone() async throws {
        let outcome = try await ringctl(["replay", "--policy", "/dev/null", "--since", "yesterday"])
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("'yesterday' is neither a version, a time nor an age"))
    }
}
