/// Reads RFC 8259 text from an untrusted peer into tokens.
///
/// Recursive descent over the bytes; the depth is bounded, so the stack is too.
struct JSONParser {
    private let bytes: [UInt8]
    private(set) var tokens: [JSONToken] = []
    private var index = 0
    private var depth = 0

    /// Deeper nesting is refused: no message of the control API comes near.
    static let depthLimit = 32

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that fills the whole text.
    mutating func document() throws(JSONError) {
        guard UInt32(exactly: bytes.count) != nil else { throw error("the text is longer than 4 GiB") }
        // Messages have seven bytes a token and more; what is not used of the room is never touched.
        tokens.reserveCapacity(bytes.count / 6 + 1)
        skipSpace()
        try value()
        skipSpace()
        guard index == bytes.count else { throw error("text follows the end of the value") }
    }

    private mutating func value() throws(JSONError) {
        guard let byte = peek else { throw error("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"), 0x30...0x39: try number()
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw error("this is not a JSON value")
        }
    }

    private mutating func word(_ word: StaticString, _ kind: JSONToken.Kind) throws(JSONError) {
        let start = index
        guard take(word) else { throw error("this is not a JSON value") }
        append(kind, from: start, to: index)
    }

    private mutating func append(_ kind: JSONToken.Kind, from start: Int, to end: Int) {
        let next = UInt32(tokens.count + 1)
        tokens.append(JSONToken(kind: kind, start: UInt32(start), end: UInt32(end), next: next))
    }

    /// Steps into an object or array and returns its token's place.
    private mutating func open(_ kind: JSONToken.Kind) throws(JSONError) -> Int {
        guard depth < Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels") }
        depth += 1
        append(kind, from: index, to: index)
        index += 1
        return tokens.count - 1
    }

    private mutating func close(_ place: Int) {
        depth -= 1
        tokens[place].end = UInt32(index)
        tokens[place].next = UInt32(tokens.count)
    }

    private mutating func object() throws(JSONError) {
        let place = try open(.object)
        defer { close(place) }
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        var count = 0
        var others: Set<String> = []
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a member begins with its name in quotes") }
            try string()
            guard isNew(in: place, after: count, &others) else { throw error("a member is given twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a ':' is missing after a name") }
            skipSpace()
            try value()
            count += 1
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a ',' or '}' is missing") }
    }

    /// Whether the name that was read last is none of the `count` before it in the object at `place`.
    ///
    /// An object has few members, which are compared faster than hashed; a hostile one has many.
    private func isNew(in place: Int, after count: Int, _ others: inout Set<String>) -> Bool {
        let name = tokens.count - 1
        var other = place + 1
        for _ in 0..<min(count, Self.comparedNames) {
            if bytes.isSame(tokens[other], tokens[name]) { return false }
            other = Int(tokens[other + 1].next)
        }
        return count < Self.comparedNames || others.insert(bytes.string(tokens[name])).inserted
    }

    private static let comparedNames = 16

    private mutating func array() throws(JSONError) {
        let place = try open(.array)
        defer { close(place) }
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        repeat {
            skipSpace()
            try value()
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a ',' or ']' is missing") }
    }

    private mutating func number() throws(JSONError) {
        let start = index
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[index - whole] != 0x30 else { throw error("this is not a number") }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw error("a digit is missing after the point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw error("a digit is missing in the exponent") }
        }
        guard index - start <= 64 else { throw error("the number is too long") }
        // Eighteen digits always fit.
        let isInteger =
            isWhole && (whole <= 18 || Int64(String(decoding: bytes[start..<index], as: UTF8.self)) != nil)
        append(isInteger ? .integer : .decimal, from: start, to: index)
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func string() throws(JSONError) {
        index += 1
        let start = index
        var seen: UInt8 = 0
        while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\\") {
            if byte == UInt8(ascii: "\"") {
                index += 1
                // ASCII, as most text is, needs no validation.
                guard seen < 0x80 || String(validating: bytes[start..<index - 1], as: UTF8.self) != nil else {
                    throw error("this is not UTF-8")
                }
                append(.plainString, from: start, to: index - 1)
                return
            }
            seen |= byte
            index += 1
        }
        var text = Array(bytes[start..<index])
        try escapedString(into: &text)
        guard String(validating: text, as: UTF8.self) != nil else { throw error("this is not UTF-8") }
        append(.escapedString, from: start, to: index - 1)
    }

    /// Steps behind the closing quote, and writes what stands before it.
    private mutating func escapedString(into text: inout [UInt8]) throws(JSONError) {
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                return
            case UInt8(ascii: "\\"):
                var escape = JSONEscape(bytes, at: index)
                let problem = escape.read(into: &text)
                index = escape.index
                if let problem { throw error(problem) }
            case 0..<0x20:
                index -= 1
                throw error("a control character stands in a string")
            default:
                text.append(byte)
            }
        }
        throw error("a string is never closed")
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    /// Steps over `word` if it is next.
    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
        index += count
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func error(_ problem: String) -> JSONError {
        let before = bytes[..<index]
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? bytes.startIndex
        return JSONError(problem: problem, line: line, column: index - start + 1)
    }
}
