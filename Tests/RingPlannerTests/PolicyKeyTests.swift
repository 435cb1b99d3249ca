import Foundation
import RingPlanner
import Testing

struct PolicyKeyTests {
    /// Every key with its default, a value that it takes, and values that it refuses.
    static let table: [(key: String, standard: String, good: String, bad: [String])] = [
        ("interval", "1s", "2s", ["0s", "49ms", "11m", "1", "1.5s", "-1s", "1 s", ""]),
        ("timeout", "500ms", "250ms", ["10ms", "0", "ms"]),
        ("fast-interval", "100ms", "200ms", ["20ms", "x"]),
        ("down-interval", "2s", "5s", ["1ms"]),
        ("fall-hard", "2", "1", ["0", "101", "-1", "two"]),
        ("fall-soft", "3", "4", ["0", "101"]),
        ("rise", "3", "1", ["0", "101", ""]),
        ("confirm", "2s", "0s", ["11m", "2"]),
        ("on-failure", "default", "spare,hold", ["spare;hold", "hold,hold", "drop", ""]),
        ("hold-for", "1m", "5s", ["500ms", "8d"]),
        ("rejoin", "flush", "accept-stale", ["Flush", "maybe"]),
        ("failback", "when-ejected", "never", ["sometimes"]),
        (
            "ramp", "none", "10%,25%,100%",
            ["", "10%", "50%,25%,100%", "0%,100%", "100%,110%", "50%,50%,100%", "10% 100%"]
        ),
        ("settle", "5m", "1s", ["0s", "999ms", "25h", "5"]),
        ("max-item-ttl", "1d", "1h", ["59s", "91d"]),
        ("burst-nodes", "3", "5", ["0", "10001"]),
        ("burst-share", "20%", "30%", ["101%", "-1%", "%"]),
        ("burst-window", "10s", "20s", ["999ms", "11m"]),
        ("thaw-after", "30s", "5s", ["0s", "61m"]),
        ("floor", "80%", "0%", ["101%", "-5%", "all"]),
        ("move-budget", "10%", "100%", ["101%"]),
        ("budget-window", "30m", "5m", ["59s", "25h"]),
        ("max-changes-per-hour", "4", "0", ["-1", "1001"]),
        ("damping", "on", "off", ["ON", "true"]),
        ("mode", "automatic", "observe", ["manual"]),
        ("ask-above", "10%", "50%", ["101%"]),
        ("continuum", "omit", "inline", ["both"]),
        ("keep-snapshots", "1000", "10", ["9", "1000001"]),
    ]

    /// `RECORD_SNAPSHOTS=1` writes the table of the article anew.
    @Test func articleSaysWhatEachKeyTakes() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/RingDaemon/Documentation.docc/PolicyKeys.md")
        let article = try String(contentsOf: file, encoding: .utf8)
        let line = "| --- | --- | --- | --- |\n"
        let parts = article.components(separatedBy: line)
        try #require(parts.count == 2)
        let rows = PolicyKey.all.map { key in
            "| `\(key.name)` | \(key.text(in: Policy())) | \(key.range) | \(key.meaning) |\n"
        }
        let expected = parts[0] + line + rows.joined() + "\n" + parts[1].drop { $0 != "#" }
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try expected.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(article == expected)
        }
    }

    @Test func tableIsWhole() {
        #expect(Self.table.map(\.key) == PolicyKey.all.map(\.name))
    }

    @Test(arguments: table)
    func hasItsDefaultAndItsRange(_ row: (key: String, standard: String, good: String, bad: [String])) throws {
        let key = try #require(PolicyKey.named(row.key))
        #expect(key.text(in: Policy()) == row.standard)
        var policy = Policy()
        try policy.set(row.key, to: row.good)
        #expect(key.text(in: policy) == row.good)
        #expect(policy.overrides.map(\.key) == [row.key])
        for bad in row.bad {
            var untouched = Policy()
            let refusal = #expect(throws: Refusal.self) { try untouched.set(row.key, to: bad) }
            #expect(refusal?.field == row.key, "\(bad)")
            #expect(refusal?.code == .invalid)
            #expect(untouched == Policy(), "\(bad)")
        }
    }

    @Test func namesTheNearestOfAnUnknownKey() {
        var policy = Policy()
        let refusal = #expect(throws: Refusal.self) { try policy.set("fllor", to: "80%") }
        #expect(refusal?.hint == "did you mean 'floor'?")
    }

    static let contradictions: [[(String, String)]] = [
        [("timeout", "2s")], [("interval", "250ms")], [("fast-interval", "5s")], [("on-failure", "spare")],
        [("on-failure", "hold,spare,eject")], [("on-failure", "eject,hold")],
    ]

    @Test(arguments: contradictions)
    func refusesContradictions(_ settings: [(String, String)]) throws {
        var policy = Policy()
        for (key, value) in settings { try policy.set(key, to: value) }
        #expect(throws: Refusal.self) { try policy.validate() }
    }
}
