/// Bob Jenkins' hashes.
enum Jenkins {
    /// One-at-a-time, the default of libmemcached, which extends the sign of each byte.
    static func oneAtATime(_ message: Span<UInt8>, isSigned: Bool) -> UInt32 {
        var value: UInt32 = 0
        for index in message.indices {
            let byte = message[index]
            value &+= isSigned ? UInt32(bitPattern: Int32(Int8(bitPattern: byte))) : UInt32(byte)
            value &+= value << 10
            value ^= value >> 6
        }
        value &+= value << 3
        value ^= value >> 11
        value &+= value << 15
        return value
    }

    /// lookup3's `hashlittle`.
    static func lookup3(_ message: Span<UInt8>, initial: UInt32) -> UInt32 {
        var a = 0xdead_beef &+ UInt32(truncatingIfNeeded: message.count) &+ initial
        var b = a
        var c = a
        var position = 0
        while message.count - position > 12 {
            a &+= littleEndianWord(of: message, at: position)
            b &+= littleEndianWord(of: message, at: position + 4)
            c &+= littleEndianWord(of: message, at: position + 8)
            a = (a &- c) ^ rotated(c, 4)
            c &+= b
            b = (b &- a) ^ rotated(a, 6)
            a &+= c
            c = (c &- b) ^ rotated(b, 8)
            b &+= a
            a = (a &- c) ^ rotated(c, 16)
            c &+= b
            b = (b &- a) ^ rotated(a, 19)
            a &+= c
            c = (c &- b) ^ rotated(b, 4)
            b &+= a
            position += 12
        }
        guard position < message.count else { return c }
        for index in position..<message.count {
            let offset = index - position
            let part = UInt32(message[index]) << UInt32(offset % 4 * 8)
            switch offset / 4 {
            case 0: a &+= part
            case 1: b &+= part
            default: c &+= part
            }
        }
        c = (c ^ b) &- rotated(b, 14)
        a = (a ^ c) &- rotated(c, 11)
        b = (b ^ a) &- rotated(a, 25)
        c = (c ^ b) &- rotated(b, 16)
        a = (a ^ c) &- rotated(c, 4)
        b = (b ^ a) &- rotated(a, 14)
        c = (c ^ b) &- rotated(b, 24)
        return c
    }

    @inline(__always)
    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        (word &<< count) | (word &>> (32 &- count))
    }
}
