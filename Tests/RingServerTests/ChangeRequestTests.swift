import RingAPI
import RingCore
import RingPlanner
import RingServerTesting
import Testing

@Suite struct ChangeRequestTests {
    /// Each body with the field that the refusal must name.
    private static let bad: [(body: String, field: String)] = [
        ("", "body"), ("{", "body"), ("[]", "body"), ("\u{1}", "body"), (#"{"action":"freeze"} x"#, "body"),
        (#"{"action":"freeze","action":"thaw"}"#, "body"),
        (String(repeating: "[", count: 100), "body"),
        (#"{"action":"explode"}"#, "action"), (#"{"pool":"sessions"}"#, "action"),
        (#"{"action":"freeze","pool":"../x"}"#, "pool"), (#"{"action":"freeze","pool":7}"#, "pool"),
        (#"{"action":"freeze","color":"red"}"#, "color"), (#"{"action":"freeze","node":"cache-1"}"#, "node"),
        (#"{"action":"eject"}"#, "node"), (#"{"action":"eject","node":"../x"}"#, "name"),
        (#"{"action":"freeze","if_version":-1}"#, "if_version"),
        (#"{"action":"rollback"}"#, "version"), (#"{"action":"rollback","version":0}"#, "version"),
        (#"{"action":"freeze","version":3}"#, "version"),
        (#"{"action":"freeze","if_version":99999999999999999999}"#, "if_version"),
        (#"{"action":"freeze","message":"a\nb"}"#, "message"),
        (#"{"action":"set-pool","pool":"sessions"}"#, "settings"), (#"{"action":"create-pool"}"#, "pool"),
        (#"{"action":"set-pool","settings":[{"key":"rise","value":3}]}"#, "settings.0.value"),
        (#"{"action":"set-pool","settings":[{"key":"rise","value":"3","x":1}]}"#, "settings.0.x"),
        (#"{"action":"add-node","node":"a"}"#, "address"),
        (#"{"action":"add-node","node":"a","address":"10.0.0.1:0"}"#, "port"),
        (#"{"action":"add-node","node":"a","address":"10.0.0.1:70000"}"#, "port"),
        (#"{"action":"add-node","node":"a","address":"10.0.0.1:abc"}"#, "port"),
        (#"{"action":"add-node","node":"a","address":"a b"}"#, "host"),
        (#"{"action":"add-node","node":"a","address":"a\r\nflush_all"}"#, "host"),
        (#"{"action":"add-node","node":"a","address":"a\u0000b"}"#, "host"),
        (#"{"action":"add-node","node":"a","address":"\#(String(repeating: "h", count: 300))"}"#, "host"),
        (#"{"action":"add-node","node":"a","address":"h","weight":0}"#, "weight"),
        (#"{"action":"add-node","node":"a","address":"h","weight":-1}"#, "weight"),
        (#"{"action":"add-node","node":"a","address":"h","weight":1000000000}"#, "weight"),
        (#"{"action":"add-node","node":"a","address":"h","weight":1e9}"#, "weight"),
        (#"{"action":"add-node","node":"a","address":"h","weight":"ten"}"#, "weight"),
        (#"{"action":"add-node","node":"a","address":"h","zone":"a\u2028b"}"#, "zone"),
        (#"{"action":"add-node","node":"a","address":"h","tags":["x",""]}"#, "tags"),
        (#"{"action":"add-node","node":"a","address":"h","wait_ms":60001}"#, "wait_ms"),
        (#"{"action":"maintenance","node":"a","until":"tomorrow"}"#, "until"),
        (#"{"action":"maintenance","node":"a","for_ms":0}"#, "for_ms"),
        (#"{"action":"maintenance","node":"a","for_ms":1,"until":"2026-11-22T10:35:00Z"}"#, "until"),
        (#"{"action":"drain","node":"a","until":"2026-11-22T10:35:00Z"}"#, "until"),
        (#"{"action":"replace-node","node":"a"}"#, "address"),
        (#"{"action":"batch"}"#, "changes"), (#"{"action":"batch","changes":[]}"#, "changes"),
        (#"{"action":"batch","changes":[{"action":"freeze"},{"action":"explode"}]}"#, "changes.1.action"),
        (#"{"action":"batch","changes":[{"action":"freeze","node":"a"}]}"#, "changes.0.node"),
        (#"{"action":"batch","changes":[{"action":"freeze","pool":"web"}]}"#, "changes.0.pool"),
        (#"{"action":"batch","changes":[{"action":"thaw"},{"action":"eject"}]}"#, "changes.1.node"),
        (#"{"action":"batch","changes":[{"action":"batch","changes":[]}]}"#, "changes.0.action"),
        (#"{"action":"batch","changes":[{"action":"create-pool"}]}"#, "pool"),
        (#"{"action":"batch","node":"a","changes":[{"action":"thaw"}]}"#, "node"),
        (#"{"action":"freeze","changes":[]}"#, "changes"),
        (#"{"action":"freeze","if_outcome":"sha256:00"}"#, "if_outcome"),
        (#"{"action":"freeze","if_outcome":7}"#, "if_outcome"),
        (#"{"action":"batch","changes":[{"action":"freeze","if_outcome":"x"}]}"#, "changes.0.if_outcome"),
    ]

    @Test func refusesBadChangesByFieldAndSubmitsNothing() async throws {
        let plane = FakeControlPlane()
        try await withControlServer(plane) { path in
            let client = try RawClient(path: path)
            for (body, field) in Self.bad {
                let answer = try #require(await client.exchange("POST", "/v1/changes", body: body), "\(body)")
                #expect(answer.status == 400, "\(body)")
                let failure: Failure = try JSONDocument(parsing: answer.body.utf8).decode()
                #expect(failure.error.field == field, "\(body)")
                #expect(!failure.error.hint.isEmpty)
            }
            #expect(plane.submissions.isEmpty)
        }
    }

    @Test func readsManyChangesAsOneInTheirOrder() async throws {
        let plane = FakeControlPlane()
        let body = """
            {"action":"batch","pool":"web","changes":[{"action":"remove-node","node":"cache-3"},
             {"action":"set-node","node":"cache-1","settings":[{"key":"weight","value":"200"}]},
             {"action":"readmit","node":"cache-2","accept_stale":true}],"dry_run":true,"message":"room","if_version":41}
            """
        try await withControlServer(plane) { path in
            _ = try await RawClient(path: path).exchange("POST", "/v1/changes", body: body)
        }
        let expected = Command(
            pool: try PoolName("web"),
            action: .batch([
                .removeNode(try NodeName("cache-3")),
                .setNode(try NodeName("cache-1"), settings: [.init(key: "weight", value: "200")]),
                .readmit(try NodeName("cache-2"), acceptStale: true),
            ]),
            isDryRun: true,
            message: "room",
            ifVersion: RingVersion(41)
        )
        #expect(plane.submissions.map(\.command) == [expected])
    }

    @Test func readsEveryMemberOfANewNode() async throws {
        let plane = FakeControlPlane()
        let body = """
            {"action":"add-node","pool":"web","node":"cache-8","address":"[2001:db8::8]:11212","weight":250,"zone":"b",
             "tags":["ssd","big","ssd"],"now":true,"flush":true,"accept_stale":true,"wait_ms":0,"dry_run":true,
             "message":"room","if_version":0}
            """
        try await withControlServer(plane) { path in
            _ = try await RawClient(path: path).exchange("POST", "/v1/changes", body: body)
        }
        let node = Command.NewNode(
            name: try NodeName("cache-8"),
            address: try NodeAddress(host: "2001:db8::8", port: 11212),
            weight: try Weight(250),
            zone: "b",
            tags: ["big", "ssd"],
            isImmediate: true,
            flush: true,
            acceptStale: true,
            wait: nil
        )
        let expected = Command(
            pool: try PoolName("web"),
            action: .addNode(node),
            isDryRun: true,
            message: "room",
            ifVersion: RingVersion(0)
        )
        #expect(plane.submissions.map(\.command) == [expected])
    }
}
