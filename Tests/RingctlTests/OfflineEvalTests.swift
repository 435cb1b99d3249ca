import Foundation
import Testing

/// Goal: `ring eval` prints what the dialect says, for every form of its input.
struct OfflineEvalTests {
    private let lines =
        "# the fleet\ncache-1:11211:2 one\n\n  cache-2:11212  \r\n[2001:db8::1]:11211:5\n/run/memcached.sock:3\n"
    private let json = """
        [
          {"host": "cache-1", "port": 11211, "weight": 2, "name": "one"}, {"host": "cache-2", "port": 11212},
          {"host": "2001:db8::1", "weight": 5}, {"host": "/run/memcached.sock", "weight": 3, "port": null}
        ]
        """

    @Test func printsKeyIndexAndAddress() async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2:1 second\nc:11211\n", "keys": "k1\nk2\nk3\nk4"])
        let outcome = try await files.run(
            "ring",
            "eval",
            "--dialect",
            "python-memcached",
            "--servers",
            "servers",
            "--keys",
            "keys"
        )
        #expect(outcome.status == 0)
        #expect(outcome.error == "")
        #expect(outcome.output == "k1\t0\ta:1\nk2\t1\tb:2\nk3\t0\ta:1\nk4\t1\tb:2\n")
    }

    @Test func readsLinesAndObjectsAlike() async throws {
        let keys = (0..<500).map { "key-\($0)\n" }.joined()
        let files = try OfflineFiles(["lines": lines, "objects": json, "keys": keys])
        let arguments = ["ring", "eval", "--dialect", "libmemcached-ketama-weighted", "--keys", "keys", "--servers"]
        let a = try await ringctl(arguments + ["lines"], directory: files.path)
        let b = try await ringctl(arguments + ["objects"], directory: files.path)
        #expect(a.status == 0)
        #expect(a.output == b.output)
        #expect(a.output.contains("\t2\t[2001:db8::1]:11211\n"))
        #expect(a.output.contains("\t3\t/run/memcached.sock\n"))
    }

    /// The owners are those that libmemcached gives.
    @Test func printsOneObjectOfOwners() async throws {
        let files = try OfflineFiles([
            "servers": "a:1\nb:2\n", "keys": "[\"one\", \"two\"\n, \"\\u0074hree\"]", "none": "[]",
        ])
        let arguments = ["ring", "eval", "--dialect", "libmemcached-ketama", "--servers", "servers", "-o", "json"]
        let three = try await ringctl(arguments + ["--keys-json", "keys"], directory: files.path)
        let head = "{\"schema\":1,\"dialect\":\"libmemcached-ketama\",\"owners\":["
        #expect(three.output == head + "0,0,1],\"point_count\":200}\n")
        let none = try await ringctl(arguments + ["--keys-json", "none"], directory: files.path)
        #expect(none.output == head + "],\"point_count\":200}\n")
    }

    /// The order of options decides: setting the hash goes back to where a later setting of weights overrides it.
    @Test func appliesOptionsInTheirOrder() async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\nc:3\n", "keys": (0..<99).map { "k\($0)\n" }.joined()])
        let head = ["ring", "eval", "--dialect", "php-memcached", "--servers", "servers", "--keys", "keys"]
        let compatible = ["--option", "OPT_LIBKETAMA_COMPATIBLE=1"]
        let hash = ["--option", "OPT_HASH=HASH_CRC"]
        let a = try await ringctl(head + compatible + hash, directory: files.path)
        let b = try await ringctl(head + hash + compatible, directory: files.path)
        let plain = try await ringctl(head + compatible, directory: files.path)
        #expect(a.status == 0 && b.status == 0)
        #expect(a.output != b.output)
        #expect(b.output == plain.output)
    }

    @Test func takesKeysAsRawBytesAndCountsWhatMemcachedRefuses() async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\n"])
        let long = String(repeating: "x", count: 251)
        let bytes: [UInt8] = [0xFF, 0x00, 0x80, 0x0A]
        try files.write(Data(bytes + Array("fine\nwith space\n\n\(long)\nlast\r".utf8)), to: "keys")
        let outcome = try await files.run(
            "ring",
            "eval",
            "--dialect",
            "dalli",
            "--servers",
            "servers",
            "--keys",
            "-",
            input: "keys"
        )
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n", omittingEmptySubsequences: true).count == 6)
        #expect(outcome.error.hasPrefix("note: 5 keys are empty, over 250 bytes, or with a space or control character"))
    }

    /// Lines are cut across reads at every place there is: the file is many reads long and its lines are of all lengths.
    @Test func findsEveryLineAcrossReads() async throws {
        let keys = (0..<60_000).map { "key-\($0)-" + String(repeating: "y", count: $0 % 37) }
        let files = try OfflineFiles(["servers": "a:1\nb:2\nc:3\n"])
        let text = keys.joined(separator: "\n")
        try files.write(Data(text.utf8), to: "keys")
        try files.write(Data(("[\"" + keys.joined(separator: "\",\"") + "\"]").utf8), to: "keys.json")
        let arguments = ["ring", "eval", "--dialect", "nginx-hash", "--servers", "servers"]
        let piped = try await ringctl(
            arguments + ["--keys", "-"],
            directory: files.path,
            by: ["/bin/sh", "-c", "cat keys | \"$0\" \"$@\""]
        )
        #expect(piped.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } } == keys.map { $0[...] })
        let a = try await ringctl(arguments + ["-o", "json", "--keys", "keys"], directory: files.path)
        let b = try await ringctl(arguments + ["-o", "json", "--keys-json", "keys.json"], directory: files.path)
        #expect(a.status == 0)
        #expect(a.output == b.output)
    }

    @Test func showsTheRingWithoutKeys() async throws {
        let files = try OfflineFiles(["servers": "a:1:1\nb:2:3\n"])
        let outcome = try await files.run(
            "ring",
            "eval",
            "--dialect",
            "libmemcached-ketama-weighted",
            "--servers",
            "servers"
        )
        #expect(
            outcome.output == """
                libmemcached-ketama-weighted  320 points  shares: exact
                INDEX  ADDRESS  POINTS  SHARE  LABEL
                    0  a:1          80  27.2%  a:1
                    1  b:2         240  72.8%  b:2

                """
        )
    }

    @Test func endsQuietlyWhenTheReaderGoesAway() async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\n"])
        let outcome = try await ringctl(
            ["ring", "eval", "--dialect", "dalli", "--servers", "servers", "--keys", "-"],
            directory: files.path,
            by: ["/bin/sh", "-c", "yes key | { \"$0\" \"$@\"; echo status $? >&2; } | head -n 1"]
        )
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.error == "status 0\n")
    }

    @Test func saysThatADiskIsFull() async throws {
        let files = try OfflineFiles(["servers": "a:1\nb:2\n", "keys": "k\n"])
        let outcome = try await ringctl(
            ["ring", "eval", "--dialect", "dalli", "--servers", "servers", "--keys", "keys"],
            directory: files.path,
            by: ["/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full"]
        )
        #expect(outcome.status == 75)
        #expect(outcome.error.hasPrefix("ringctl: standard output: No space left on device"))
    }
}
