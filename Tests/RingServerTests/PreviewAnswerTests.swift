import RingAPI
import RingCore
import RingPlanner
import RingServerTesting
import Testing

/// Goal: a preview says what would happen and what guards say; what was done says what was done; a promise is kept.
@Suite struct PreviewAnswerTests {
    private let plane = FakeControlPlane()
    private let body = #"{"action":"remove-node","node":"cache-1""#

    private func post(_ members: String, status: Int = 200) async throws -> JSONDocument {
        try await withControlServer(plane) { path in
            let client = try RawClient(path: path)
            let answer = try #require(await client.exchange("POST", "/v1/changes", body: body + members + "}"))
            #expect(answer.status == status)
            return try JSONDocument(parsing: answer.body.utf8)
        }
    }

    @Test func aPreviewCarriesGuardsSlotsAndOutcome() async throws {
        let json = try await post(#","dry_run":true"#)
        #expect(json["done"]?.value == .bool(false))
        let result: ChangeResult = try json.decode()
        #expect(result.unchanged?.map(\.node) == ["cache-2"])
        #expect(result.guards?.map(\.guard) == ["floor", "budget"])
        #expect(result.guards?.map(\.allows) == [true, false])
        #expect(result.outcome?.hasPrefix("sha256:") == true)
        #expect(try Outcome(parsing: try #require(result.outcome)).description == result.outcome)
        #expect(json["worst_growth"]?.value == nil, "nothing grows")
    }

    @Test func whatWasDoneSaysNoMoreThanBefore() async throws {
        let json = try await post("")
        #expect(json["done"]?.value == .bool(true))
        for member in ["unchanged", "guards", "outcome"] { #expect(json[member]?.value == nil) }
    }

    @Test func theWorstGrowthHasItsFactor() async throws {
        plane.reply { command in
            let node = try! NodeName("cache-2")
            let report = ChangeReport(
                pool: try! PoolName("sessions"),
                summary: "removed cache-1",
                oldVersion: RingVersion(41),
                newVersion: RingVersion(42),
                movement: .none,
                shares: [.init(node: node, label: "l", before: Share(percent: 40), after: Share(percent: 50))],
                notices: []
            )
            return command.isDryRun ? .preview(report) : .done(report)
        }
        for members in ["", #","dry_run":true"#] {
            let growth = try #require(try await post(members)["worst_growth"])
            #expect(
                growth.value.compactText
                    == #"{"node":"cache-2","label":"l","before":0.400000,"after":0.500000,"factor":1.25}"#
            )
        }
    }

    @Test func anotherOutcomeThanPromisedIsAConflict() async throws {
        let seen: ChangeResult = try await post(#","dry_run":true"#).decode()
        let promise = #","if_outcome":"\#(try #require(seen.outcome))""#
        let done = try await post(promise)
        #expect(done["done"]?.value == .bool(true))
        plane.move(Share(percent: 3))
        let refused: Failure = try await post(promise, status: 409).decode()
        #expect(refused.error.code == .versionConflict && refused.error.field == "if_outcome")
    }
}
