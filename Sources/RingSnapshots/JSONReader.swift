import RingCore

/// A strict reader of JSON in UTF-8 that takes one value after the other and never looks back.
///
/// General decoders accept what a snapshot may not have: the same member twice, numbers cut to a `Double`, nesting
/// without end. This one refuses them, names the place, and needs no tree of values.
struct JSONReader {
    private let bytes: [UInt8]
    private let depthLimit: Int
    private var position = 0
    /// The objects and arrays that are open, the innermost last.
    private var open: [Frame] = []

    private struct Frame {
        var isFirst = true
        /// The names read so far, as long as they are few enough to be compared one by one.
        private var few: [String] = []
        /// The names read so far where they are many, so that a hostile file costs no square; only asked, never listed.
        private var many: Set<String> = []

        /// Notes a name; `false` when it was there.
        mutating func insert(_ name: String) -> Bool {
            guard many.isEmpty else { return many.insert(name).inserted }
            guard !few.contains(name) else { return false }
            few.append(name)
            if few.count == 16 { many = Set(few) }
            return true
        }
    }

    init(_ bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    // MARK: Objects and arrays

    mutating func beginObject() throws(SnapshotError) { try begin(0x7B, what: "an object") }

    /// The name of the next member, whose value must be read next; `nil` at the end of the object.
    mutating func nextMember() throws(SnapshotError) -> String? {
        guard try goesOn(closing: 0x7D) else { return nil }
        guard peek == 0x22 else { throw malformed("a name in quotes is missing") }
        let name = try string()
        guard open[open.count - 1].insert(name) else {
            throw SnapshotError(.duplicate, problem: "the member '\(printable(name))' is there twice")
        }
        skipSpace()
        guard take(0x3A) else { throw malformed("a colon is missing after a name") }
        return name
    }

    mutating func beginArray() throws(SnapshotError) { try begin(0x5B, what: "a list") }

    /// Whether another element follows, which must be read next; `false` at the end of the array.
    mutating func nextElement() throws(SnapshotError) -> Bool { try goesOn(closing: 0x5D) }

    private mutating func begin(_ bracket: UInt8, what: String) throws(SnapshotError) {
        skipSpace()
        guard take(bracket) else { throw wrongType(what) }
        guard open.count < depthLimit else {
            throw SnapshotError(.tooLarge, problem: "values are nested deeper than \(depthLimit)")
        }
        open.append(Frame())
    }

    private mutating func goesOn(closing bracket: UInt8) throws(SnapshotError) -> Bool {
        skipSpace()
        if take(bracket) {
            open.removeLast()
            return false
        }
        if open[open.count - 1].isFirst {
            open[open.count - 1].isFirst = false
        } else {
            guard take(0x2C) else { throw malformed("a comma or a closing bracket is missing") }
            skipSpace()
        }
        return true
    }

    // MARK: Values

    /// Reads `null` if it is next.
    mutating func null() -> Bool {
        skipSpace()
        return take(literal: "null")
    }

    /// A whole number without fraction or exponent, within the 53 bits that every language keeps exact.
    mutating func integer() throws(SnapshotError) -> Int64 {
        skipSpace()
        let text = try number()
        guard let value = Int64(text), value.magnitude < 1 << 53 else {
            throw SnapshotError(.invalidValue, problem: "\(printable(text)) is not a whole number below 2^53")
        }
        return value
    }

    /// The text of a number, by the grammar of JSON.
    mutating func number() throws(SnapshotError) -> String {
        skipSpace()
        let start = position
        _ = take(0x2D)
        guard let first = peek, isDigit(first) else {
            throw start == position ? wrongType("a number") : malformed("a number has no digits")
        }
        if take(0x30) {
            if let next = peek, isDigit(next) { throw malformed("a number begins with 0") }
        } else {
            skipDigits()
        }
        if take(0x2E) {
            guard let next = peek, isDigit(next) else { throw malformed("a number ends after its point") }
            skipDigits()
        }
        if let exponent = peek, exponent | 0x20 == 0x65 {
            position += 1
            if !take(0x2B) { _ = take(0x2D) }
            guard let next = peek, isDigit(next) else { throw malformed("a number ends in its exponent") }
            skipDigits()
        }
        guard position - start <= 64 else { throw malformed("a number has more than 64 characters") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A string with its escapes resolved.
    mutating func string() throws(SnapshotError) -> String {
        skipSpace()
        guard take(0x22) else { throw wrongType("a string") }
        let start = position
        while let byte = peek, byte != 0x22, byte != 0x5C, byte >= 0x20 { position += 1 }
        var plain = bytes[start..<position]
        guard !take(0x22) else { return try text(plain) }
        while true {
            guard let byte = peek else { throw malformed("a string has no end") }
            position += 1
            switch byte {
            case 0x22: return try text(plain)
            case 0x5C: plain += try escaped()
            case 0..<0x20: throw malformed("a string has a control character")
            default: plain.append(byte)
            }
        }
    }

    /// Reads and forgets one value of any kind, as strictly as the ones that are kept.
    mutating func skipValue() throws(SnapshotError) {
        skipSpace()
        switch peek {
        case 0x7B:
            try beginObject()
            while try nextMember() != nil { try skipValue() }
        case 0x5B:
            try beginArray()
            while try nextElement() { try skipValue() }
        case 0x22: _ = try string()
        case 0x74 where take(literal: "true"): return
        case 0x66 where take(literal: "false"): return
        case 0x6E where take(literal: "null"): return
        default: _ = try number()
        }
    }

    /// Refuses anything but white space after the value.
    mutating func end() throws(SnapshotError) {
        skipSpace()
        guard position == bytes.count else { throw malformed("something follows the end of the object") }
    }

    // MARK: Characters

    private func text(_ utf8: ArraySlice<UInt8>) throws(SnapshotError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw malformed("a string is not UTF-8") }
        return text
    }

    private mutating func escaped() throws(SnapshotError) -> [UInt8] {
        guard let byte = peek else { throw malformed("a string has no end") }
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: return [byte]
        case 0x62: return [0x08]
        case 0x66: return [0x0C]
        case 0x6E: return [0x0A]
        case 0x72: return [0x0D]
        case 0x74: return [0x09]
        case 0x75:
            var value = try hexadecimal()
            if (0xD800..<0xDC00).contains(value) {
                guard take(0x5C), take(0x75) else { throw malformed("half of a surrogate pair") }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw malformed("half of a surrogate pair") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw malformed("half of a surrogate pair") }
            return Array(UTF8.encode(scalar) ?? .init())
        default: throw malformed("an escape that JSON does not have")
        }
    }

    private mutating func hexadecimal() throws(SnapshotError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed("an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(literal: StaticString) -> Bool {
        let end = position + literal.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        let isEqual = literal.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
        if isEqual { position = end }
        return isEqual
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func skipDigits() { while let byte = peek, isDigit(byte) { position += 1 } }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func malformed(_ problem: String) -> SnapshotError {
        SnapshotError(.malformed, problem: "\(problem) (at byte \(position))")
    }

    /// The error where another kind of value was expected: malformed at the end of the bytes, else a wrong value.
    private func wrongType(_ expected: String) -> SnapshotError {
        guard let byte = peek else { return malformed("the file ends where \(expected) should be") }
        let opensValue = "{[\"-0123456789tfn".utf8.contains(byte)
        return opensValue
            ? SnapshotError(.invalidValue, problem: "\(expected) is expected (at byte \(position))")
            : malformed("\(expected) is expected")
    }
}
