import Foundation
import RingCore
import RingSigning
import RingSnapshots
import Testing

/// The cases of the conformance kit that are about signatures, as every client decides them.
@Suite struct SignedKitTests {
    private struct Kit: Decodable {
        struct Case: Decodable {
            let name: String
            let file: String?
            let pool: String
            let keys: [String: String]?
            let reason: String
        }
        let cases: [Case]
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Conformance")

    @Test func decidesAsTheKitSays() throws {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent("cases.json"))
        let cases = try JSONDecoder().decode(Kit.self, from: data).cases.filter { $0.keys != nil }
        #expect(cases.count >= 12)
        for one in cases {
            let lines = (one.keys ?? [:]).map { "ringd-public-key \($0.key) \($0.value)" }.sorted()
            let keys = try TrustedKeys(parsing: lines.joined(separator: "\n"))
            let file = Self.folder.appendingPathComponent(try #require(one.file))
            let reason: String
            do throws(SnapshotError) {
                let snapshot = try Snapshot.decoding(Array(contents(of: file)))
                try snapshot.verify(expectedPool: pool(one.pool))
                try keys.check(snapshot)
                // The order of versions is decided by whoever has one.
                reason = one.reason == "older" ? "older" : "new"
            } catch {
                reason = error.code.rawValue
            }
            #expect(reason == one.reason, "\(one.name)")
        }
    }

    private func contents(of file: URL) -> Data { FileManager.default.contents(atPath: file.path) ?? Data() }

    private func pool(_ text: String) -> PoolName {
        guard let name = try? PoolName(text) else { preconditionFailure("the kit names a pool '\(text)'") }
        return name
    }
}
