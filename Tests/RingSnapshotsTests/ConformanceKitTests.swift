import Foundation
import RingCore
import RingSnapshots
import Testing

/// The kit that readers in every language are held to: the same files, the same verdicts, the same owners.
@Suite struct ConformanceKitTests {
    static let kit = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Conformance")

    struct Cases: Decodable { let cases: [Case] }

    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let file: String?
        let pool: String
        let current: Place?
        let keys: [String: String]?
        let verdict: String
        let reason: String
        let also: [String]?

        var testDescription: String { name }

        struct Place: Decodable {
            let epoch: Int64
            let version: Int64
            let digest: String
        }
    }

    struct Verdict: Equatable {
        var verdict: String
        var reason: String
    }

    /// Cases about the content of a file; those about the file system and about signatures are their owners' tests.
    static let cases: [Case] = {
        let data = try? Data(contentsOf: kit.appendingPathComponent("cases.json"))
        let all = data.flatMap { try? JSONDecoder().decode(Cases.self, from: $0).cases } ?? []
        return all.filter { $0.file != nil && $0.keys == nil }
    }()

    @Test func theKitIsThere() { #expect(Self.cases.count > 120) }

    @Test(arguments: cases) func givesTheVerdictOfTheKit(item: Case) throws {
        let file = Self.kit.appendingPathComponent(try #require(item.file))
        let found = try judge(Array(Data(contentsOf: file)), item)
        #expect(found.verdict == item.verdict, "said \(found.verdict) (\(found.reason)), expected \(item.verdict)")
        #expect(([item.reason] + (item.also ?? [])).contains(found.reason), "said \(found.reason), not \(item.reason)")
    }

    @Test func ownsTheKeysThatTheKitSays() throws {
        struct Placement: Decodable {
            let keys: String
            let rings: [Ring]

            struct Ring: Decodable {
                let snapshot: String
                let owners: String
            }
        }
        let file = Self.kit.appendingPathComponent("placement.json")
        let placement = try JSONDecoder().decode(Placement.self, from: Data(contentsOf: file))
        let keys = try lines(of: placement.keys)
        for ring in placement.rings {
            let bytes = try Array(Data(contentsOf: Self.kit.appendingPathComponent(ring.snapshot)))
            let built = try build(Snapshot.decoding(bytes))
            let owners = try lines(of: ring.owners).map { try #require(Int($0)) }
            #expect(owners.count == keys.count)
            let wrong = zip(keys, owners).count { built.owner(ofKey: $0) != $1 }
            #expect(wrong == 0, "\(ring.snapshot): \(wrong) keys differ")
        }
    }

    private func lines(of file: String) throws -> [String] {
        let text = try String(contentsOf: Self.kit.appendingPathComponent(file), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
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
