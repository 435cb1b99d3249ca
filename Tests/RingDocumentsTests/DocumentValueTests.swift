import RingDocuments
import Testing

/// Goal: a value is found with its type and with the place of its first byte, in either language.
@Suite struct DocumentValueTests {
    @Test func tomlKeysAndValuesHaveTheirPlaces() throws {
        let document = try DocumentValue(
            toml: """
                # A comment with = and [brackets]
                pool = "web"   # and "quotes"
                base = { version = 42, id = "a]b" }

                  [policy]
                interval = '2s'
                [[node]]
                name = "a"
                tags = ["x", # why
                  "y"]
                [[node]]
                "name" = \"""
                b\"""
                weight = 100
                """
        )
        #expect(place(document, "pool") == "2:1 2:8")
        #expect(place(document, "base") == "3:1 3:8")
        #expect(place(document, "base", "id") == "3:24 3:29")
        #expect(place(document, "policy", "interval") == "6:1 6:12")
        let nodes = try #require(elements(document, "node"))
        #expect(nodes.map(\.place.description) == ["7:1", "11:1"])
        #expect(place(nodes[0], "tags") == "9:1 9:8")
        #expect(elements(nodes[0], "tags")?.map(\.place.description) == ["9:9", "10:3"])
        #expect(place(nodes[1], "weight") == "14:1 14:10")
        #expect(value(nodes[1], "name") == .text("b"))
        #expect(value(nodes[1], "weight") == .integer(100))
    }

    @Test func yamlKeysAndValuesHaveTheirPlaces() throws {
        let document = try DocumentValue(
            yaml: """
                # A comment
                pool: web
                node:
                  - name: a
                    weight: 100
                    tags: [x, "7"]
                  - {name: b, weight: "100"}
                """
        )
        #expect(place(document, "pool") == "2:1 2:7")
        let nodes = try #require(elements(document, "node"))
        #expect(place(nodes[0], "weight") == "5:5 5:13")
        #expect(value(nodes[0], "weight") == .integer(100))
        #expect(elements(nodes[0], "tags")?.map(\.content) == [.text("x"), .text("7")])
        #expect(value(nodes[1], "weight") == .text("100"))
    }

    @Test(arguments: [
        ("true", DocumentValue.Content.truth(true)), ("yes", .text("yes")), ("off", .text("off")),
        ("0x10", .other("a decimal number")), ("nan", .text("nan")),
        ("-5", .integer(-5)), ("1.5", .other("a decimal number")), ("~", .other("nothing")), ("'5'", .text("5")),
        ("2026-11-25", .text("2026-11-25")), ("5s", .text("5s")),
    ])
    func aPlainWordOfYAMLIsWhatYAML12SaysItIs(word: String, content: DocumentValue.Content) throws {
        #expect(value(try DocumentValue(yaml: "key: \(word)\n"), "key") == content)
    }

    @Test(arguments: [
        ("a = 1.5", DocumentValue.Content.other("a decimal number")), ("a = 2026-11-25", .other("a date")),
        ("a = true", .truth(true)), ("a = 0x10", .integer(16)), ("a = \"\\u00e9\"", .text("é")),
        (
            "a.b = 1",
            .table([
                .init(
                    name: "b",
                    place: .init(line: 1, column: 1),
                    value: .init(place: .init(line: 1, column: 7), content: .integer(1))
                )
            ])
        ),
    ])
    func aValueOfTOMLHasItsType(text: String, content: DocumentValue.Content) throws {
        #expect(value(try DocumentValue(toml: text), "a") == content)
    }

    @Test(arguments: ["a = ", "a = \"x", "a = 1\na = 2", "[a]\n[a]", "a = [1,", "= 1", "a = 1 b = 2"])
    func whatIsNoTOMLIsRefusedWithAPlace(text: String) throws {
        let error = try #require(throws: DocumentError.self) { try DocumentValue(toml: text) }
        #expect(error.place >= .init(line: 1, column: 1))
    }

    @Test(arguments: ["a: [1", "a: 1\n b: 2", "a: 1\na: 2", "\t- a", "a: 'x", "{a: 1"])
    func whatIsNoYAMLIsRefusedWithAPlace(text: String) throws {
        _ = try #require(throws: DocumentError.self) { try DocumentValue(yaml: text) }
    }

    /// A few hundred bytes that stand for billions of values must not be written out.
    @Test func aliasesThatMultiplyAreRefused() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let others = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(others)]\n"
        }
        let error = try #require(throws: DocumentError.self) { try DocumentValue(yaml: text) }
        #expect(error.problem.contains("values"))
    }

    @Test func nestingHasAnEnd() throws {
        let text = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: DocumentError.self) { try DocumentValue(yaml: text) }
    }

    // MARK: Looking things up

    private func entry(_ value: DocumentValue, _ names: [String]) -> DocumentValue.Entry? {
        guard let name = names.first, case .table(let entries) = value.content,
            let found = entries.first(where: { $0.name == name })
        else { return nil }
        return names.count == 1 ? found : entry(found.value, Array(names.dropFirst()))
    }

    /// The places of key and value.
    private func place(_ value: DocumentValue, _ names: String...) -> String? {
        entry(value, names).map { "\($0.place) \($0.value.place)" }
    }

    private func value(_ value: DocumentValue, _ name: String) -> DocumentValue.Content? {
        entry(value, [name])?.value.content
    }

    private func elements(_ value: DocumentValue, _ name: String) -> [DocumentValue]? {
        guard case .list(let elements)? = self.value(value, name) else { return nil }
        return elements
    }
}
