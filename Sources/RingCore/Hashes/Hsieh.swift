/// Paul Hsieh's SuperFastHash as libhashkit has it: from 0, whatever the length.
func hsieh(_ message: Span<UInt8>) -> UInt32 {
    func pair(_ offset: Int) -> UInt32 { UInt32(message[offset]) | UInt32(message[offset + 1]) << 8 }
    var hash: UInt32 = 0
    var position = 0
    while message.count - position >= 4 {
        hash &+= pair(position)
        let mixed = (pair(position + 2) << 11) ^ hash
        hash = (hash << 16) ^ mixed
        hash &+= hash >> 11
        position += 4
    }
    switch message.count - position {
    case 3:
        hash &+= pair(position)
        hash ^= hash << 16
        // The reference reads the last byte through a signed char.
        hash ^= UInt32(bitPattern: Int32(Int8(bitPattern: message[position + 2]))) << 18
        hash &+= hash >> 11
    case 2:
        hash &+= pair(position)
        hash ^= hash << 11
        hash &+= hash >> 17
    case 1:
        hash &+= UInt32(message[position])
        hash ^= hash << 10
        hash &+= hash >> 1
    default: break
    }
    hash ^= hash << 3
    hash &+= hash >> 5
    hash ^= hash << 4
    hash &+= hash >> 17
    hash ^= hash << 25
    hash &+= hash >> 6
    return hash
}
