/// Walks over the bytes of a TOML document that is known to be well formed.
struct TOMLScanner {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The byte at the place; 0 at the end.
    var byte: UInt8 { index < bytes.count ? bytes[index] : 0 }

    var place: DocumentValue.Place { .init(line: line, column: index - lineStart + 1) }

    private var isAtEnd: Bool { index >= bytes.count }

    mutating func advance() {
        guard !isAtEnd else { return }
        index += 1
        if bytes[index - 1] == 0x0A {
            line += 1
            lineStart = index
        }
    }

    mutating func skip(while isSkipped: (UInt8) -> Bool) {
        while !isAtEnd, isSkipped(byte) { advance() }
    }

    /// Over spaces and tabs.
    mutating func skipBlank() { skip { $0 == 0x20 || $0 == 0x09 } }

    /// To the end of the line.
    mutating func skipLine() { skip { $0 != 0x0A } }

    /// To the next header or key; false at the end.
    mutating func skipToStatement() -> Bool {
        skipSpaceAndComments(orCommas: false)
        return !isAtEnd
    }

    /// To the next element of a list or inline table; false before its end.
    mutating func skipToElement(before end: UInt8) -> Bool {
        skipSpaceAndComments(orCommas: true)
        return !isAtEnd && byte != end
    }

    private mutating func skipSpaceAndComments(orCommas: Bool) {
        while !isAtEnd {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: advance()
            case 0x2C where orCommas: advance()
            case 0x23: skipLine()
            default: return
            }
        }
    }

    /// To what ends a number, a date or a truth value.
    mutating func skipWord() { skip { ![0x2C, 0x5D, 0x7D, 0x0A, 0x23].contains($0) } }

    /// Reads a key: names joined by points.
    mutating func key() -> [String] {
        var names: [String] = []
        while true {
            skipBlank()
            let start = index
            if byte == 0x22 || byte == 0x27 {
                skipString()
                names.append(Self.unquoted(bytes[start..<index]))
            } else {
                skip { ![0x2E, 0x3D, 0x5D, 0x20, 0x09, 0x0A].contains($0) }
                names.append(String(decoding: bytes[start..<index], as: UTF8.self))
            }
            skipBlank()
            guard byte == 0x2E else { return names }
            advance()
        }
    }

    /// Over a string of any of the four kinds.
    mutating func skipString() {
        let quote = byte
        let isLong = bytes[index...].prefix(3).allSatisfy { $0 == quote } && index + 2 < bytes.count
        let closing = isLong ? 3 : 1
        for _ in 0..<closing { advance() }
        while !isAtEnd {
            if quote == 0x22, byte == 0x5C {
                advance()
                advance()
            } else if bytes[index...].prefix(closing).allSatisfy({ $0 == quote }), index + closing <= bytes.count {
                for _ in 0..<closing { advance() }
                // A long string may end with quotes of its own.
                if isLong { skip { $0 == quote } }
                return
            } else {
                advance()
            }
        }
    }

    /// The name in a quoted key; escapes other than of quotes are rare enough to be found by the table's place.
    private static func unquoted(_ text: ArraySlice<UInt8>) -> String {
        var name: [UInt8] = []
        var isEscaped = false
        for byte in text.dropFirst().dropLast() {
            if byte == 0x5C, text.first == 0x22, !isEscaped {
                isEscaped = true
            } else {
                name.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}
