/// Reads what follows a backslash in a JSON string.
struct JSONEscape {
    private let bytes: [UInt8]
    /// The byte that is read next.
    private(set) var index: Int

    init(_ bytes: [UInt8], at index: Int) {
        self.bytes = bytes
        self.index = index
    }

    /// Reads one escape, both halves of a surrogate pair, and writes what it means as UTF-8.
    ///
    /// - Returns: what is wrong, as a sentence without a full stop; `nil` where nothing is.
    mutating func read(into text: inout [UInt8]) -> String? {
        guard let byte = peek else { return "the text ends too early" }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard var scalar = hexadecimal() else { return Self.noDigits }
            if (0xD800..<0xDC00).contains(scalar), takeUnicode() {
                guard let low = hexadecimal() else { return Self.noDigits }
                guard (0xDC00..<0xE000).contains(low) else { return Self.half }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(scalar) else { return Self.half }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: return "this escape is not known"
        }
        return nil
    }

    private static let noDigits = "four hexadecimal digits belong here"
    private static let half = "half of a surrogate pair"

    private mutating func hexadecimal() -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                return nil
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func takeUnicode() -> Bool {
        guard bytes[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return false }
        index += 2
        return true
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }
}
