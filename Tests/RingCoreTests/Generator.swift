@testable import RingCore

/// A small seeded generator: the same seed, the same numbers, on every machine.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &+ 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Slots with labels of their own and weights of the dialect.
    mutating func slots(_ count: Int, for dialect: Dialect, evenly: Bool = false) -> [RingSlot] {
        let limit = min(dialect.weightRange.upperBound, dialect.defaultWeight.value * 3)
        return (0..<count).map { index in
            let weight = evenly ? dialect.defaultWeight.value : number(1...limit)
            let label = "10.\(number(0...255)).\(number(0...255)).\(index % 250 + 1):\(11211 + index / 250)"
            return RingSlot(label: label, weight: Weight(known: weight))
        }
    }

    mutating func key() -> [UInt8] {
        (0..<number(0...80)).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

extension Dialect {
    var choice: DialectChoice { DialectChoice(name: name) }
}
