/// XXH3 with 64 bits, all lengths, with a seed.
enum XXH3 {
    /// The hash of a message.
    static func hash(_ message: Span<UInt8>, seed: UInt64) -> UInt64 {
        switch message.count {
        case 0: XXPrime.avalanche(seed ^ word(secret.span, 56) ^ word(secret.span, 64))
        case 1...3: upTo3(message, seed)
        case 4...8: upTo8(message, seed)
        case 9...16: upTo16(message, seed)
        case 17...128: upTo128(message, seed)
        case 129...240: upTo240(message, seed)
        default: long(message, seed)
        }
    }

    private static func upTo3(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let length = message.count
        let combined =
            UInt32(message[0]) << 16 | UInt32(message[length >> 1]) << 24 | UInt32(message[length - 1])
            | UInt32(length) << 8
        let flip = UInt64(littleEndianWord(of: secret.span, at: 0) ^ littleEndianWord(of: secret.span, at: 4)) &+ seed
        return XXPrime.avalanche(UInt64(combined) ^ flip)
    }

    private static func upTo8(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let seed = seed ^ (UInt64(UInt32(truncatingIfNeeded: seed).byteSwapped) << 32)
        let first = UInt64(littleEndianWord(of: message, at: 0))
        let last = UInt64(littleEndianWord(of: message, at: message.count - 4))
        var hash = (last &+ (first << 32)) ^ ((word(secret.span, 8) ^ word(secret.span, 16)) &- seed)
        hash ^= XXPrime.rotated(hash, 49) ^ XXPrime.rotated(hash, 24)
        hash &*= 0x9fb2_1c65_1e98_df25
        hash ^= (hash >> 35) &+ UInt64(message.count)
        hash &*= 0x9fb2_1c65_1e98_df25
        return hash ^ (hash >> 28)
    }

    private static func upTo16(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let low = word(message, 0) ^ ((word(secret.span, 24) ^ word(secret.span, 32)) &+ seed)
        let high = word(message, message.count - 8) ^ ((word(secret.span, 40) ^ word(secret.span, 48)) &- seed)
        return avalanche(UInt64(message.count) &+ low.byteSwapped &+ high &+ folded(low, high))
    }

    private static func upTo128(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let length = message.count
        var sum = UInt64(length) &* XXPrime.p64x1
        for pair in stride(from: (length - 1) / 32, through: 0, by: -1) {
            sum &+= mixed(message, 16 * pair, 32 * pair, seed)
            sum &+= mixed(message, length - 16 * (pair + 1), 32 * pair + 16, seed)
        }
        return avalanche(sum)
    }

    private static func upTo240(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let length = message.count
        var sum = UInt64(length) &* XXPrime.p64x1
        for index in 0..<8 { sum &+= mixed(message, 16 * index, 16 * index, seed) }
        sum = avalanche(sum)
        for index in 8..<(length / 16) { sum &+= mixed(message, 16 * index, 16 * (index - 8) + 3, seed) }
        sum &+= mixed(message, length - 16, 136 - 17, seed)
        return avalanche(sum)
    }

    private static func long(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        let secret = secretFor(seed: seed)
        let length = message.count
        var lanes: [UInt64] = [
            XXPrime.p32x3, XXPrime.p64x1, XXPrime.p64x2, XXPrime.p64x3,
            XXPrime.p64x4, XXPrime.p32x2, XXPrime.p64x5, XXPrime.p32x1,
        ]
        let stripes = (length - 1) / 64
        for stripe in 0..<stripes {
            accumulate(&lanes, message, at: stripe * 64, secret.span, at: stripe % 16 * 8)
            if stripe % 16 == 15 { scramble(&lanes, secret.span) }
        }
        accumulate(&lanes, message, at: length - 64, secret.span, at: 192 - 64 - 7)
        var result = UInt64(length) &* XXPrime.p64x1
        for pair in 0..<4 {
            result &+= folded(
                lanes[2 * pair] ^ word(secret.span, 11 + 16 * pair),
                lanes[2 * pair + 1] ^ word(secret.span, 19 + 16 * pair)
            )
        }
        return avalanche(result)
    }

    private static func accumulate(
        _ lanes: inout [UInt64],
        _ message: Span<UInt8>,
        at offset: Int,
        _ secret: Span<UInt8>,
        at secretOffset: Int
    ) {
        for lane in 0..<8 {
            let data = word(message, offset + 8 * lane)
            let key = data ^ word(secret, secretOffset + 8 * lane)
            lanes[lane ^ 1] &+= data
            lanes[lane] &+= (key & 0xffff_ffff) &* (key >> 32)
        }
    }

    private static func scramble(_ lanes: inout [UInt64], _ secret: Span<UInt8>) {
        for lane in 0..<8 {
            lanes[lane] ^= lanes[lane] >> 47
            lanes[lane] ^= word(secret, 192 - 64 + 8 * lane)
            lanes[lane] &*= XXPrime.p32x1
        }
    }

    private static func secretFor(seed: UInt64) -> [UInt8] {
        guard seed != 0 else { return secret }
        return (0..<24).flatMap { index in
            let part = word(secret.span, 8 * index)
            let seeded = index % 2 == 0 ? part &+ seed : part &- seed
            return (0..<8).map { UInt8(truncatingIfNeeded: seeded >> UInt64(8 * $0)) }
        }
    }

    private static func mixed(_ message: Span<UInt8>, _ offset: Int, _ secretOffset: Int, _ seed: UInt64) -> UInt64 {
        folded(
            word(message, offset) ^ (word(secret.span, secretOffset) &+ seed),
            word(message, offset + 8) ^ (word(secret.span, secretOffset + 8) &- seed)
        )
    }

    private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.low ^ product.high
    }

    private static func avalanche(_ value: UInt64) -> UInt64 {
        let hash = (value ^ (value >> 37)) &* 0x1656_6791_9e37_79f9
        return hash ^ (hash >> 32)
    }

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        littleEndianLongWord(of: bytes, at: offset)
    }

    /// The default secret of XXH3: 192 bytes.
    private static let secret: [UInt8] = [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ]
}
