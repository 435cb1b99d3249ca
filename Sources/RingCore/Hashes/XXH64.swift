/// The primes of the xxHash family.
enum XXPrime {
    static let p32x1: UInt64 = 0x9e37_79b1
    static let p32x2: UInt64 = 0x85eb_ca77
    static let p32x3: UInt64 = 0xc2b2_ae3d
    static let p64x1: UInt64 = 0x9e37_79b1_85eb_ca87
    static let p64x2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    static let p64x3: UInt64 = 0x1656_67b1_9e37_79f9
    static let p64x4: UInt64 = 0x85eb_ca77_c2b2_ae63
    static let p64x5: UInt64 = 0x27d4_eb2f_1656_67c5

    @inline(__always)
    static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { (word &<< count) | (word &>> (64 &- count)) }

    /// The last mixing of XXH64, which short inputs of XXH3 share.
    @inline(__always)
    static func avalanche(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* p64x2
        hash = (hash ^ (hash >> 29)) &* p64x3
        return hash ^ (hash >> 32)
    }
}

/// XXH64.
func xxh64(_ message: Span<UInt8>, seed: UInt64) -> UInt64 {
    func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        XXPrime.rotated(lane &+ input &* XXPrime.p64x2, 31) &* XXPrime.p64x1
    }
    var hash: UInt64
    var position = 0
    if message.count >= 32 {
        var a = seed &+ XXPrime.p64x1 &+ XXPrime.p64x2
        var b = seed &+ XXPrime.p64x2
        var c = seed
        var d = seed &- XXPrime.p64x1
        while message.count - position >= 32 {
            a = round(a, littleEndianLongWord(of: message, at: position))
            b = round(b, littleEndianLongWord(of: message, at: position + 8))
            c = round(c, littleEndianLongWord(of: message, at: position + 16))
            d = round(d, littleEndianLongWord(of: message, at: position + 24))
            position += 32
        }
        hash = XXPrime.rotated(a, 1) &+ XXPrime.rotated(b, 7) &+ XXPrime.rotated(c, 12) &+ XXPrime.rotated(d, 18)
        for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* XXPrime.p64x1 &+ XXPrime.p64x4 }
    } else {
        hash = seed &+ XXPrime.p64x5
    }
    hash &+= UInt64(message.count)
    while message.count - position >= 8 {
        hash ^= round(0, littleEndianLongWord(of: message, at: position))
        hash = XXPrime.rotated(hash, 27) &* XXPrime.p64x1 &+ XXPrime.p64x4
        position += 8
    }
    if message.count - position >= 4 {
        hash ^= UInt64(littleEndianWord(of: message, at: position)) &* XXPrime.p64x1
        hash = XXPrime.rotated(hash, 23) &* XXPrime.p64x2 &+ XXPrime.p64x3
        position += 4
    }
    while position < message.count {
        hash ^= UInt64(message[position]) &* XXPrime.p64x5
        hash = XXPrime.rotated(hash, 11) &* XXPrime.p64x1
        position += 1
    }
    return XXPrime.avalanche(hash)
}
