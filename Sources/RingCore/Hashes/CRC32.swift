/// The eight tables of CRC-32 (IEEE 802.3, reflected polynomial 0xedb88320), one for each byte of a step of eight.
private let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
        var value = UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
        tables[byte] = value
    }
    for index in 256..<tables.count {
        let value = tables[index - 256]
        tables[index] = (value >> 8) ^ tables[Int(value & 0xff)]
    }
    return tables
}()

/// CRC-32 of messages, as zlib computes it.
struct CRC32: Sendable {
    private var register: UInt32 = 0xffff_ffff

    /// The value for what has been appended so far.
    var value: UInt32 { ~register }

    init() {}

    /// Takes in bytes.
    @inline(__always)
    mutating func update(_ bytes: Span<UInt8>) {
        let table = tables.span
        var crc = register
        var position = 0
        while position &+ 8 <= bytes.count {
            let low = littleEndianWord(of: bytes, at: position) ^ crc
            let high = littleEndianWord(of: bytes, at: position &+ 4)
            crc =
                table[1792 &+ Int(low & 0xff)] ^ table[1536 &+ Int((low >> 8) & 0xff)]
                ^ table[1280 &+ Int((low >> 16) & 0xff)] ^ table[1024 &+ Int(low >> 24)]
                ^ table[768 &+ Int(high & 0xff)] ^ table[512 &+ Int((high >> 8) & 0xff)]
                ^ table[256 &+ Int((high >> 16) & 0xff)] ^ table[Int(high >> 24)]
            position &+= 8
        }
        while position < bytes.count {
            crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[position])) & 0xff)]
            position &+= 1
        }
        register = crc
    }

    /// Takes in the four little-endian bytes of a word.
    mutating func update(littleEndian word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] {
            register = (register >> 8) ^ tables[Int((register ^ (word >> shift)) & 0xff)]
        }
    }
}

/// CRC-32 of one message.
func crc32(_ message: Span<UInt8>) -> UInt32 {
    var crc = CRC32()
    crc.update(message)
    return crc.value
}
