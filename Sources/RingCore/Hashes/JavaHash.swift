/// The hashes of Java clients over the UTF-16 units of a text.
///
/// Keys are bytes here: they are read as UTF-8, with U+FFFD for what is not.
enum JavaHash {
    /// `String.hashCode`.
    static func native(_ message: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        forEachUnit(message) { hash = hash &* 31 &+ UInt32($0) }
        return hash
    }

    /// The low half of FNV-1 in 64 bits, from the initial value and prime of either width.
    static func fnv1(_ message: Span<UInt8>, is64Bit: Bool) -> UInt32 {
        var hash = initial(is64Bit)
        forEachUnit(message) { hash = (hash &* prime(is64Bit)) ^ UInt64($0) }
        return UInt32(truncatingIfNeeded: hash)
    }

    /// The low half of FNV-1a in 64 bits, from the initial value and prime of either width.
    static func fnv1a(_ message: Span<UInt8>, is64Bit: Bool) -> UInt32 {
        var hash = initial(is64Bit)
        forEachUnit(message) { hash = (hash ^ UInt64($0)) &* prime(is64Bit) }
        return UInt32(truncatingIfNeeded: hash)
    }

    private static func initial(_ is64Bit: Bool) -> UInt64 { is64Bit ? 0xcbf2_9ce4_8422_2325 : 2_166_136_261 }
    private static func prime(_ is64Bit: Bool) -> UInt64 { is64Bit ? 0x100_0000_01b3 : 16_777_619 }

    private static func forEachUnit(_ message: Span<UInt8>, _ body: (UInt16) -> Void) {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: message)
        for unit in String(decoding: bytes, as: UTF8.self).utf16 { body(unit) }
    }
}
