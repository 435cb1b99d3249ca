import Foundation
import RingCore
import RingSigning
import RingSnapshots
import RingTestSupport
import Testing

/// The cases of the conformance kit that are about signatures, as every client decides them.
@Suite struct SignedKitTests {
    @Test func decidesAsTheKitSays() throws {
        let cases = ConformanceKit.cases.filter { $0.keys != nil }
        #expect(cases.count >= 12)
        for one in cases {
            let keys = try TrustedKeys(parsing: try #require(one.keyLines))
            let contents = try ConformanceKit.contents(of: try #require(one.file))
            let reason: String
            do throws(SnapshotError) {
                let snapshot = try Snapshot.decoding(Array(contents))
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

    private func pool(_ text: String) -> PoolName {
        guard let name = try? PoolName(text) else { preconditionFailure("the kit names a pool '\(text)'") }
        return name
    }
}
