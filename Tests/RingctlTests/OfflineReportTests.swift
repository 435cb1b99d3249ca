import Foundation
import Testing

/// Goal: comparisons, recorded placements, the list of dialects and snapshot files, as people and scripts read them.
struct OfflineReportTests {
    @Test func comparesTwoListsExactly() async throws {
        let files = try OfflineFiles(["now": "a:1\nb:2\nc:3\n", "next": "a:1\nc:3\nd:4\n"])
        let outcome = try await files.run(
            "ring",
            "compare",
            "--servers",
            "now",
            "--with",
            "next",
            "--dialect",
            "libmemcached-ketama"
        )
        #expect(outcome.status == 0)
        try compareOffline(outcome.output, with: "offline-compare")
        let json = try await files.run(
            "ring",
            "compare",
            "--servers",
            "now",
            "--with",
            "next",
            "--dialect",
            "libmemcached-ketama",
            "-o",
            "json"
        )
        try compareOffline(json.output, with: "offline-compare-json")
    }

    /// Modulo of two thirds of a list: nearly everything moves, and the output says so.
    @Test func showsCollateral() async throws {
        let files = try OfflineFiles(["now": "a:1\nb:2\nc:3\n", "next": "a:1\nb:2\n"])
        let outcome = try await files.run(
            "ring",
            "compare",
            "--servers",
            "now",
            "--with",
            "next",
            "--dialect",
            "libmemcached-modula"
        )
        #expect(outcome.output.hasPrefix("moved 66.7%  own 33.3%  collateral 33.3%"), "\(outcome.output)")
    }

    @Test func findsNoDifferenceInItsOwnRecords() async throws {
        let folder = OfflineFiles.tests.appendingPathComponent("RingCoreTests/Vectors").path
        let names = [
            "dalli", "pylibmc", "twemproxy-ejection", "mcrouter-weighted-ch3", "folsom-ketama", "envoy-maglev",
        ]
        let outcome = try await ringctl(["ring", "vectors"] + names.map { "\(folder)/\($0).json" })
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("6 files, "))
        #expect(outcome.output.hasSuffix(" keys: no difference\n"))
    }

    @Test func listsWhatDiffersFromARecord() async throws {
        let record = """
            {"dialect": "libmemcached-modula", "cases": [
              {"name": "right", "servers": [{"host": "a"}, {"host": "b"}],
               "keys": [{"key": "k1", "server": 1}, {"key": "k2", "server": 1}]},
              {"name": "wrong", "options": {"hash": "md5"}, "servers": [{"host": "a"}, {"host": "b"}],
               "keys": [{"key": "k1", "server": 0}, {"key": "k2", "server": 0}], "point_count": 7},
              {"name": "refused", "servers": [{"host": "a"}, {"host": "a"}], "keys": []}
            ]}
            """
        let files = try OfflineFiles(["record.json": record])
        let outcome = try await files.run("ring", "vectors", "record.json")
        #expect(outcome.status == 1)
        try compareOffline(outcome.output, with: "offline-vectors")
        let json = try await files.run("ring", "vectors", "record.json", "-o", "json")
        #expect(json.status == 1)
        #expect(json.output.contains("\"what\": \"point_count\""))
    }

    @Test(arguments: [
        ("{\"dialect\": \"dalli\", \"cases\": [}", "record.json:1:32"), ("[]", "is missing, or no text (dialect)"),
        ("{\"dialect\": \"dalli\", \"cases\": [{\"name\": 1}]}", "(cases[0].name)"),
        (
            "{\"dialect\": \"dalli\", \"cases\": [{\"name\": \"a\", \"servers\": [{\"host\": \"a\"}],"
                + "\"keys\": [{\"key\": \"k\", \"server\": 1}]}]}", "(cases[0].keys)"
        ),
    ])
    func refusesABrokenRecord(text: String, problem: String) async throws {
        let files = try OfflineFiles(["record.json": text])
        let outcome = try await files.run("ring", "vectors", "record.json")
        #expect(outcome.status == 65)
        #expect(outcome.error.contains(problem), "\(outcome.error)")
    }

    @Test func tellsAllAboutADialect() async throws {
        let outcome = try await ringctl(["ring", "dialects", "twemproxy-ketama"])
        #expect(outcome.status == 0)
        try compareOffline(outcome.output, with: "offline-dialect")
        let unknown = try await ringctl(["ring", "dialects", "twemproxy-ketma"])
        #expect(unknown.status == 2)
        #expect(unknown.error.contains("did you mean 'twemproxy-ketama'?"))
    }

    @Test func listsDialectsAndTheSettingsOfClients() async throws {
        try compareOffline(try await ringctl(["ring", "dialects"]).output, with: "offline-dialects")
        let clients = try await ringctl(["ring", "dialects", "--clients"])
        try compareOffline(clients.output, with: "offline-clients")
    }

    /// Every setting must mean a ring: the option map is a table of texts that the compiler cannot check.
    @Test func everySettingOfAClientMeansARing() async throws {
        let files = try OfflineFiles(["servers": "10.0.0.1\n10.0.0.2\n"])
        let clients = try await ringctl(["ring", "dialects", "--clients", "-o", "json"])
        struct Answer: Decodable {
            struct Client: Decodable {
                var dialect: String
                var options: [String: String]
            }
            var clients: [Client]
        }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(clients.output.utf8))
        #expect(answer.clients.count > 20)
        for client in answer.clients {
            let options = client.options.sorted { $0.key > $1.key }.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            let outcome = try await ringctl(
                ["ring", "eval", "--dialect", client.dialect, "--servers", "servers"] + options,
                directory: files.path
            )
            #expect(outcome.status == 0, "\(client): \(outcome.error)")
        }
    }

    @Test(arguments: [
        ["ring", "eval"], ["ring", "compare"], ["ring", "vectors"], ["ring", "dialects"], ["snapshot", "verify"],
    ])
    func helpsAsRecorded(command: [String]) async throws {
        let outcome = try await ringctl(command + ["--help"], environment: ["COLUMNS": "80"])
        try compareOffline(outcome.output, with: "offline-help-" + command.joined(separator: "-"))
    }
}

/// Compares a text with a file in `Golden/`; `RECORD_SNAPSHOTS=1` writes it anew.
private func compareOffline(_ text: String, with name: String) throws {
    let folder = OfflineFiles.tests.appendingPathComponent("RingctlTests/Golden")
    let file = folder.appendingPathComponent("\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "differs from Golden/\(name).txt")
}
