/// The first four bytes of SHA-1 (FIPS 180-4) as a big-endian word: the points of Dalli.
func sha1FirstWord(_ message: Span<UInt8>) -> UInt32 {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var schedule = [UInt32](repeating: 0, count: 80)
    var padded: [UInt8] = []
    padded.append(contentsOf: message)
    padded.append(0x80)
    while padded.count % 64 != 56 { padded.append(0) }
    let bitCount = UInt64(message.count) &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
        padded.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    for block in stride(from: 0, to: padded.count, by: 64) {
        for index in 0..<16 {
            schedule[index] = littleEndianWord(of: padded.span, at: block + index * 4).byteSwapped
        }
        for index in 16..<80 {
            let mixed = schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16]
            schedule[index] = (mixed << 1) | (mixed >> 31)
        }
        compressSHA1(&state, schedule)
    }
    return state[0]
}

private func compressSHA1(_ state: inout [UInt32], _ schedule: [UInt32]) {
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for index in 0..<80 {
        let mixed: UInt32
        switch index / 20 {
        case 0: mixed = ((b & c) | (~b & d)) &+ 0x5a82_7999
        case 1: mixed = (b ^ c ^ d) &+ 0x6ed9_eba1
        case 2: mixed = ((b & c) | (b & d) | (c & d)) &+ 0x8f1b_bcdc
        default: mixed = (b ^ c ^ d) &+ 0xca62_c1d6
        }
        let next = ((a << 5) | (a >> 27)) &+ mixed &+ e &+ schedule[index]
        (e, d, c, b, a) = (d, c, (b << 30) | (b >> 2), a, next)
    }
    for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
}
