import Foundation
import Glibc
import RingAPI
import RingCore
import RingPlanner
import RingServer
import RingServerTesting
import Testing

@Suite struct ControlServerTests {
    private let plane = FakeControlPlane()

    @Test func answersReadsWithTheSchemaFirst() async throws {
        try await withControlServer(plane) { path in
            let answer = try #require(try await RawClient(path: path).exchange("GET", "/v1/pools/-/nodes"))
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"schema":1,"pool":"sessions","version":41,"nodes":[{"name":"cache-1","#))
            #expect(answer.field("x-content-type-options") == "nosniff")
        }
    }

    @Test func namesTheKernelsPeerAsTheActor() async throws {
        try await withControlServer(plane) { path in
            let client = try RawClient(path: path)
            let body = #"{"action":"add-node","node":"cache-8","address":"10.0.0.8","message":"more room"}"#
            let answer = try #require(await client.exchange("POST", "/v1/changes", body: body))
            #expect(answer.status == 200)
            let submission = try #require(plane.submissions.first)
            #expect(submission.actor.uid == getuid())
            #expect(submission.actor.pid == getpid())
            #expect(submission.actor.user == String(cString: getpwuid(getuid()).pointee.pw_name))
            #expect(submission.command.message == "more room")
            #expect(submission.command.pool == nil)
        }
    }

    @Test func passesTheRequestIdentifierOn() async throws {
        try await withControlServer(plane) { path in
            let client = try RawClient(path: path)
            let body = #"{"action":"freeze","pool":"sessions"}"#
            let named = await client.exchange("POST", "/v1/changes", fields: ["X-Request-Id: once-1"], body: body)
            #expect(named?.field("x-request-id") == "once-1")
            #expect(plane.submissions.first?.request.text == "once-1")
            let unnamed = await client.exchange("POST", "/v1/changes", body: body)
            #expect(unnamed?.field("x-request-id")?.count == 32)
            let bad = await client.exchange("POST", "/v1/changes", fields: ["X-Request-Id: a b"], body: body)
            #expect(bad?.status == 400)
            #expect(plane.submissions.count == 2)
        }
    }

    @Test(arguments: Refusal.Code.allCases)
    func sendsTheCodeOfARefusal(code: Refusal.Code) async throws {
        plane.reply { _ in .refused(Refusal(code, field: "weight", problem: "no", hint: "do so")) }
        try await withControlServer(plane) { path in
            let body = #"{"action":"eject","node":"cache-1"}"#
            let answer = try #require(try await RawClient(path: path).exchange("POST", "/v1/changes", body: body))
            #expect((400..<600).contains(answer.status))
            let expected =
                #"{"schema":1,"error":{"code":"\#(code.rawValue)","field":"weight","problem":"no","hint":"do so"}}"#
            #expect(answer.body == expected + "\n")
        }
    }

    @Test func saysThatAnOutcomeIsUnknown() async throws {
        plane.reply { _ in .unknown(reason: "the disk failed") }
        try await withControlServer(plane) { path in
            let body = #"{"action":"eject","node":"cache-1"}"#
            let answer = try await RawClient(path: path).exchange("POST", "/v1/changes", body: body)
            #expect(answer?.status == 503)
            #expect(answer?.body.contains(#""code":"unknown-outcome""#) == true)
        }
    }

    @Test func answersSnapshotsOnceAnEntityTagIsOld() async throws {
        try await withControlServer(plane) { path in
            let client = try RawClient(path: path)
            let first = try #require(await client.exchange("GET", "/v1/pools/sessions/snapshot"))
            #expect(first.body == "{\n  \"format\": 1\n}\n")
            let tag = try #require(first.field("etag"))
            let second = await client.exchange("GET", "/v1/pools/sessions/snapshot", fields: ["If-None-Match: \(tag)"])
            #expect(second?.status == 304)
        }
    }

    @Test(arguments: [
        ("/v1/nothing", 404), ("/v1/pools/sessionz", 404), ("/v1/pools/..", 400), ("/v1/pools/%2e%2e/nodes", 400),
        ("/v1/pools/-/ring?version=abc", 400), ("/v1/pools/-/ring?version=0", 400), ("/v1/pools/-/ring?verson=1", 400),
        ("/v1/pools/-/ring?version=1&at=2026-01-01T00:00:00Z", 400), ("/v1/events?limit=0", 400),
        ("/v1/events?limit=1001", 400), ("/v1/events?since=yesterday", 400), ("/v1/events?limit=1&limit=2", 400),
    ])
    func refusesBadReads(path: String, status: Int) async throws {
        try await withControlServer(plane) { socket in
            let answer = try #require(try await RawClient(path: socket).exchange("GET", path))
            #expect(answer.status == status)
            let failure: Failure = try JSONDocument(parsing: answer.body.utf8).decode()
            #expect(!failure.error.problem.isEmpty && !failure.error.hint.isEmpty)
        }
    }

    @Test func refusesWhoeverMayNotUseTheSocket() async throws {
        guard getuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
            try Test.cancel("needs root and setpriv to become another user")
        }
        try await withTemporaryDirectory { directory in
            chmod(directory, 0o755)
            let path = directory + "/ringd.sock"
            // The mode lets everybody connect, so that the server itself must refuse.
            try await withControlServer(plane, at: path, mode: 0o666, group: 4711) {
                let refused = try await curl(path, as: ["--reuid=65534", "--regid=65534", "--clear-groups"])
                #expect(refused.contains(#""code":"forbidden""#))
                let member = try await curl(path, as: ["--reuid=65534", "--regid=4711", "--clear-groups"])
                #expect(member.contains(#""pools""#))
            }
        }
    }

    private func curl(_ socket: String, as privileges: [String]) async throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments =
            privileges + ["curl", "-sS", "--max-time", "10", "--unix-socket", socket, "http://localhost/v1/pools"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return await onThread {
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
    }
}
