import Foundation
import RingCore
import RingServerTesting
import Testing

/// Compares what people see with the files in `Golden/`; `RECORD_SNAPSHOTS=1` writes them anew.
@Suite struct GoldenTests {
    private static let reads: [(name: String, arguments: [String])] = [
        ("status", ["status"]), ("status-pool", ["status", "sessions"]), ("node-list", ["node", "list"]),
        ("node-list-wide", ["node", "list", "-o", "wide"]), ("node-list-json", ["node", "list", "-o", "json"]),
        ("node-list-yaml", ["node", "list", "-o", "yaml"]), ("node-list-csv", ["node", "list", "-o", "csv"]),
        ("node-list-name", ["node", "list", "-o", "name"]), ("node-show", ["node", "show", "cache-4"]),
        ("pool-list", ["pool", "list"]), ("pool-show", ["pool", "show"]), ("ring-show", ["ring", "show"]),
        ("ring-locate", ["ring", "locate", "user:1", "日本"]), ("ring-history", ["ring", "history"]),
        ("events", ["events"]), ("audit-verify", ["audit", "verify"]), ("snapshot-path", ["snapshot", "path"]),
        ("snapshot-show", ["snapshot", "show"]), ("version", ["version"]),
        ("ring-diff", ["ring", "diff", "40", "41"]), ("ring-diff-csv", ["ring", "diff", "v40", "1m ago", "-o", "csv"]),
        ("audit-changes", ["audit", "changes", "--since", "12h ago"]), ("audit-asof", ["audit", "asof", "v41"]),
        ("audit-availability", ["audit", "availability"]), ("audit-flaps", ["audit", "flaps"]),
        ("audit-flaps-json", ["audit", "flaps", "-o", "json"]), ("audit-moves", ["audit", "moves", "--since", "40"]),
        ("why", ["why", "cache-4"]), ("sql", ["sql", "SELECT 1"]), ("sql-csv", ["sql", "SELECT 1", "-o", "csv"]),
        ("sql-json", ["sql", "SELECT 1", "-o", "json"]),
        ("db-check", ["db", "check"]), ("db-backup", ["db", "backup", "copy.db"]), ("db-compact", ["db", "compact"]),
        ("wait", ["wait", "--version", "41"]), ("export", ["export"]), ("export-yaml", ["export", "-o", "yaml"]),
        ("export-json", ["export", "-o", "json"]),
        ("add-dry-run", ["node", "add", "cache-8", "10.0.0.8", "--dry-run"]),
        ("add", ["node", "add", "cache-8", "10.0.0.8", "-y"]),
        ("rollback-dry-run", ["ring", "rollback", "40", "-n"]),
        ("plan", ["plan", "node remove cache-2", "node add cache-8 10.0.0.8 --weight 200"]),
        ("plan-wide", ["plan", "pool", "set", "dialect=twemproxy-ketama", "-o", "wide"]),
        ("plan-json", ["plan", "ring rollback 40", "-o", "json"]),
        ("plan-yaml", ["plan", "pool", "freeze", "-o", "yaml"]),
        ("plan-csv", ["plan", "spare add s 10.0.0.9", "-o", "csv"]),
        ("plan-name", ["plan", "pool thaw", "-o", "name"]),
    ]

    @Test(arguments: reads.map(\.name))
    func printsAsRecorded(name: String) async throws {
        let arguments = try #require(Self.reads.first { $0.name == name }?.arguments)
        let since = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) - 750_000)
        try await withControlServer(FakeControlPlane(since: since)) { socket in
            let outcome = try await ringctl(arguments, socket: socket)
            #expect(outcome.status == 0)
            #expect(outcome.error == "")
            #expect(!outcome.output.split(separator: "\n").contains { $0.hasSuffix(" ") })
            try compare(outcome.output, with: name)
        }
    }

    private static let commands: [[String]] = [
        [], ["status"], ["pool"], ["pool", "list"], ["pool", "show"], ["pool", "create"], ["pool", "set"],
        ["pool", "freeze"], ["pool", "thaw"], ["pool", "ack"], ["pool", "delete"], ["node"], ["node", "list"],
        ["node", "show"], ["node", "add"], ["node", "set"], ["node", "remove"], ["node", "eject"], ["node", "readmit"],
        ["node", "undamp"], ["node", "drain"], ["node", "maintenance"], ["node", "enable"], ["node", "replace"],
        ["ring", "show"], ["ring", "locate"], ["ring", "history"], ["events"], ["audit", "verify"],
        ["audit"], ["audit", "changes"], ["audit", "asof"], ["audit", "availability"], ["audit", "flaps"],
        ["audit", "moves"], ["why"], ["sql"], ["ring", "diff"], ["ring"], ["ring", "rollback"], ["db"],
        ["db", "check"], ["db", "backup"],
        ["db", "compact"], ["check"], ["wait"], ["doctor"], ["export"], ["plan"], ["diff"], ["apply"], ["completion"],
        ["snapshot", "path"], ["snapshot", "show"], ["version"],
        ["key"], ["key", "generate"], ["key", "list"],
    ]

    @Test(arguments: commands)
    func helpsAsRecorded(command: [String]) async throws {
        let outcome = try await ringctl(command + ["--help"], environment: ["COLUMNS": "80"])
        #expect(outcome.status == 0)
        try compare(outcome.output, with: (["help"] + command).joined(separator: "-"))
    }

    private func compare(_ text: String, with name: String) throws {
        let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/
        var text = text.replacing(time) {
            $0.output.0.utf8.count == 20 ? "YYYY-MM-DDTHH:MM:SSZ" : "YYYY-MM-DDTHH:MM:SS.mmmZ"
        }
        text = text.replacing(/ctl-[0-9a-f]+/, with: "ctl-ID")
        text = text.replacing(/plan-[0-9a-f]{20,}/, with: "plan-ID").replacing(/sha256:[0-9a-f]{64}/, with: "sha256:ID")
        text = text.replacing(/(\bid"? ?[:=] ?)"?[a-z0-9]{6,}"?/) { "\($0.output.1)ID" }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Golden/\(name).txt"
        )
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "differs from Golden/\(name).txt")
    }
}
