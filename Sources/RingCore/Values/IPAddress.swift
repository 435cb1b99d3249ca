/// A literal IPv4 or IPv6 address, as its 4 or 16 bytes.
package struct IPAddress: Hashable, Sendable {
    /// The bytes in network order: 4 or 16.
    package let bytes: [UInt8]

    /// Whether the address has 16 bytes.
    package var isIPv6: Bool { bytes.count == 16 }

    /// Parses dotted-decimal IPv4 (no leading zeros) or RFC 4291 IPv6 text without zone; `nil` for anything else.
    package init?(parsing text: String) {
        let raw = Array(text.utf8)
        guard let bytes = raw.contains(0x3A) ? Self.ipv6(raw[...]) : Self.ipv4(raw[...]) else { return nil }
        self.bytes = bytes
    }

    /// The eight 16-bit groups of an IPv6 address; empty for IPv4.
    package var groups: [UInt16] {
        guard isIPv6 else { return [] }
        return (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(4)
        var number: UInt8?
        for byte in text {
            if byte == 0x2E {
                guard let whole = number, result.count < 3 else { return nil }
                result.append(whole)
                number = nil
                continue
            }
            // A number that goes on after a 0 is octal to some readers.
            guard (0x30...0x39).contains(byte), number != 0 else { return nil }
            let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, isOverflown) = tens.addingReportingOverflow(byte - 0x30)
            guard !isTooLarge, !isOverflown else { return nil }
            number = sum
        }
        guard let last = number, result.count == 3 else { return nil }
        return result + [last]
    }

    private static func ipv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var head: [UInt8] = []
        var tail: [UInt8] = []
        var hasGap = false
        var rest = text
        if rest.starts(with: [0x3A, 0x3A]) {
            hasGap = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != 0x3A }
            let after = rest[group.endIndex...]
            var bytes: [UInt8]
            if group.contains(0x2E) {
                guard after.isEmpty, let v4 = ipv4(group) else { return nil }
                bytes = v4
            } else {
                guard (1...4).contains(group.count),
                    let value = UInt16(String(decoding: group, as: UTF8.self), radix: 16),
                    group.first != 0x2B, group.first != 0x2D
                else { return nil }
                bytes = [UInt8(value >> 8), UInt8(value & 0xFF)]
            }
            if hasGap { tail += bytes } else { head += bytes }
            if after.isEmpty { break }
            if after.starts(with: [0x3A, 0x3A]) {
                guard !hasGap else { return nil }
                hasGap = true
                rest = after.dropFirst(2)
            } else {
                rest = after.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        let length = head.count + tail.count
        guard hasGap ? length <= 14 : length == 16 else { return nil }
        return head + Array(repeating: 0, count: 16 - length) + tail
    }
}
