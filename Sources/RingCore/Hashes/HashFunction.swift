/// A hash of keys or points, under one name each; 32 bits unless said otherwise.
enum HashFunction: Hashable, Sendable {
    /// The first little-endian word of MD5.
    case md5
    /// The whole of MD5 as a big-endian number of 128 bits.
    case md5Whole
    /// The first big-endian word of SHA-1.
    case sha1
    /// IEEE CRC-32, whole.
    case crc32
    /// CRC-32 without its top bit.
    case crc31
    /// Bits 16 to 30 of CRC-32: what libmemcached and the table clients call `crc`.
    case crc15
    /// The low 16 bits of CRC-32.
    case crc32Low16
    /// twemproxy's CRC-16 whose register is not cut.
    case crc16
    /// One-at-a-time over signed bytes, as libhashkit, or over unsigned ones.
    case oneAtATime(isSigned: Bool)
    case fnv1(isSigned: Bool)
    case fnv1a(isSigned: Bool)
    /// The low half of 64-bit FNV-1 over signed bytes.
    case fnv1In64Bits
    /// libhashkit's `fnv1a_64`, which works in 32 bits.
    case fnv1aNamed64
    case hsieh
    /// MurmurHash2 and 3 with libhashkit's seed, which depends on the length.
    case murmur, murmur3
    /// MurmurHash3 with seed 0.
    case murmur3Unseeded
    /// MurmurHash64A, 64 bits.
    case murmur64A(seed: UInt64)
    /// lookup3 with initial value 13.
    case jenkins
    /// Java's hashes of UTF-16 units.
    case javaNative, javaFNV1(is64Bit: Bool), javaFNV1a(is64Bit: Bool)
    /// 64 bits each.
    case xxh64, xxh3(seed: UInt64)
    /// The low half of XXH3.
    case xxh3Low32
    case sdbm, djb2, wt6
    /// A 32-bit hash, then HAProxy's avalanche.
    indirect case avalanched(HashFunction)
    /// Bits 16 to 30 of a 32-bit hash, where 0 becomes 1.
    indirect case upper15Nonzero(HashFunction)

    /// The number of bits that the function can set.
    var bits: Int {
        switch self {
        case .crc15, .upper15Nonzero: 15
        case .crc31: 31
        case .crc32Low16: 16
        case .xxh64, .xxh3, .murmur64A: 64
        case .md5Whole: 128
        default: 32
        }
    }

    /// The hash of a message; of functions wider than 64 bits the high part.
    @inline(__always)
    func callAsFunction(_ message: Span<UInt8>) -> UInt64 {
        if case .md5 = self { return UInt64(MD5(message).words.x) }
        return other(message)
    }

    /// The hash of a message as a number of 128 bits.
    func wide(_ message: Span<UInt8>) -> UInt128 {
        guard case .md5Whole = self else { return UInt128(self(message)) }
        let words = MD5(message).words
        return (0..<4).reduce(0) { $0 << 32 | UInt128(words[$1].byteSwapped) }
    }

    @inline(never)
    private func other(_ message: Span<UInt8>) -> UInt64 {
        switch self {
        case .xxh64: RingCore.xxh64(message, seed: 0)
        case .xxh3(let seed): XXH3.hash(message, seed: seed)
        case .murmur64A(let seed): Murmur.hash64A(message, seed: seed)
        case .md5Whole: UInt64(truncatingIfNeeded: wide(message) >> 64)
        default: UInt64(word(message))
        }
    }

    private func word(_ message: Span<UInt8>) -> UInt32 {
        let lengthSeed = 0xdead_beef &* UInt32(truncatingIfNeeded: message.count)
        return switch self {
        case .md5, .md5Whole: MD5(message).words.x
        case .sha1: sha1FirstWord(message)
        case .crc32: RingCore.crc32(message)
        case .crc31: RingCore.crc32(message) & 0x7fff_ffff
        case .crc15: (RingCore.crc32(message) >> 16) & 0x7fff
        case .crc32Low16: RingCore.crc32(message) & 0xffff
        case .crc16: crc16Uncut(message)
        case .oneAtATime(let isSigned): Jenkins.oneAtATime(message, isSigned: isSigned)
        case .fnv1(let isSigned): FNV.fnv1(message, isSigned: isSigned)
        case .fnv1a(let isSigned): FNV.fnv1a(message, isSigned: isSigned)
        case .fnv1In64Bits: FNV.fnv1In64Bits(message)
        case .fnv1aNamed64: FNV.fnv1aNamed64(message)
        case .hsieh: RingCore.hsieh(message)
        case .murmur: Murmur.hash2(message, seed: lengthSeed)
        case .murmur3: Murmur.hash3(message, seed: lengthSeed)
        case .murmur3Unseeded: Murmur.hash3(message, seed: 0)
        case .jenkins: Jenkins.lookup3(message, initial: 13)
        case .javaNative: JavaHash.native(message)
        case .javaFNV1(let is64Bit): JavaHash.fnv1(message, is64Bit: is64Bit)
        case .javaFNV1a(let is64Bit): JavaHash.fnv1a(message, is64Bit: is64Bit)
        case .sdbm: HAProxyHash.sdbm(message)
        case .djb2: HAProxyHash.djb2(message)
        case .wt6: HAProxyHash.wt6(message)
        case .avalanched(let hash): HAProxyHash.avalanche(hash.word(message))
        case .upper15Nonzero(let hash): max(1, (hash.word(message) >> 16) & 0x7fff)
        case .xxh3Low32: UInt32(truncatingIfNeeded: XXH3.hash(message, seed: 0))
        case .xxh64, .xxh3, .murmur64A: UInt32(truncatingIfNeeded: self(message))
        }
    }
}
