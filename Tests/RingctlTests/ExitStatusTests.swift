import Foundation
import Glibc
import RingPlanner
import RingServerTesting
import Testing

@Suite struct ExitStatusTests {
    /// Arguments that are refused before anything is sent, with the field that the error must name.
    private static let bad: [(arguments: [String], field: String)] = [
        (["node", "add", "../x", "10.0.0.8"], "name"), (["node", "add", "", "10.0.0.8"], "name"),
        (["node", "add", String(repeating: "n", count: 64), "10.0.0.8"], "name"),
        (["node", "add", "x", "10.0.0.8:0"], "port"), (["node", "add", "x", "10.0.0.8:70000"], "port"),
        (["node", "add", "x", "10.0.0.8:abc"], "port"), (["node", "add", "x", "a b"], "host"),
        (["node", "add", "x", "a\r\nflush_all"], "host"),
        (["node", "add", "x", String(repeating: "h", count: 300)], "host"),
        (["node", "add", "x", "127.1"], "host"), (["node", "add", "x", "h", "--weight", "0"], "weight"),
        (["node", "add", "x", "h", "--weight=-1"], "weight"), (["node", "add", "x", "h", "--weight", "1e9"], "weight"),
        (["node", "add", "x", "h", "--weight", "1000000000"], "weight"),
        (["node", "add", "x", "h", "--weight", "ten"], "weight"),
        (["node", "add", "x", "h", "--zone", "a\u{1B}[2J"], "zone"),
        (["node", "set", "cache-1", "weight=ten"], "weight"), (["node", "set", "cache-1", "weight"], "key=value"),
        (["node", "remove", "../x"], "name"), (["node", "show", "A"], "name"), (["pool", "show", "../x"], "pool"),
        (["pool", "show", "web", "-p", "sessions"], "pool"), (["-p", "..", "status"], "pool"),
        (["pool", "freeze", "-m", "a\nb"], "message"),
        (["pool", "freeze", "-m", String(repeating: "m", count: 1001)], "message"),
        (["pool", "freeze", "--if-version=-1"], "if-version"),
        (["pool", "freeze", "--request-id", "a b"], "request-id"),
        (["events", "--since", "yesterday"], "since"), (["ring", "show", "--at", "noon"], "at"),
    ]

    @Test func refusesBadValuesByFieldAndSendsNothing() async throws {
        let plane = FakeControlPlane()
        try await withControlServer(plane) { socket in
            for (arguments, field) in Self.bad {
                let outcome = try await ringctl(arguments, socket: socket)
                #expect(outcome.status == 2, "\(arguments)")
                let lines = outcome.error.split(separator: "\n")
                #expect(lines.count == 2 && lines[0].hasPrefix("ringctl: ") && lines[1].hasPrefix("  "), "\(arguments)")
                #expect(lines.first?.hasSuffix("(\(field))") == true, "\(arguments) \(outcome.error)")
                #expect(outcome.output == "")
            }
            #expect(plane.submissions.isEmpty)
        }
    }

    @Test(arguments: [
        ["bogus"], ["node", "bogus"], ["node", "list", "--bogus"], ["node", "list", "-o", "xml"], ["node", "add", "x"],
        ["pool", "set"], ["pool", "freeze", "--if-version", "abc"], ["ring", "show", "--version", "1", "--at", "1h"],
    ])
    func saysHowItIsUsed(arguments: [String]) async throws {
        let outcome = try await ringctl(arguments, socket: "/nowhere")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("Usage: ringctl"))
    }

    @Test(arguments: Refusal.Code.allCases)
    func mapsRefusals(code: Refusal.Code) async throws {
        let plane = FakeControlPlane()
        plane.reply { _ in .refused(Refusal(code, field: "node", problem: "no\u{1B}[31m", hint: "do so")) }
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(["node", "eject", "cache-1", "-y"], socket: socket)
            let expected: Int32 =
                switch code {
                case .versionConflict: 3
                case .busy: 75
                default: 2
                }
            #expect(outcome.status == expected)
            #expect(outcome.error == "ringctl: no\\u{1b}[31m (node)\n  do so\n")
        }
    }

    @Test func suggestsTheNearestName() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let outcome = try await ringctl(["node", "show", "cach-4"], socket: socket)
            #expect(outcome.status == 2)
            #expect(outcome.error.hasSuffix("  did you mean 'cache-4'?\n"))
        }
    }

    @Test func saysWhichSocketsWereTried() async throws {
        try await withTemporaryDirectory { directory in
            let standard = try await ringctl(["status"], directory: directory)
            #expect(standard.status == 69)
            #expect(standard.error.contains("./ringd-data/ringd.sock or /run/ringd/ringd.sock"))
            #expect(standard.error.contains("'ringd'"))
            let path = directory + "/stale.sock"
            _ = try BreakingListener(path: path)
            let stale = try await ringctl(["--socket", path, "node", "list"])
            #expect(stale.status == 69)
            #expect(stale.error.contains(path))
        }
    }

    @Test func findsTheSocketBelowTheWorkingDirectory() async throws {
        try await withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory + "/ringd-data",
                withIntermediateDirectories: false
            )
            try await withControlServer(FakeControlPlane(), at: directory + "/ringd-data/ringd.sock") {
                let outcome = try await ringctl(["status"], directory: directory)
                #expect(outcome.status == 0)
            }
        }
    }

    @Test func saysWhoMayUseTheSocket() async throws {
        guard getuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
            try Test.cancel("needs root and setpriv to become another user")
        }
        try await withTemporaryDirectory { directory in
            chmod(directory, 0o755)
            let path = directory + "/ringd.sock"
            let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            for mode in [0o660, 0o666] as [UInt32] {
                try await withControlServer(FakeControlPlane(), at: path, mode: mode) {
                    let outcome = try await ringctl(["status"], socket: path, by: nobody)
                    #expect(outcome.status == 77, "\(outcome.error)")
                }
            }
        }
    }

    @Test func namesThePoolByOptionOrEnvironment() async throws {
        let plane = FakeControlPlane()
        plane.keepPools(["sessions", "web"])
        try await withControlServer(plane) { socket in
            let none = try await ringctl(["node", "list"], socket: socket)
            #expect(none.status == 2 && none.error.contains("sessions, web"))
            for arguments in [
                ["node", "list", "-p", "web"], ["-p", "web", "node", "list"], ["node", "--pool=web", "list"],
            ] {
                let outcome = try await ringctl(arguments + ["-o", "json"], socket: socket)
                #expect(outcome.output.contains(#""pool": "web""#), "\(arguments)")
            }
            let environment = ["RINGCTL_POOL": "web"]
            let byEnvironment = try await ringctl(
                ["node", "list", "-o", "yaml"],
                socket: socket,
                environment: environment
            )
            #expect(byEnvironment.output.contains("pool: web\n"))
            let unknown = try await ringctl(["status", "wev"], socket: socket)
            #expect(unknown.status == 2 && unknown.error.contains("'web'"))
        }
    }

    @Test func readsOnceMoreWhenTheConnectionBreaks() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/ringd.sock"
            let listener = try BreakingListener(path: path)
            async let heads = listener.serve(breaking: 2, then: "")
            let outcome = try await ringctl(["status"], socket: path)
            #expect(outcome.status == 69)
            #expect(outcome.error.contains("broke"))
            #expect(await heads.count == 2)
        }
    }

    @Test func helpsWhereThereIsNoPoolYet() async throws {
        let plane = FakeControlPlane()
        plane.keepPools([])
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(["status"], socket: socket)
            #expect(outcome.status == 0)
            #expect(outcome.error.contains("ringctl node add"))
        }
    }

    @Test func printsItsVersionWithoutADaemon() async throws {
        let outcome = try await ringctl(["version"], socket: "/nowhere")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("ringctl  "))
        #expect(outcome.error.hasPrefix("note: "))
    }
}
