import Foundation
import Testing

/// Goal: bad input is refused with what is wrong, where, and what to do; nothing is printed on standard output.
struct OfflineRefusalTests {
    @Test(arguments: [
        ("libmemcached-ketama-waighted", [], "did you mean 'libmemcached-ketama-weighted'?"),
        ("twemproxy-ketama", ["hsh=md5"], "did you mean 'hash'?"),
        ("twemproxy-ketama", ["hash=md6"], "did you mean 'md5'?"),
        ("nonsense of another kind", [], "ringctl ring dialects"),
    ])
    func namesTheNearestDialectOrOption(dialect: String, options: [String], hint: String) async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\n"])
        let arguments = ["ring", "eval", "--servers", "servers", "--dialect", dialect]
        let outcome = try await ringctl(
            arguments + options.flatMap { ["--option", $0] },
            directory: files.path
        )
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.error.contains(hint), "\(outcome.error)")
    }

    @Test func refusesAnOptionWithoutAValue() async throws {
        let files = try OfflineFiles(["servers": "a:1\n"])
        let outcome = try await files.run(
            "ring",
            "eval",
            "--servers",
            "servers",
            "--dialect",
            "dalli",
            "--option",
            "namespace"
        )
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("'namespace' is not KEY=VALUE"))
    }

    private static let servers: [(text: String, problem: String)] = [
        ("", "servers:1:1: no server is listed"),
        ("# nobody\n\n", "servers:1:1: no server is listed"),
        ("[]", "servers:1:1: no server is listed"),
        ("a:1\nb:0\n", "servers:2:3: '0' is not a port"),
        ("a:1\n  b:2:heavy\n", "servers:2:7: 'heavy' is not a weight"),
        ("a:1\nb:2:0x10\n", "servers:2:5: '0x10' is not a weight"),
        ("a:1\nb:2:1.5\n", "servers:2:1: 1.5 is not a weight of this dialect"),
        ("a:1\nb:2:-1\n", "servers:2:5: '-1' is not a weight"),
        ("a:1:10001\n", "servers:1:1: 10001.0 is not a weight of this dialect"),
        ("2001:db8::1:11211\n", "servers:1:1: '2001:db8::1:11211' has too many colons"),
        ("[2001:db8::1\n", "a bracket is never closed"),
        (":11211\n", "servers:1:1: the host is empty"),
        ("a:1 name\u{7}\n", "servers:1:9: a control character"),
        ("a:1\nb:2\na:1\n", "servers:3:1: two servers have the label 'a:1'"),
        ("a\nb\nA:11211\na:11211\n", "servers:4:1: two servers have the label 'a'"),
        ("[{\"host\":\"a\"},\n {\"host\":\"b\",,}]", "servers:2:14: a member begins with its name in quotes"),
        ("[{\"host\":\"a\"},\n {\"host\":\"b\"}", "servers:2:14: a ',' or ']' is missing"),
        ("{\"host\":\"a\"}", "servers:1:1: the servers are no JSON array"),
        ("[{\"host\":\"a\"},\n  {\"port\":1}]", "servers:2:3: is missing ([1].host)"),
        ("[{\"host\":\"a\"},\n  {\"hots\":\"b\"}]", "servers:2:3: a server has no such member ([1].hots)"),
        ("[{\"host\":\"a\",\"port\":99999}]", "servers:1:2: is no port ([0].port)"),
        ("[{\"host\":\"a\"}, {\"host\":\"b\",\"weight\":\"1\"}]", "servers:1:16: is no number ([1].weight)"),
        ("[{\"host\":\"a, b\"}, {\"host\":\"a, b\"}]", "servers:1:19: two servers have the label 'a, b'"),
        ("[1]", "servers:1:2: a server is no object"),
        ("a:1\nb:2\na:1\nc:3\nd:4\ne:5\nf:6\n", "servers:3:1: two servers have the label 'a:1'"),
        ("a:1\nb:2:0.5\nc:3\nd:4\ne:5\n", "servers:2:1: 0.5 is not a weight of this dialect"),
        ("[{\"host\":\"a\",\"port\":1},\n {\"host\":\"b\",\"port\":0}]", "servers:2:2: is no port ([1].port)"),
    ]

    @Test(arguments: servers.indices)
    func saysWhereAServerListIsWrong(index: Int) async throws {
        let (text, problem) = Self.servers[index]
        let files = try OfflineFiles(["servers": text, "keys": "k\n"])
        let outcome = try await files.run(
            "ring",
            "eval",
            "--dialect",
            "libmemcached-ketama-weighted",
            "--servers",
            "servers",
            "--keys",
            "keys"
        )
        #expect(outcome.status == 65)
        #expect(outcome.output == "")
        #expect(outcome.error.contains(problem), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 2)
    }

    @Test func refusesBytesThatAreNotText() async throws {
        let files = try OfflineFiles()
        try files.write(Data([0x61, 0x0A, 0xFF, 0xFE]), to: "servers")
        let outcome = try await files.run("ring", "eval", "--dialect", "dalli", "--servers", "servers")
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("servers:2:1: this line is not UTF-8"))
    }

    @Test(arguments: [
        ("[\"a\", 1]", "keys:1:7: a key in quotes belongs here"),
        ("[\"a\"\n\"b\"]", "keys:2:1: a ',' or ']' is missing"),
        ("[\"a\n\"]", "keys:1:4: a control character"), ("[\"a\"] x", "keys:1:7: text follows"),
        ("[\"a\", \"b\\q\"]", "keys:1:11: this escape is not known"), ("[\"a\",", "keys:1:6: a key in quotes"),
        ("[\"a\"", "keys:1:5: the text ends too early"), ("[\"a", "keys:1:2: a string is never closed"),
        ("[\"\\ud800\"]", "half of a surrogate pair"), ("{}", "keys:1:1: this is no JSON array"),
        ("", "keys:1:1: the text ends too early"), ("[,]", "keys:1:2: a key in quotes"),
    ])
    func saysWhereAnArrayOfKeysIsWrong(text: String, problem: String) async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\n", "keys": text])
        let outcome = try await files.run(
            "ring",
            "eval",
            "--dialect",
            "dalli",
            "--servers",
            "servers",
            "--keys-json",
            "keys"
        )
        #expect(outcome.status == 65)
        #expect(outcome.error.contains(problem), "\(outcome.error)")
    }

    @Test func refusesWhatIsNoFile() async throws {
        let files = try OfflineFiles(["servers": "a:1\n"])
        for path in [".", "missing"] {
            let asServers = try await files.run("ring", "eval", "--dialect", "dalli", "--servers", path)
            let asKeys = try await files.run(
                "ring",
                "eval",
                "--dialect",
                "dalli",
                "--servers",
                "servers",
                "--keys",
                path
            )
            let asVectors = try await files.run("ring", "vectors", path)
            let asSnapshot = try await files.run("snapshot", "verify", path)
            for outcome in [asServers, asKeys, asVectors, asSnapshot] {
                #expect(outcome.status == 65)
                #expect(outcome.error.contains(path == "." ? "this is a directory" : "No such file"))
            }
        }
    }

    @Test func refusesContradictingArguments() async throws {
        let files = try OfflineFiles(["f": "a:1\n"])
        let head = ["ring", "eval", "--dialect", "dalli", "--servers"]
        for rest in [
            ["f", "--keys", "f", "--keys-json", "f"], ["-", "--keys", "-"], ["f", "--keys", "f", "-o", "csv"],
        ] {
            let outcome = try await ringctl(head + rest, directory: files.path)
            #expect(outcome.status == 64, "\(rest)")
        }
    }
}
