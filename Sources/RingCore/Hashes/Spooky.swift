/// Bob Jenkins' SpookyHash V2, cut to 32 bits: what mcrouter's weighted Ch3 draws with.
enum Spooky {
    private static let constant: UInt64 = 0xdead_beef_dead_beef

    /// The low 32 bits of the hash.
    static func hash32(_ message: Span<UInt8>, seed: UInt32) -> UInt32 {
        let hash = message.count < 192 ? short(message, UInt64(seed)) : long(message, UInt64(seed))
        return UInt32(truncatingIfNeeded: hash)
    }

    private static func short(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        var state: [UInt64] = [seed, seed, constant, constant]
        var position = 0
        while message.count - position >= 16 {
            state[2] &+= littleEndianLongWord(of: message, at: position)
            state[3] &+= littleEndianLongWord(of: message, at: position + 8)
            mixShort(&state)
            guard message.count - position >= 32 else {
                position += 16
                break
            }
            state[0] &+= littleEndianLongWord(of: message, at: position + 16)
            state[1] &+= littleEndianLongWord(of: message, at: position + 24)
            position += 32
        }
        state[3] &+= UInt64(message.count) << 56
        if position == message.count {
            state[2] &+= constant
            state[3] &+= constant
        } else {
            for index in position..<message.count {
                let offset = index - position
                state[2 + offset / 8] &+= UInt64(message[index]) << UInt64(offset % 8 * 8)
            }
        }
        endShort(&state)
        return state[0]
    }

    private static func mixShort(_ h: inout [UInt64]) {
        let turns: [UInt64] = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36]
        for (step, turn) in turns.enumerated() {
            let (a, b, c) = ((step + 2) % 4, (step + 3) % 4, step % 4)
            h[a] = XXPrime.rotated(h[a], turn) &+ h[b]
            h[c] ^= h[a]
        }
    }

    private static func endShort(_ h: inout [UInt64]) {
        let turns: [UInt64] = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63]
        for (step, turn) in turns.enumerated() {
            let (a, b) = ((step + 3) % 4, (step + 2) % 4)
            h[a] ^= h[b]
            h[b] = XXPrime.rotated(h[b], turn)
            h[a] &+= h[b]
        }
    }

    private static func long(_ message: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        var h = [UInt64](repeating: constant, count: 12)
        for index in stride(from: 0, to: 12, by: 3) {
            h[index] = seed
            h[index + 1] = seed
        }
        let turns: [UInt64] = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46]
        var position = 0
        while message.count - position >= 96 {
            for step in 0..<12 {
                h[step] &+= littleEndianLongWord(of: message, at: position + 8 * step)
                h[(step + 2) % 12] ^= h[(step + 10) % 12]
                h[(step + 11) % 12] ^= h[step]
                h[step] = XXPrime.rotated(h[step], turns[step])
                h[(step + 11) % 12] &+= h[(step + 1) % 12]
            }
            position += 96
        }
        var rest: [UInt8] = []
        rest.append(contentsOf: message.extracting(position...))
        let restCount = UInt8(rest.count)
        rest.append(contentsOf: repeatElement(0, count: 96 - rest.count))
        rest[95] = restCount
        for index in 0..<12 { h[index] &+= littleEndianLongWord(of: rest.span, at: 8 * index) }
        for _ in 0..<3 { endPart(&h) }
        return h[0]
    }

    private static func endPart(_ h: inout [UInt64]) {
        let turns: [UInt64] = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54]
        for (step, turn) in turns.enumerated() {
            let (a, b, c) = ((step + 11) % 12, (step + 1) % 12, (step + 2) % 12)
            h[a] &+= h[b]
            h[c] ^= h[a]
            h[b] = XXPrime.rotated(h[b], turn)
        }
    }
}
