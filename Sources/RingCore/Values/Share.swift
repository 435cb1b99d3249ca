/// A fraction of the key space, from 0 to 1, as a whole number of 2^-62 parts.
///
/// Arcs of rings up to 2^62 positions are exact; wider hash spaces are cut to 62 bits. No floating point, so that a
/// share may be compared in a decision.
package struct Share: Hashable, Sendable, Comparable {
    /// The number of 2^-62 parts: 0 to 2^62.
    package let parts: UInt64

    package init(parts: UInt64) {
        precondition(parts <= 1 << 62, "share beyond the whole: \(parts)")
        self.parts = parts
    }

    /// `count` of the 2^32 hash values.
    package init(of32BitHashes count: UInt64) { self.init(parts: count << 30) }

    /// `numerator / denominator`, cut to 2^-62.
    ///
    /// - Precondition: `numerator <= denominator` and `denominator > 0`.
    package init(_ numerator: UInt64, of denominator: UInt64) {
        let (high, low) = numerator.multipliedFullWidth(by: 1 << 62)
        self.init(parts: denominator.dividingFullWidth((high, low)).quotient)
    }

    /// A percentage as a policy gives it: 0 to 100.
    package init(percent: Int) { self.init(UInt64(percent), of: 100) }

    /// No key.
    package static let none = Share(parts: 0)
    /// Every key.
    package static let whole = Share(parts: 1 << 62)

    package static func < (a: Share, b: Share) -> Bool { a.parts < b.parts }
    /// The sum, at most the whole.
    package static func + (a: Share, b: Share) -> Share { Share(parts: min(1 << 62, a.parts + b.parts)) }
    package static func += (a: inout Share, b: Share) { a = a + b }
    /// The difference, at least none.
    package static func - (a: Share, b: Share) -> Share { Share(parts: a.parts > b.parts ? a.parts - b.parts : 0) }
}

extension Share: CustomStringConvertible {
    /// Six decimals, rounded half up: `0.125400`, as snapshots and JSON carry it.
    package var description: String {
        let millionths = rounded(to: 1_000_000)
        // The 1 in front keeps the zeros of the six digits.
        return "\(millionths / 1_000_000)." + String(1_000_000 + millionths % 1_000_000).dropFirst()
    }

    /// One decimal of a per cent, for people: `12.5%`.
    package var percentText: String {
        let permille = rounded(to: 1000)
        return "\(permille / 10).\(permille % 10)%"
    }

    private func rounded(to units: UInt64) -> UInt64 {
        let (high, low) = parts.multipliedFullWidth(by: units)
        let (sum, overflow) = low.addingReportingOverflow(1 << 61)
        return (high + (overflow ? 1 : 0)) << 2 | sum >> 62
    }
}
