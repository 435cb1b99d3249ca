/// Writes JSON on one line as it comes, without a value for each part of it.
///
/// Objects and arrays close themselves: whoever writes says at which depth, and what is open deeper is over.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// The objects and arrays that are open, from the outermost.
    private var open: [Container] = []

    private struct Container {
        let kind: Kind
        var count = 0
    }

    enum Kind {
        case object
        case array

        var opening: UInt8 { self == .object ? UInt8(ascii: "{") : UInt8(ascii: "[") }
        var closing: UInt8 { self == .object ? UInt8(ascii: "}") : UInt8(ascii: "]") }
    }

    /// How much was written into the innermost open object or array.
    var count: Int { open.last?.count ?? 0 }

    /// Goes on with the object or array at `depth`, which is opened where it is not.
    mutating func enter(_ kind: Kind, at depth: Int) {
        close(to: depth + 1)
        if depth < open.count {
            precondition(open[depth].kind == kind, "one value is written as an object and as an array")
        } else {
            precondition(depth == open.count, "a part of a value is written after the value is over")
            bytes.append(kind.opening)
            open.append(Container(kind: kind))
        }
    }

    /// Closes what is open deeper than `depth`.
    mutating func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().kind.closing) }
    }

    /// Begins a member of the object that has `depth` around and with it.
    mutating func name(_ name: String, at depth: Int) {
        element(at: depth)
        bytes.append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// The same for a name of which every byte stands for itself.
    mutating func name(_ name: StaticString, at depth: Int) {
        assert(name.description.utf8.allSatisfy(\.standsForItself), "the name '\(name)' is to be escaped")
        element(at: depth)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Begins an element of the array that has `depth` around and with it.
    mutating func element(at depth: Int) {
        close(to: depth)
        precondition(depth == open.count, "a part of a value is written after the value is over")
        if open[depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
    }

    /// Writes text that is JSON by itself.
    mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func string(_ text: String) { bytes.append(quoted: text) }
}

extension UInt8 {
    /// Whether the byte is printable ASCII that needs no escape.
    fileprivate var standsForItself: Bool {
        (0x20...0x7E).contains(self) && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}

extension [UInt8] {
    /// Writes `string` with quotes.
    ///
    /// Beyond what JSON demands, every control character is escaped, those of the C1 block and the line separators
    /// included, so that the text is safe to print on a terminal.
    mutating func append(quoted string: String) {
        append(UInt8(ascii: "\""))
        let start = count
        append(contentsOf: string.utf8)
        // Most text is printable ASCII that stands for itself, and needs no look at its scalars.
        let isPlain = self[start...].allSatisfy { $0.standsForItself }
        if !isPlain {
            removeSubrange(start...)
            for scalar in string.unicodeScalars { append(escaping: scalar) }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaping scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": append(contentsOf: "\\\"".utf8)
        case "\\": append(contentsOf: "\\\\".utf8)
        case "\n": append(contentsOf: "\\n".utf8)
        case "\r": append(contentsOf: "\\r".utf8)
        case "\t": append(contentsOf: "\\t".utf8)
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{200E}", "\u{200F}",
            "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            let digits = String(scalar.value, radix: 16)
            append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
        default: append(contentsOf: String(Character(scalar)).utf8)
        }
    }
}
