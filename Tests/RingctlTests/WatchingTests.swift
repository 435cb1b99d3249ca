import RingAPI
import RingCore
import RingServerTesting
import Testing

@testable import ringctl

@Suite struct WatchingTests {
    @Test func followsWhatHappensNext() async throws {
        let plane = FakeControlPlane()
        try await withControlServer(plane) { socket in
            let outcome = try await ringctl(
                ["events", "--follow", "-o", "json"],
                socket: socket,
                until: { !$0.isEmpty && plane.followedFrom.count >= 3 }
            )
            let lines = outcome.output.split(separator: "\n")
            let events = try lines.map { try JSONDocument(parsing: $0.utf8).decode(EventRow.self).event }
            #expect(!events.isEmpty)
            #expect(events == events.sorted())
            // The first question is for the newest, each later one for what came after the last that was printed.
            let asked = plane.followedFrom
            #expect(asked.count >= 3 && asked[0] == nil && asked[1] == events.first)
        }
    }

    @Test func waitsForADaemonThatWentAway() async throws {
        try await withTemporaryDirectory { directory in
            let outcome = try await ringctl(["events", "--follow"], socket: directory + "/ringd.sock")
            #expect(outcome.status == 69)
        }
    }

    @Test func waitTellsWhatIsMissingWhenTheTimeIsUp() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let version = try await ringctl(["wait", "--version", "99", "--timeout", "300ms"], socket: socket)
            #expect(version.status == 75 && version.error.contains("at version 41, not at 99"))
            let health = try await ringctl(["wait", "--healthy", "--timeout", "300ms"], socket: socket)
            #expect(health.status == 75 && health.error.contains("node 'cache-4' is ejected"))
            for arguments in [["wait"], ["wait", "--version", "1", "--healthy"]] {
                #expect(try await ringctl(arguments, socket: socket).status == 64)
            }
            let noUnit = try await ringctl(["wait", "--healthy", "--timeout", "30"], socket: socket)
            #expect(noUnit.status == 2 && noUnit.error.contains("30s") == false && noUnit.error.contains("unit"))
        }
    }

    @Test(arguments: [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete -c")])
    func completes(shell: String, word: String) async throws {
        let outcome = try await ringctl(["--socket", "/nowhere", "completion", shell])
        #expect(outcome.status == 0 && outcome.output.contains(word) && outcome.output.contains("history"))
        #expect(try await ringctl(["completion", "csh"]).status == 64)
    }

    @Test(arguments: [
        (["--socket", "X", "node", "typo"], "'ringctl node' has no command 'typo'", "--help"),
        (["chek"], "'ringctl' has no command 'chek'", "'ringctl check'"),
        (["ring", "histroy", "-o", "json"], "'ringctl ring' has no command 'histroy'", "'ringctl ring history'"),
    ])
    func namesTheNearestCommand(arguments: [String], problem: String, hint: String) async throws {
        let outcome = try await ringctl(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(problem) && outcome.error.contains(hint))
    }
}

@Suite struct HealthVerdictTests {
    private func node(_ name: String, _ placement: String, health: String = "up") -> NodeRow {
        NodeRow(
            name: name,
            host: "10.0.0.1",
            port: 1,
            weight: 1,
            admin: "active",
            health: health,
            placement: placement,
            share: .none
        )
    }

    private func pool(_ mode: PoolMode, version: Int64? = 7) -> PoolSummary {
        PoolSummary(
            pool: "web",
            version: version,
            dialect: "pinned-ketama",
            mode: mode,
            counts: NodeCounts(total: 0, up: 0, suspect: 0, down: 0, ejected: 0, held: 0),
            changedAt: nil
        )
    }

    @Test func worsensWithTheNodesThatAreOut() {
        let good = (1...8).map { node("c\($0)", "in") }
        let fine = HealthVerdict(of: pool(.normal), nodes: good, warning: 1, critical: nil)
        #expect(fine.level == .fine && fine.text == "web: all 8 nodes serve")
        #expect(fine.figures == " | 'web_nodes'=8 'web_out'=0;1;2;0;8 'web_version'=7")
        let one = Array(good.dropLast()) + [node("c8", "ejected", health: "down")]
        #expect(HealthVerdict(of: pool(.normal), nodes: one, warning: 1, critical: nil).level == .warning)
        #expect(HealthVerdict(of: pool(.normal), nodes: one, warning: 1, critical: 1).level == .critical)
        #expect(HealthVerdict(of: pool(.normal), nodes: one, warning: 2, critical: 3).level == .fine)
        let two = Array(one.dropFirst()) + [node("c9", "ejected", health: "down")]
        let verdict = HealthVerdict(of: pool(.normal), nodes: two, warning: 1, critical: nil)
        #expect(verdict.level == .critical && verdict.text == "web: 2 of 8 nodes out (c8 ejected, c9 ejected)")
    }

    @Test func saysWhoDoesNotServeByAnOperatorsWish() {
        var aside = node("c8", "ejected")
        aside.admin = "maintenance"
        var spare = node("s1", "absent")
        spare.admin = "spare"
        let suspect = node("c7", "in", health: "suspect")
        let nodes = (1...6).map { node("c\($0)", "in") } + [suspect, aside, spare]
        let verdict = HealthVerdict(of: pool(.normal), nodes: nodes, warning: 1, critical: nil)
        #expect(verdict.level == .fine)
        #expect(verdict.text == "web: 6 of 8 nodes are up (c7 suspect, c8 maintenance)")
    }

    @Test func aPoolThatCannotActIsWorseThanItsNodes() {
        let nodes = [node("c1", "in")]
        for (mode, level) in [
            (PoolMode.frozen, HealthVerdict.Level.critical), (.needsAck, .critical), (.observe, .warning),
        ] {
            let verdict = HealthVerdict(of: pool(mode), nodes: nodes, warning: 1, critical: nil)
            #expect(verdict.level == level && verdict.text.contains(mode.rawValue))
        }
    }

    @Test func saysTheWorstPoolFirst() {
        var (first, second) = (HealthVerdict(.fine, "a: fine"), HealthVerdict(.critical, "b: bad"))
        first.figures = " | 'a'=1"
        second.figures = " | 'b'=2"
        let joined = HealthVerdict(joining: [first, second])
        #expect(joined.level == .critical && joined.text == "b: bad; a: fine" && joined.figures == " | 'a'=1 'b'=2")
        #expect(HealthVerdict(joining: []).level == .fine)
    }

    @Test func checkAnswersAMonitor() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let outcome = try await ringctl(["check"], socket: socket)
            #expect(outcome.status == 1 && outcome.output.hasPrefix("RINGD WARNING - sessions: 1 of "))
            #expect(outcome.output.split(separator: "\n").count == 1)
            let unknown = try await ringctl(["check", "sesions"], socket: socket)
            #expect(unknown.status == 3 && unknown.output.hasPrefix("RINGD UNKNOWN - "))
        }
        let lost = try await ringctl(["check"], socket: "/nowhere/ringd.sock")
        #expect(lost.status == 2 && lost.output.hasPrefix("RINGD CRITICAL - no ringd answers"))
    }
}

@Suite struct SparklineTests {
    @Test func scalesToTheTopAndKeepsTheNewest() {
        var line = Sparkline(length: 4)
        for value: Int64? in [9, 0, nil, 500, 1000] { line.append(value) }
        #expect(line.text(top: 1000) == "▁ ▅█")
        #expect(Sparkline(length: 4).text(top: 0) == "")
    }
}
