/// MD5 (RFC 1321): the hash of the ketama family.
///
/// It places keys and points; nothing here relies on it to resist an attacker.
package struct MD5: Hashable, Sendable {
    /// The four little-endian words of the digest, in order.
    package let words: SIMD4<UInt32>

    /// Hashes a message.
    package init(_ message: Span<UInt8>) {
        var state = MD5State<UInt32>()
        let whole = message.count / 64
        for block in 0..<whole {
            state.compress { littleEndianWord(of: message, at: block &* 64 &+ $0 &* 4) }
        }
        let tail = message.extracting((whole * 64)...)
        let bitCount = UInt64(message.count) &* 8
        if tail.count < 56 {
            withPaddedBlock(tail, bitCount: bitCount) { block in state.compress { block[$0] } }
        } else {
            withPaddedBlock(tail, bitCount: nil) { block in state.compress { block[$0] } }
            let empty = message.extracting(last: 0)
            withPaddedBlock(empty, isContinued: true, bitCount: bitCount) { block in state.compress { block[$0] } }
        }
        words = SIMD4(state.a, state.b, state.c, state.d)
    }

    /// Hashes a message held in an array.
    package init(_ message: [UInt8]) { self.init(message.span) }

    /// The 16 bytes of the digest.
    package var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> UInt32($0 % 4 * 8)) }
    }
}
