/// mcrouter's Ch3 ("furc"): the bucket of a text among `count`, from a stream of bits.
func ch3Hash(_ text: Span<UInt8>, count: Int) -> Int {
    guard count > 1 else { return 0 }
    var bits = Ch3Bits(text)
    let width = Int.bitWidth - (count - 1).leadingZeroBitCount
    var depth = width
    var position = depth
    for _ in 0..<32 {
        while !bits[position] {
            depth -= 1
            if depth == 0 { return 0 }
            position = depth
        }
        position += 23
        var number = 1
        for _ in 1..<depth {
            number = number * 2 + (bits[position] ? 1 : 0)
            position += 23
        }
        if number < count { return number }
    }
    return 0
}

/// The bits that Ch3 draws: each word is the hash of the one before.
private struct Ch3Bits {
    private static let seed: UInt64 = 4_193_360_111
    private var words: [UInt64]

    init(_ text: Span<UInt8>) { words = [Murmur.hash64A(text, seed: Self.seed)] }

    subscript(index: Int) -> Bool {
        mutating get {
            while words.count <= index / 64 {
                let last = words[words.count - 1]
                let bytes = (0..<8).map { UInt8(truncatingIfNeeded: last >> UInt64(8 * $0)) }
                words.append(Murmur.hash64A(bytes.span, seed: Self.seed))
            }
            return words[index / 64] >> UInt64(index % 64) & 1 == 1
        }
    }
}
