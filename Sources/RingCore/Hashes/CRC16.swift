private let table: [UInt32] = (0..<256).map { byte in
    var value = UInt32(byte) << 8
    for _ in 0..<8 { value = value & 0x8000 == 0 ? value << 1 : (value << 1) ^ 0x1021 }
    return value & 0xffff
}

/// twemproxy's `crc16`: CRC-16/XMODEM whose register is never cut to 16 bits.
func crc16Uncut(_ message: Span<UInt8>) -> UInt32 {
    var crc: UInt32 = 0
    for index in message.indices {
        crc = (crc << 8) ^ table[Int(((crc >> 8) ^ UInt32(message[index])) & 0xff)]
    }
    return crc
}
