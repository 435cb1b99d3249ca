/// Austin Appleby's Murmur hashes, in the versions that clients use.
enum Murmur {
    /// MurmurHash2 in 32 bits.
    static func hash2(_ message: Span<UInt8>, seed: UInt32) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h = seed ^ UInt32(truncatingIfNeeded: message.count)
        var position = 0
        while message.count - position >= 4 {
            var k = littleEndianWord(of: message, at: position) &* m
            k ^= k >> 24
            h = (h &* m) ^ (k &* m)
            position += 4
        }
        if position < message.count {
            for index in position..<message.count { h ^= UInt32(message[index]) << UInt32((index - position) * 8) }
            h &*= m
        }
        h ^= h >> 13
        h &*= m
        h ^= h >> 15
        return h
    }

    /// MurmurHash3_x86_32.
    static func hash3(_ message: Span<UInt8>, seed: UInt32) -> UInt32 {
        var h = seed
        var position = 0
        while message.count - position >= 4 {
            h ^= scrambled(littleEndianWord(of: message, at: position))
            h = (h << 13) | (h >> 19)
            h = h &* 5 &+ 0xe654_6b64
            position += 4
        }
        if position < message.count {
            var k: UInt32 = 0
            for index in position..<message.count { k |= UInt32(message[index]) << UInt32((index - position) * 8) }
            h ^= scrambled(k)
        }
        h ^= UInt32(truncatingIfNeeded: message.count)
        h = (h ^ (h >> 16)) &* 0x85eb_ca6b
        h = (h ^ (h >> 13)) &* 0xc2b2_ae35
        return h ^ (h >> 16)
    }

    /// MurmurHash64A.
    static func hash64A(_ message: Span<UInt8>, seed: UInt64) -> UInt64 {
        let m: UInt64 = 0xc6a4_a793_5bd1_e995
        var h = seed ^ (UInt64(message.count) &* m)
        var position = 0
        while message.count - position >= 8 {
            var k = littleEndianLongWord(of: message, at: position) &* m
            k = (k ^ (k >> 47)) &* m
            h = (h ^ k) &* m
            position += 8
        }
        if position < message.count {
            for index in position..<message.count { h ^= UInt64(message[index]) << UInt64((index - position) * 8) }
            h &*= m
        }
        h = (h ^ (h >> 47)) &* m
        return h ^ (h >> 47)
    }

    @inline(__always)
    private static func scrambled(_ word: UInt32) -> UInt32 {
        let k = word &* 0xcc9e_2d51
        return ((k << 15) | (k >> 17)) &* 0x1b87_3593
    }
}
