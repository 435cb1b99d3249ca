import Foundation
import RingCore
import RingSnapshots
import RingTestSupport
import Testing

/// The kit that readers in every language are held to: the same files, the same verdicts, the same owners.
@Suite struct ConformanceKitTests {
    typealias Case = ConformanceKit.Case

    struct Verdict: Equatable {
        var verdict: String
        var reason: String
    }

    /// Cases about the content of a file; those about the file system and about signatures are their owners' tests.
    static let cases = ConformanceKit.cases.filter { $0.file != nil && $0.keys == nil }

    @Test func theKitIsThere() { #expect(Self.cases.count > 120) }

    @Test(arguments: cases) func givesTheVerdictOfTheKit(item: Case) throws {
        let found = try judge(Array(ConformanceKit.contents(of: try #require(item.file))), item)
        #expect(found.verdict == item.verdict, "said \(found.verdict) (\(found.reason)), expected \(item.verdict)")
        #expect(([item.reason] + (item.also ?? [])).contains(found.reason), "said \(found.reason), not \(item.reason)")
    }

    @Test func ownsTheKeysThatTheKitSays() throws {
        let placement = try ConformanceKit.placement()
        let keys = try ConformanceKit.lines(of: placement.keys)
        for ring in placement.rings {
            let bytes = try Array(ConformanceKit.contents(of: ring.snapshot))
            let built = try build(Snapshot.decoding(bytes))
            let owners = try ConformanceKit.lines(of: ring.owners).map { try #require(Int($0)) }
            #expect(owners.count == keys.count)
            let wrong = zip(keys, owners).count { built.owner(ofKey: $0) != $1 }
            #expect(wrong == 0, "\(ring.snapshot): \(wrong) keys differ")
        }
    }

    private func judge(_ bytes: [UInt8], _ item: Case) throws -> Verdict {
        do throws(SnapshotError) {
            let snapshot = try Snapshot.decoding(bytes)
            try snapshot.verify(expectedPool: pool(item.pool))
            let current = item.current.map { place in
                Snapshot.Place(
                    epoch: Epoch(place.epoch),
                    version: RingVersion(place.version),
                    digest: digest(place.digest)
                )
            }
            switch Snapshot.adoption(of: snapshot.place, over: current) {
            case .keepSame: return Verdict(verdict: "keep", reason: "same")
            case .ignoreOlder: return Verdict(verdict: "keep", reason: "older")
            case .alarm: return Verdict(verdict: "alarm", reason: "same-version-other-content")
            case .adopt: break
            }
            guard let ring = try? build(snapshot) else {
                guard let dialect = try? Dialect.named(snapshot.dialect.name) else {
                    return Verdict(verdict: "keep", reason: "unknown-dialect")
                }
                let knowsOptions = (try? dialect.validate(options: snapshot.dialect.options)) != nil
                return Verdict(verdict: "keep", reason: knowsOptions ? "invalid-value" : "unknown-option")
            }
            guard ring.agreement == Array(snapshot.agreement.bytes) else {
                return Verdict(verdict: "keep", reason: "agreement-mismatch")
            }
            return Verdict(verdict: "adopt", reason: "new")
        } catch {
            return Verdict(verdict: "keep", reason: error.code.rawValue)
        }
    }

    private func build(_ snapshot: Snapshot) throws -> Ring {
        try Ring(
            dialect: snapshot.dialect,
            slots: snapshot.slots.map { slot in
                RingSlot(label: slot.label, weight: slot.weight, limit: slot.points.map(PointLimit.count) ?? .all)
            }
        )
    }

    private func pool(_ text: String) -> PoolName {
        guard let name = try? PoolName(text) else { preconditionFailure("the kit names a pool '\(text)'") }
        return name
    }

    private func digest(_ text: String) -> Digest {
        guard let digest = Digest(parsing: text) else { preconditionFailure("the kit has a digest '\(text)'") }
        return digest
    }
}
