/// The FNV hashes as memcached clients really compute them.
///
/// C code with plain `char` extends the sign of each byte before it is mixed in, and the function that libhashkit and
/// twemproxy call `fnv1a_64` works in 32 bits.
enum FNV {
    /// FNV-1: multiply, then mix.
    static func fnv1(_ message: Span<UInt8>, isSigned: Bool) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in message.indices { hash = (hash &* 16_777_619) ^ extended(message[index], isSigned) }
        return hash
    }

    /// FNV-1a: mix, then multiply.
    static func fnv1a(_ message: Span<UInt8>, isSigned: Bool) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in message.indices { hash = (hash ^ extended(message[index], isSigned)) &* 16_777_619 }
        return hash
    }

    /// The low half of FNV-1 in 64 bits over signed bytes.
    static func fnv1In64Bits(_ message: Span<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in message.indices {
            hash &*= 0x100_0000_01b3
            hash ^= UInt64(bitPattern: Int64(Int8(bitPattern: message[index])))
        }
        return UInt32(truncatingIfNeeded: hash)
    }

    /// The 32-bit function that libhashkit names `fnv1a_64`.
    static func fnv1aNamed64(_ message: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x8422_2325
        for index in message.indices { hash = (hash ^ extended(message[index], true)) &* 0x1b3 }
        return hash
    }

    @inline(__always)
    private static func extended(_ byte: UInt8, _ isSigned: Bool) -> UInt32 {
        isSigned ? UInt32(bitPattern: Int32(Int8(bitPattern: byte))) : UInt32(byte)
    }
}
