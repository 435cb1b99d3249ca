import RingCore
import RingSnapshots
import Testing

/// One way to break the sample, and what must be said about it.
struct Defect: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let code: SnapshotError.Code
    let member: String

    init(_ old: String, _ new: String, _ code: SnapshotError.Code, _ member: String = "") {
        self.old = old
        self.new = new
        self.code = code
        self.member = member
    }

    var testDescription: String { "\(code.rawValue) \(member) '\(old.prefix(40))' -> '\(new.prefix(40))'" }

    private static let hash = "sha256:" + String(repeating: "a0", count: 32)
    private static let secondSlot = "\"label\": \"cache.example:11212\""

    static let ofSyntax: [Defect] = [
        Defect("\n}\n", "\n", .malformed),
        Defect("\n}\n", "\n}\n{}", .malformed),
        Defect("\n}\n", ",\n}\n", .malformed),
        Defect("{\n  \"format\"", "\u{FEFF}{\n  \"format\"", .malformed),
        Defect("{\n  \"format\"", "[\n  \"format\"", .invalidValue),
        Defect("\"format\": 1,", "\"format\" 1,", .malformed),
        Defect("\"format\": 1,", "\"format\": 1", .malformed),
        Defect("\"format\": 1,", "format: 1,", .malformed),
        Defect("\"format\": 1,", "// comment\n\"format\": 1,", .malformed),
        Defect("\"reason\": \"2 hard", "\"reason\": \"2\nhard", .malformed, "change.reason"),
        Defect("\"reason\": \"2 hard", "\"reason\": \"\\x", .malformed, "change.reason"),
        Defect("\"reason\": \"2 hard", "\"reason\": \"\\ud800", .malformed, "change.reason"),
        Defect("\"reason\": \"2 hard", "\"reason\": \"\\udc00", .malformed, "change.reason"),
        Defect("\"reason\": \"2 hard", "\"reason\": \"\\u12g4", .malformed, "change.reason"),
        Defect("\"epoch\": 1,", "\"epoch\": 01,", .malformed, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": 1.,", .malformed, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": 1e,", .malformed, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": NaN,", .malformed, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": +1,", .malformed, "epoch"),
        Defect("\"epoch\": 1,", "\"x\": \(String(repeating: "[", count: 40)),", .tooLarge, "x"),
        Defect("\"epoch\": 1,", "\"epoch\": 1, \"epoch\": 1,", .duplicate),
        Defect("\"epoch\": 1,", "\"epoch\": 1, \"\\u0065poch\": 1,", .duplicate),
        Defect("\"epoch\": 1,", "\"epoch\": 1, \"x\": { \"y\": 1, \"y\": 2 },", .duplicate, "x"),
    ]

    static let ofHead: [Defect] = [
        Defect("\"format\": 1,", "\"format\": 2,", .unknownFormat, "format"),
        Defect("\"format\": 1,", "\"format\": \"1\",", .invalidValue, "format"),
        Defect("\"format\": 1,", "", .missingMember, "format"),
        Defect("\"pool\": \"sessions\",", "", .missingMember, "pool"),
        Defect("\"sessions\"", "\"../x\"", .invalidValue, "pool"),
        Defect("\"sessions\"", "\"ses\\u0000sions\"", .invalidValue, "pool"),
        Defect("\"sessions\"", "null", .invalidValue, "pool"),
        Defect("\"epoch\": 1,", "\"epoch\": 0,", .invalidValue, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": -1,", .invalidValue, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": 1.0,", .invalidValue, "epoch"),
        Defect("\"epoch\": 1,", "\"epoch\": 1e0,", .invalidValue, "epoch"),
        Defect("\"epoch\": 1,", "", .missingMember, "epoch"),
        Defect("\"version\": 42,", "\"version\": 9007199254740992,", .invalidValue, "version"),
        Defect("\"version\": 42,", "\"version\": 99999999999999999999,", .invalidValue, "version"),
        Defect("\"version\": 42,", "\"version\": 0,", .invalidValue, "version"),
        Defect("\"version\": 42,", "", .missingMember, "version"),
        Defect("\"parent\": 41,", "\"parent\": 42,", .invalidValue, "parent"),
        Defect("\"parent\": 41,", "\"parent\": 0,", .invalidValue, "parent"),
        Defect("10:35:00.123Z", "10:35:00.123+00:00", .invalidValue, "created_at"),
        Defect("10:35:00.123Z", "10:35:00Z", .invalidValue, "created_at"),
        Defect("2026-11-22T", "2026-02-30T", .invalidValue, "created_at"),
        Defect("\"created_at\": \"2026-11-22T10:35:00.123Z\",", "", .missingMember, "created_at"),
        Defect("\"event\": 107,", "\"event\": 0,", .invalidValue, "change.event"),
        Defect("\"event\": 107,", "", .missingMember, "change.event"),
        Defect("\"kind\": \"eject\",", "", .missingMember, "change.kind"),
        Defect("\"eject\"", "\"\"", .invalidValue, "change.kind"),
        Defect("\"actor\": \"ringd\",", "\"actor\": \"a\\u0007b\",", .invalidValue, "change.actor"),
        Defect("\"node\": \"cache-3\",\n", "\"node\": \"Cache 3\",\n", .invalidValue, "change.node"),
        Defect("2 hard failures", "2\\nhard failures", .invalidValue, "change.reason"),
        Defect("2 hard failures", String(repeating: "x", count: 5000), .invalidValue, "change.reason"),
        Defect("0.125400", "1.000001", .invalidValue, "change.moved_share"),
        Defect("0.125400", "-0.1", .invalidValue, "change.moved_share"),
        Defect("0.125400", "12e5", .invalidValue, "change.moved_share"),
        Defect("0.125400", "1e99999999999999999999", .invalidValue, "change.moved_share"),
        Defect("0.125400", String(repeating: "1", count: 70), .malformed, "change.moved_share"),
        Defect(", \"cold_share\": 0.125400", "", .missingMember, "change.cold_share"),
        Defect("\"key_hash\": \"md5\",", "", .missingMember, "dialect.key_hash"),
        Defect("\"options\": {}", "\"options\": []", .invalidValue, "dialect.options"),
        Defect("\"options\": {}", "\"options\": { \"a=b\": \"c\" }", .invalidValue, "dialect.options.a=b"),
        Defect("\"options\": {}", "\"options\": { \"a\": 1 }", .invalidValue, "dialect.options.a"),
        Defect("\"options\": {}", "\"options\": { \"a\": \"b\\nc\" }", .invalidValue, "dialect.options.a"),
        Defect("\"options\": {}", "\"options\": { \"a\": \"b\", \"a\": \"c\" }", .duplicate, "dialect.options"),
        Defect(hash, hash.uppercased(), .invalidValue, "agreement"),
        Defect("\"agreement\": \"\(hash)\",", "", .missingMember, "agreement"),
        Defect("\"audit_head\": \"sha256:", "\"audit_head\": \"md5:", .invalidValue, "audit_head"),
        Defect("\"digest\": \"sha256:", "\"hash\": \"sha256:", .missingMember, "digest"),
    ]

    static let ofSlots: [Defect] = [
        Defect("\"10.0.0.1\", \"weight\"", "\"\", \"weight\"", .invalidValue, "slots[0].label"),
        Defect("\"10.0.0.1\", \"weight\"", "\"a\\u0000\", \"weight\"", .invalidValue, "slots[0].label"),
        Defect("\"10.0.0.1\", \"weight\"", "\"a\\tb\", \"weight\"", .invalidValue, "slots[0].label"),
        Defect("\"10.0.0.1\", \"weight\"", "\"a\\u2028\", \"weight\"", .invalidValue, "slots[0].label"),
        Defect(
            "\"10.0.0.1\", \"weight\"",
            "\"\(String(repeating: "x", count: 256))\", \"weight\"",
            .invalidValue,
            "slots[0].label"
        ),
        Defect("\"label\": \"10.0.0.1\",", "", .missingMember, "slots[0].label"),
        Defect(secondSlot, "\"label\": \"10.0.0.1\"", .duplicate, "slots[1].label"),
        Defect("\"cache-2\"", "\"cache-1\"", .duplicate, "slots[1].node"),
        Defect(
            "\"host\": \"2001:db8::1\", \"port\": 11212",
            "\"host\": \"10.0.0.1\", \"port\": 11211",
            .duplicate,
            "slots[1].host"
        ),
        Defect("\"weight\": 100,", "\"weight\": 0,", .invalidValue, "slots[0].weight"),
        Defect("\"weight\": 100,", "\"weight\": 10001,", .invalidValue, "slots[0].weight"),
        Defect("\"weight\": 100,", "\"weight\": \"100\",", .invalidValue, "slots[0].weight"),
        Defect("\"weight\": 100,", "", .missingMember, "slots[0].weight"),
        Defect("\"points\": 160,", "\"points\": -1,", .invalidValue, "slots[0].points"),
        Defect("\"points\": 160,", "\"points\": 16777217,", .tooLarge, "slots[0].points"),
        Defect("\"state\": \"in\",", "\"state\": \"out\",", .invalidValue, "slots[0].state"),
        Defect("\"state\": \"in\",", "", .missingMember, "slots[0].state"),
        Defect("\"cache-1\"", "\"\"", .invalidValue, "slots[0].node"),
        Defect("\"node\": \"cache-1\",", "", .missingMember, "slots[0].node"),
        Defect("\"host\": \"10.0.0.1\",", "\"host\": \"10.0.0.1\\r\\nset\",", .invalidValue, "slots[0].host"),
        Defect("\"host\": \"10.0.0.1\",", "\"host\": \"[::1]\",", .invalidValue, "slots[0].host"),
        Defect("\"host\": \"10.0.0.1\",", "", .missingMember, "slots[0].host"),
        Defect("\"port\": 11211,", "", .invalidValue, "slots[0].port"),
        Defect("\"port\": 11211,", "\"port\": 70000,", .invalidValue, "slots[0].port"),
        Defect("\"port\": 11211,", "\"port\": 0,", .invalidValue, "slots[0].port"),
        Defect("memcached.sock\" }", "memcached.sock\", \"port\": 1 }", .invalidValue, "slots[2].port"),
        Defect("\"zone\": \"a\"", "\"zone\": \"\\u001b[31m\"", .invalidValue, "slots[0].zone"),
    ]
}

@Suite struct SnapshotDefectTests {
    @Test(arguments: Defect.ofSyntax + Defect.ofHead + Defect.ofSlots)
    func refuses(defect: Defect) {
        let text = Sample.file.replacingFirst(defect.old, with: defect.new)
        let error = #expect(throws: SnapshotError.self) { try Snapshot.decoding(Array(text.utf8)) }
        #expect(error?.code == defect.code)
        #expect(error?.member == defect.member)
        // What is said must be safe to print on a terminal.
        #expect(error.map { !$0.description.unicodeScalars.contains { $0.value < 0x20 } } == true)
    }

    /// Few names are compared one by one, many are looked up: both must find the second one.
    @Test(arguments: [2, 15, 16, 17, 1000])
    func refusesTheLastNameAgainHoweverManyThereAre(count: Int) {
        let names = (1...count).map { "\"name-\($0)\": 0" } + ["\"name-\(count)\": 1"]
        let text = Sample.file.replacingFirst("\"epoch\": 1,", with: names.joined(separator: ",") + ", \"epoch\": 1,")
        let error = #expect(throws: SnapshotError.self) { try Snapshot.decoding(Array(text.utf8)) }
        #expect(error?.code == .duplicate)
    }

    @Test func refusesZeroSlots() throws {
        let error = #expect(throws: SnapshotError.self) { try Snapshot.decoding(Sample.snapshot(slots: []).encoded()) }
        #expect(error?.code == .noSlots)
    }

    @Test func refusesMoreSlotsThanAPoolMayHave() throws {
        let slots = try (1...10_001).map { number in
            PublishedSlot(
                label: "\(number)",
                weight: try Weight(1),
                points: 1,
                state: .in,
                node: try NodeName("n\(number)"),
                address: try NodeAddress(host: "h\(number)", port: 1),
                zone: nil
            )
        }
        let error = #expect(throws: SnapshotError.self) {
            try Snapshot.decoding(Sample.snapshot(slots: slots).encoded())
        }
        #expect(error?.code == .tooLarge)
        #expect(try Snapshot.decoding(Sample.snapshot(slots: slots.dropLast()).encoded()).slots.count == 10_000)
    }

    @Test func refusesFilesBeyondTheLimitBeforeReadingThem() {
        let bytes = [UInt8](repeating: 0x20, count: 64 << 20 | 1)
        let error = #expect(throws: SnapshotError.self) { try Snapshot.decoding(bytes) }
        #expect(error?.code == .tooLarge)
    }

    @Test func refusesTextThatIsNotUTF8() {
        for bytes in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x28]] as [[UInt8]] {
            let parts = Sample.file.split(separator: "2 hard", maxSplits: 1).map { Array($0.utf8) }
            let error = #expect(throws: SnapshotError.self) { try Snapshot.decoding(parts[0] + bytes + parts[1]) }
            #expect(error?.code == .malformed)
        }
    }

    @Test(
        arguments: [
            ([7, 6], [0, 1]), ([1], [3]), ([], []), ([1, 2], [0]),
        ] as [([UInt32], [UInt32])]
    )
    func refusesBadContinuum(hashes: [UInt32], slots: [UInt32]) throws {
        func text(_ words: [UInt32]) -> String {
            let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
            return Self.base64(bytes)
        }
        let member =
            "\"continuum\": { \"hashes\": \"\(text(hashes))\", \"slots\": \"\(text(slots))\" },\n  \"agreement\""
        let file = Sample.file.replacingFirst("\"agreement\"", with: member)
        #expect(throws: SnapshotError.self) { try Snapshot.decoding(Array(file.utf8)) }
    }

    /// Every prefix of a file is a file that a bad tool may leave behind.
    @Test func refusesEveryTruncation() throws {
        let bytes = Array(Sample.file.utf8)
        // The last byte is the newline, without which the file is whole.
        for count in 0..<bytes.count - 1 {
            #expect(throws: SnapshotError.self) { try Snapshot.decoding(Array(bytes.prefix(count))) }
        }
    }

    /// Goal: no bytes stop the reader.
    ///
    /// Method: seeded mutations of the sample; each is refused, or verified as usual.
    @Test(arguments: 1...20) func neverTrapsOnMutations(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let original = Array(Sample.file.utf8)
        for _ in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(Array("{}[]\",:\\0e-".utf8).randomElement(using: &random) ?? 0, at: index)
                default: bytes.replaceSubrange(index..<min(index + 9, bytes.count), with: original.prefix(9))
                }
            }
            guard let snapshot = try? Snapshot.decoding(bytes) else { continue }
            #expect(try Snapshot.decoding(snapshot.encoded()).encoded() == snapshot.encoded())
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
            let value = group[0] << 16 | group[1] << 8 | group[2]
            for place in 0..<4 {
                text.append(place > bytes.count - start ? "=" : alphabet[value >> (18 - 6 * place) & 63])
            }
        }
        return text
    }
}

/// A small generator whose seed reproduces a run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
