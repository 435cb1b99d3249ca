import ArgumentParser
import Foundation
import RingAPI
import RingCore
import Testing

@testable import ringctl

@Suite struct FormatTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("🚚", 2), ("👩‍👩‍👧", 2), ("ａ", 2), ("❤️", 2),
    ])
    func countsColumns(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func cutsWithinItsColumns() {
        #expect("abcdef".cut(toColumns: 4) == "abc…")
        #expect("日本語".cut(toColumns: 4) == "日…")
        #expect("abc".cut(toColumns: 3) == "abc")
    }

    @Test func alignsWideTextAndLeavesNoTrailingSpace() {
        let table = Table(
            columns: [.left("A"), .right("N"), .left("B")],
            rows: [["日本", "1", ""], ["x", "100", "y"]]
        )
        #expect(table.text(isWide: false, hasColour: false, limit: nil) == "A       N  B\n日本    1\nx     100  y\n")
    }

    @Test(arguments: [
        (80, "cache-6  10.0.0.16:11211     100  ejected  18 hard failures: connection refused"),
        (65, "cache-6  10.0.0.16:11211     100  ejected  18 hard failures: con…"),
        (60, "cache-6  10.0.0.16:11211  ejected  18 hard failures: connec…"),
        (50, "cache-6  ejected  18 hard failures: connection re…"),
        (40, "cache-6  ejected  18 hard failures: con…"),
        (20, "cache-6  ejected  18 hard fai…"),
    ])
    func columnsLeaveANarrowTerminal(limit: Int, line: String) {
        let table = Table(
            columns: [
                .left("NODE"), Table.Column.left("ADDRESS").leaving(2), Table.Column.right("WEIGHT").leaving(1),
                .left("STATE"), .left("WHY"),
            ],
            rows: [["cache-6", "10.0.0.16:11211", "100", "ejected", "18 hard failures: connection refused"]],
            showsTitles: false
        )
        #expect(table.text(isWide: false, hasColour: false, limit: limit) == line + "\n")
    }

    @Test(arguments: [
        (80, ["AT", "NODE", "WHAT", "WHO", "VERSION", "REASON"]), (79, ["AT", "NODE", "WHAT", "WHO", "REASON"]),
        (90, ["AT", "POOL", "NODE", "WHAT", "WHO", "VERSION", "REASON"]),
    ])
    func eventsKeepTheirColumnsWhateverComesNext(limit: Int, titles: [String]) throws {
        let reasons = ["", "CHG-1", String(repeating: "long ", count: 30)]
        let rows: [[Table.Cell]] = reasons.map {
            ["7", "2026-11-22T03:12:00Z", "sessions", "cache-4", "eject", "ringd", "41", Table.Cell($0)]
        }
        for first in [[], [rows[0]], [rows[2]]] {
            var log = EventTable(global: try GlobalOptions.parse([]))
            let text = ([first] + rows.map { [$0] }).map { log.lines($0, hasColour: false, limit: limit) }.joined()
            let lines = text.split(separator: "\n").map(String.init)
            #expect(lines[0].split(separator: " ").map(String.init) == titles)
            #expect(lines.allSatisfy { $0.count <= limit })
            let place = try #require(lines[0].range(of: "REASON")).lowerBound
            for line in lines where line.contains("CHG-1") {
                #expect(line.range(of: "CHG-1")?.lowerBound == place)
                #expect(line.contains("  41  CHG") == titles.contains("VERSION"))
            }
        }
        var log = EventTable(global: try GlobalOptions.parse([]))
        _ = log.lines([], hasColour: false, limit: limit)
        #expect(log.lines([], hasColour: false, limit: limit).isEmpty)
    }

    @Test func escapesWhatCouldDrawOnTheTerminal() {
        #expect("a\u{1B}[2J\n\u{85}\u{202E}b".onOneLine == "a\\u{1b}[2J\\u{a}\\u{85}\\u{202e}b")
        #expect("<b>日本 👩‍👩‍👧</b>".onOneLine == "<b>日本 👩‍👩‍👧</b>")
    }

    @Test(arguments: [
        (#"{"a":"x","b":[],"c":{}}"#, "a: x\nb: []\nc: {}\n"),
        (
            #"["yes","1","a: b","",null,true,0.10]"#,
            "- \"yes\"\n- \"1\"\n- \"a: b\"\n- \"\"\n- null\n- true\n- 0.10\n"
        ),
        (#"{"a":[{"b":1,"c":[2]}]}"#, "a:\n  - b: 1\n    c:\n      - 2\n"), (#"[[1],[2]]"#, "- - 1\n- - 2\n"),
        (#"{"no":"~","x":"-","y":"a\nb"}"#, "\"no\": \"~\"\nx: \"-\"\n\"y\": \"a\\nb\"\n"), (#""plain""#, "plain\n"),
    ])
    func writesYAML(json: String, yaml: String) throws {
        #expect(try JSONValue(parsing: json.utf8).yaml == yaml)
    }

    @Test func writesCSV() throws {
        let json = try JSONValue(parsing: #"{"nodes":[{"a":"x,y","b":{"c":"q\"q"}},{"a":null,"d":["u","v"]}]}"#.utf8)
        #expect(json.csv(list: "nodes") == "a,b.c,d\n\"x,y\",\"q\"\"q\",\n,,u v\n")
        #expect(try JSONValue(parsing: #"{"a":1,"b":[]}"#.utf8).csv(list: nil) == "a,b\n1,\n")
        #expect(try JSONValue(parsing: #"{"nodes":[]}"#.utf8).csv(list: "nodes") == "")
    }

    @Test(arguments: [
        (["-p", "web", "node", "list"], ["node", "list", "-p", "web"]),
        (["--socket=/s", "status", "web"], ["status", "--socket=/s", "web"]),
        (["-ojson", "node", "--no-color", "show", "a"], ["node", "show", "-ojson", "--no-color", "a"]),
        (["-p", "web", "ring", "locate", "--", "-x"], ["ring", "locate", "-p", "web", "--", "-x"]),
        (["--help"], ["--help"]), (["node", "add", "-m", "-p"], ["node", "add", "-m", "-p"]), (["-p"], ["-p"]),
        ([], []),
    ])
    func movesGlobalOptionsBehindTheCommand(given: [String], expected: [String]) {
        #expect(Set(GlobalOptions.movedBehindCommand(given)) == Set(expected))
        let words = GlobalOptions.movedBehindCommand(given)
        if let first = expected.first { #expect(words.first == first) }
    }

    @Test(arguments: [(0, "0.0"), (49, "0.0"), (50, "0.1"), (312, "0.3"), (1093, "1.1"), (12_345, "12.3")])
    func roundsLatencies(microseconds: Int64, text: String) {
        #expect(NodeRow.milliseconds(microseconds) == text)
    }

    @Test(arguments: [
        ("2026-11-22T10:35:07.250Z", "2026-11-22T10:35:07.250Z"), ("2026-11-22T10:35:07", "2026-11-22T10:35:07.000Z"),
        ("2026-11-22 10:35", "2026-11-22T10:35:00.000Z"), ("2026-11-22", "2026-11-22T00:00:00.000Z"),
        ("10:35", "2026-11-25T10:35:00.000Z"), ("10:35:07Z", "2026-11-25T10:35:07.000Z"),
        ("12:01", "2026-11-24T12:01:00.000Z"), ("15m ago", "2026-11-25T11:45:00.000Z"),
    ])
    func readsTimesAsPeopleWriteThem(text: String, time: String) throws {
        let noon = try #require(WallTime(rfc3339: "2026-11-25T12:00:00Z"))
        #expect(try WallTime(operatorText: text, field: "at", at: noon).description == time)
    }

    @Test(arguments: [
        ("2026-11-25T11:50:00Z", "12:10", "2026-11-25T12:10:00.000Z"),
        ("2026-11-24T23:50:00Z", "00:10", "2026-11-25T00:10:00.000Z"),
        ("2026-11-24T10:00:00Z", "10:05", "2026-11-24T10:05:00.000Z"),
    ])
    func anEndWithoutADayComesAfterTheBegin(begin: String, text: String, time: String) throws {
        let noon = try #require(WallTime(rfc3339: "2026-11-25T12:00:00Z"))
        let begin = try #require(WallTime(rfc3339: begin))
        #expect(try WallTime(operatorText: text, field: "until", after: begin, at: noon).description == time)
    }

    @Test(arguments: ["25:00", "10:60", "10.35", "2026-13-01", "2026-11-22T10", "1035", "yesterday", "", "-5m", "日本"])
    func refusesWhatIsNoTime(text: String) {
        #expect(throws: RingCore.ValidationError.self) { try WallTime(operatorText: text, field: "at") }
    }
}
