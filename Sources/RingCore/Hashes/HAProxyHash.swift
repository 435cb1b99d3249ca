/// The hashes of HAProxy; bytes are unsigned.
enum HAProxyHash {
    static func sdbm(_ message: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        for index in message.indices { hash = UInt32(message[index]) &+ (hash << 6) &+ (hash << 16) &- hash }
        return hash
    }

    static func djb2(_ message: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 5381
        for index in message.indices { hash = hash &* 33 &+ UInt32(message[index]) }
        return hash
    }

    static func wt6(_ message: Span<UInt8>) -> UInt32 {
        func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { (word &<< count) | (word &>> (32 &- count)) }
        var (a, b): (UInt32, UInt32) = (0xa53c_965a, 0x5ca6_953a)
        var (first, second): (UInt32, UInt32) = (6, 18)
        for index in message.indices {
            a = ~(a ^ UInt32(message[index]))
            b = ~(b &+ UInt32(message[index]))
            (a, b) = (rotated(b, first), rotated(a, second))
            let turn = ((a >> 16) ^ b) & 0xffff
            (first, second) = (turn & 31, turn >> 11)
        }
        return a ^ b
    }

    /// The avalanche that HAProxy runs over weak hashes and over the numbers of points.
    static func avalanche(_ value: UInt32) -> UInt32 {
        var a = value
        a = a &+ 0x7ed5_5d16 &+ (a << 12)
        a = a ^ 0xc761_c23c ^ (a >> 19)
        a = a &+ 0x1656_67b1 &+ (a << 5)
        a = (a &+ 0xd3a2_646c) ^ (a << 9)
        a = a &+ 0xfd70_46c5 &+ (a << 3)
        a = a ^ 0xb55a_4f09 ^ (a >> 16)
        return a &* 3_221_225_473
    }
}
