import RingAPI
import RingCore
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", #"{"a":[1,-2,0.125400,1e9],"b":"x"}"#, #""\"\\\n\t\u001b\u0085\u2028é😀""#,
        "9223372036854775807", "9223372036854775808", "-999999999999999999",
    ])
    func writesWhatItReads(text: String) throws {
        #expect(try JSONValue(parsing: text.utf8).compactText == text)
    }

    @Test(arguments: [
        ("", 1, 1), ("{\n \"a\":1,\n}", 3, 1), ("[1,]", 1, 4), ("01", 1, 3), ("1.", 1, 3), ("-", 1, 2), ("nul", 1, 1),
        (#"{"a":1,"a":2}"#, 1, 11), (#""\ud800""#, 1, 8), (#""\x""#, 1, 4), ("\"a\nb\"", 1, 3), ("\"abc", 1, 5),
        ("1 2", 1, 3),
        ("{\"a\" 1}", 1, 6), ("+1", 1, 1), ("\u{FEFF}1", 1, 1),
    ])
    func saysWhereTextIsWrong(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func refusesDeepNestingAndBrokenUTF8() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 33).utf8) }
        #expect(throws: Never.self) {
            try JSONValue(parsing: (String(repeating: "[", count: 32) + String(repeating: "]", count: 32)).utf8)
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test(arguments: [2, 16, 17, 18, 100], [0, 1, 15, 16, 17, 99])
    func refusesARepeatedMemberAmongManyOrFew(count: Int, repeated: Int) throws {
        let names = (0..<count).map { "\"name-\($0)\":0" }
        let text = "{" + names.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: text.utf8).compactText == text)
        guard repeated < count else { return }
        let wrong = "{" + (names + [names[repeated]]).joined(separator: ",") + "}"
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: wrong.utf8) }
        #expect(error?.problem == "a member is given twice")
    }

    @Test(arguments: [#"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#, #"{"\/":1,"\u002f":2}"#])
    func refusesAMemberThatIsRepeatedInOtherWords(text: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
        #expect(error?.problem == "a member is given twice")
    }

    @Test(arguments: [
        (#""a\u00e9\\b\n""#, "a\u{e9}\\b\n"), (#""\\\\""#, "\\\\"), (#""\u005c""#, "\\"), (#""\u0022x""#, "\"x"),
        (#""é\té""#, "é\té"), (#""""#, ""),
    ])
    func readsWhatAnEscapeMeans(text: String, meaning: String) throws {
        #expect(try JSONValue(parsing: text.utf8) == .string(meaning))
        let member = try JSONDocument(parsing: "{\(text):[\(text)]}".utf8)
        #expect(member[meaning]?.value == .array([.string(meaning)]))
    }

    @Test(arguments: [Int64.min, -1, 0, 7, Int64.max]) func readsEveryWholeNumber(number: Int64) throws {
        #expect(try JSONValue(parsing: "\(number)".utf8) == .integer(number))
        #expect(try JSONDocument(parsing: "[\(number)]".utf8).decode([Int64].self) == [number])
    }

    @Test func findsAValueWithinAnother() throws {
        let document = try JSONDocument(parsing: #" {"a":{"b":[1,{"c":null}],"d":"x"},"e":{"d":true}} "#.utf8)
        #expect(document["a"]?["b"]?.value.compactText == #"[1,{"c":null}]"#)
        #expect(document["e"]?["d"]?.value == .bool(true))
        #expect(document["e"]?["b"] == nil && document["a"]?["d"]?["x"] == nil && document["b"] == nil)
    }

    @Test func readsSurrogatePairs() throws {
        #expect(try JSONValue(parsing: #""\ud83d\ude00""#.utf8) == .string("😀"))
    }

    @Test func survivesAnyBytes() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array(#"{}[]",:\u0123456789-+.eEtrufalsn "#.utf8) + [0, 0x80, 0xFF]
        for _ in 0..<20_000 {
            let count = Int(random.next() % 24)
            let bytes = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect((try? JSONValue(parsing: value.compactText.utf8)) == value)
            #expect((try? JSONValue(parsing: value.prettyText.utf8)) == value)
        }
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
