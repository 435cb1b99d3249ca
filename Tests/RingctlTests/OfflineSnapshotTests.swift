import Foundation
import Testing

/// Goal: a snapshot file is judged as every client judges it.
///
/// Method: the files of the conformance kit, which readers in other languages are held to as well.
struct OfflineSnapshotTests {
    private struct Kit: Decodable {
        struct Case: Decodable {
            var name: String
            var file: String?
            var pool: String
            var reason: String
            var keys: [String: String]?
        }
        var cases: [Case]
    }

    private static let folder = OfflineFiles.tests.appendingPathComponent("Conformance")

    /// The files that are judged without a key.
    private static func cases() throws -> [Kit.Case] {
        let data = try Data(contentsOf: folder.appendingPathComponent("cases.json"))
        return try JSONDecoder().decode(Kit.self, from: data).cases.filter { $0.keys == nil && $0.file != nil }
    }

    /// What is wrong with a version beside another one is nothing that its own file shows.
    private static let intact = ["new", "same", "older", "same-version-other-content"]

    @Test func judgesEveryFileAsClientsDo() async throws {
        let cases = try Self.cases().filter { !["missing", "not-a-file", "unreadable"].contains($0.reason) }
        #expect(cases.count > 100)
        for one in cases {
            let file = Self.folder.appendingPathComponent(try #require(one.file)).path
            let outcome = try await ringctl(["snapshot", "verify", file, "--pool", one.pool])
            if Self.intact.contains(one.reason) {
                #expect(outcome.status == 0, "\(one.name): \(outcome.output)\(outcome.error)")
                #expect(outcome.output.contains("check agreement  holds"))
            } else {
                #expect([1, 65].contains(outcome.status), "\(one.name): \(outcome.output)\(outcome.error)")
                #expect(outcome.output.contains("wrong: ") || outcome.error.hasPrefix("ringctl: "), "\(one.name)")
            }
        }
    }

    @Test func tellsFilesOfOtherPoolsApart() async throws {
        let good = try #require(try Self.cases().first { $0.reason == "new" }?.file)
        let file = Self.folder.appendingPathComponent(good).path
        let outcome = try await ringctl(["snapshot", "verify", file, "--pool", "of-another-name", "-o", "name"])
        #expect(outcome.status == 1)
        #expect(outcome.output == "broken\n")
    }
}
