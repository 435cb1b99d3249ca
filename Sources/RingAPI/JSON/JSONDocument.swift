/// A JSON text that was read, or a value within one.
///
/// It holds the text and where each value stands in it; what is asked for is made from that. So reading a long answer
/// costs little more than looking at each of its bytes.
package struct JSONDocument: Sendable {
    let source: Source
    /// The token of the value.
    let place: Int

    /// The text with its tokens, shared by every value within it.
    final class Source: Sendable {
        let bytes: [UInt8]
        let tokens: [JSONToken]

        init(bytes: [UInt8], tokens: [JSONToken]) {
            self.bytes = bytes
            self.tokens = tokens
        }
    }

    /// Parses RFC 8259 text: at most 32 levels deep, no member twice.
    package init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        let bytes = Array(bytes)
        var parser = JSONParser(bytes)
        try parser.document()
        source = Source(bytes: bytes, tokens: parser.tokens)
        place = 0
    }

    private init(_ source: Source, at place: Int) {
        self.source = source
        self.place = place
    }

    /// The member of that name, if this is an object that has one.
    package subscript(name: String) -> JSONDocument? {
        source.member(name, of: place).map { JSONDocument(source, at: $0) }
    }

    /// The value with all that is in it.
    package var value: JSONValue { source.value(at: place) }
}

extension JSONDocument.Source {
    /// Where the value of a member stands, if there is an object at `place` that has one of that name.
    func member(_ name: String, of place: Int) -> Int? {
        guard tokens[place].kind == .object else { return nil }
        var name = name
        return name.withUTF8 { member($0, from: place + 1, to: Int(tokens[place].next)) }
    }

    /// Where the value of the first member with that name stands, of those of an object from `begin` up to `end`.
    func member(_ name: UnsafeBufferPointer<UInt8>, from begin: Int, to end: Int) -> Int? {
        var member = begin
        while member < end {
            if bytes.isText(tokens[member], name) { return member + 1 }
            member = Int(tokens[member + 1].next)
        }
        return nil
    }

    /// The names of the object at `place` with where their values stand.
    func members(of place: Int) -> [(name: String, value: Int)] {
        var members: [(name: String, value: Int)] = []
        let end = Int(tokens[place].next)
        var other = place + 1
        while other < end {
            members.append((bytes.string(tokens[other]), other + 1))
            other = Int(tokens[other + 1].next)
        }
        return members
    }

    /// Where the elements of the array at `place` stand.
    func elements(of place: Int) -> [Int] {
        var elements: [Int] = []
        var element = place + 1
        while element < tokens[place].next {
            elements.append(element)
            element = Int(tokens[element].next)
        }
        return elements
    }

    func value(at place: Int) -> JSONValue {
        let token = tokens[place]
        switch token.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .integer: return .integer(integer(token))
        case .decimal: return .decimal(bytes.string(token))
        case .plainString, .escapedString: return .string(bytes.string(token))
        case .object:
            return .object(members(of: place).map { JSONValue.Member($0.name, value(at: $0.value)) })
        case .array: return .array(elements(of: place).map(value(at:)))
        }
    }

    /// The number of a token of that kind, which fits.
    func integer(_ token: JSONToken) -> Int64 {
        let digits = bytes[Int(token.start)..<Int(token.end)]
        let isNegative = digits.first == UInt8(ascii: "-")
        // Downwards, where there is one number more.
        let value = digits.dropFirst(isNegative ? 1 : 0).reduce(Int64(0)) { $0 * 10 - Int64($1 - 0x30) }
        return isNegative ? value : -value
    }
}

extension [UInt8] {
    /// The text of a string, a name or a number in these bytes.
    func string(_ token: JSONToken) -> String {
        let text = self[Int(token.start)..<Int(token.end)]
        guard token.kind == .escapedString, var backslash = text.firstIndex(of: UInt8(ascii: "\\")) else {
            return String(decoding: text, as: UTF8.self)
        }
        var meaning = [UInt8](text[..<backslash])
        while backslash < text.endIndex {
            var escape = JSONEscape(self, at: backslash + 1)
            // The parser has read it before, and found nothing wrong.
            _ = escape.read(into: &meaning)
            let next = text[escape.index...].firstIndex(of: UInt8(ascii: "\\")) ?? text.endIndex
            meaning += text[escape.index..<next]
            backslash = next
        }
        return String(decoding: meaning, as: UTF8.self)
    }

    /// Whether two names in these bytes are the same text.
    func isSame(_ a: JSONToken, _ b: JSONToken) -> Bool {
        guard a.kind == .plainString, b.kind == .plainString else { return string(a) == string(b) }
        return a.end - a.start == b.end - b.start
            && (0..<Int(a.end - a.start)).allSatisfy { self[Int(a.start) + $0] == self[Int(b.start) + $0] }
    }

    /// Whether a name in these bytes is that text.
    func isText(_ token: JSONToken, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard token.kind == .plainString else { return string(token).utf8.elementsEqual(text) }
        return Int(token.end - token.start) == text.count
            && text.indices.allSatisfy { self[Int(token.start) + $0] == text[$0] }
    }
}

extension JSONValue {
    /// Parses RFC 8259 text: at most 32 levels deep, no member twice.
    package init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        self = try JSONDocument(parsing: bytes).value
    }
}
