import Foundation
import RingClient
import RingTestSupport
import Testing

/// What the documentation says is so.
@Suite struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    private func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    }

    @Test(arguments: 1...7)
    func tutorialCodeCompiles(step: Int) throws {
        let compiled = Set(lines(try text("Tests/RingClientTests/TutorialApplication.swift")))
        let shown = lines(try text("Sources/RingClient/Documentation.docc/Resources/Cache-\(step).swift"))
        #expect(!shown.isEmpty)
        for line in shown { #expect(compiled.contains(line), "'\(line)' is compiled nowhere") }
    }

    @Test(arguments: [
        "Sources/RingClient/RingClientError.swift", "Sources/RingMemcached/Client/MemcachedError.swift",
    ])
    func everyCodeIsInTheTableOfErrors(file: String) throws {
        let table = try text("Sources/RingClient/Documentation.docc/Errors.md")
        let codes = try text(file).matches(of: /= Code\("([a-z_]+)"\)/).map(\.1)
        #expect(codes.count > 8)
        for code in codes { #expect(table.contains("| `\(code)` |"), "\(code)") }
    }

    @Test(.enabled(if: MemcachedProcess.isInstalled, "memcached is not installed"))
    func tutorialDoesWhatItSays() async throws {
        let fleet = try await ClientFleet(2)
        defer { fleet.stop() }
        let users = Users(cache: fleet.client)
        #expect(try await users.name(of: 42) == "user 42")
        #expect(try await fleet.client.get("user:42")?.text == "user 42")
        try await fleet.client.set("user:42", "Ada")
        #expect(try await users.name(of: 42) == "Ada")
        try await users.addVisit(0x21, to: "user:42")
        #expect(try await users.name(of: 42) == "Ada!")
        #expect(health(of: fleet.ring).count == 1)
        await fleet.client.close()
    }
}
