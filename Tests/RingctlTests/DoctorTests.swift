import Foundation
import RingAPI
import RingCore
import RingSnapshots
import Testing

@testable import ringctl

@Suite struct DoctorTests {
    private func copy() throws -> Snapshot {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Conformance/good/three-slots.json")
        return try Snapshot.decoding([UInt8](try Data(contentsOf: file)))
    }

    private func verdict(
        ahead: Int64,
        publishedSecondsAgo: Int64 = 3600,
        digest: String? = nil
    ) throws -> Finding {
        let copy = try copy()
        let location = SnapshotLocation(
            pool: copy.pool.text,
            path: "/var/lib/ringd/snapshots/\(copy.pool)/ring.json",
            version: copy.version.value + ahead,
            digest: digest ?? copy.digest.description,
            publishedAt: WallTime(milliseconds: WallTime.now.milliseconds - publishedSecondsAgo * 1000)
        )
        return Examination.verdict(on: copy, at: "client", location)
    }

    @Test func aClientThatLagsIsFound() throws {
        let one = try verdict(ahead: 1)
        #expect(one.level == .failure && one.text.hasPrefix("lags by 1 version: pool "))
        #expect(try verdict(ahead: 4).text.hasPrefix("lags by 4 versions: "))
        #expect(one.hint.contains("ringd agent"))
    }

    @Test func aClientMayTakeAMomentToFollow() throws {
        #expect(try verdict(ahead: 1, publishedSecondsAgo: 2).level == .fine)
        #expect(try verdict(ahead: 0).level == .fine)
    }

    @Test func aClientOfAnotherHistoryIsFound() throws {
        #expect(try verdict(ahead: -1).level == .failure)
        #expect(try verdict(ahead: 0, digest: "sha256:00").text.contains("with other content"))
    }
}
