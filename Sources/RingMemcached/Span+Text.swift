extension Span where Element == UInt8 {
    /// Whether the bytes are exactly these ASCII characters.
    func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether the bytes begin with these ASCII characters.
    func hasPrefix(_ text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for index in expected.indices where self[index] != expected[index] { return false }
            return true
        }
    }

    /// Whether every byte is a visible ASCII character or a space.
    var isPrintable: Bool {
        for index in indices where !(0x20...0x7E).contains(self[index]) { return false }
        return true
    }

    /// The bytes as text for people: everything but visible ASCII becomes `?`, and what is over the limit is cut.
    func printable(limit: Int) -> String {
        var bytes: [UInt8] = []
        for index in 0..<Swift.min(count, limit) {
            bytes.append((0x20...0x7E).contains(self[index]) ? self[index] : 0x3F)
        }
        return String(decoding: bytes, as: UTF8.self) + (count > limit ? "..." : "")
    }

    /// The bytes as a decimal number without sign; `nil` when they are anything else or over 2^63 - 1.
    var decimal: Int64? { unsigned.flatMap { Int64(exactly: $0) } }

    /// The bytes as a decimal number without sign; `nil` when they are anything else or over 2^64 - 1.
    var unsigned: UInt64? {
        guard count > 0 else { return nil }
        var value: UInt64 = 0
        for index in indices {
            guard (0x30...0x39).contains(self[index]) else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(UInt64(self[index] - 0x30))
            guard !overflows, !overflowsToo else { return nil }
            value = sum
        }
        return value
    }
}
