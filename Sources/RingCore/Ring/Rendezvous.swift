/// Rendezvous hashing: every slot draws a number for the key, and the highest wins.
struct Rendezvous: Sendable {
    /// How a number is drawn.
    enum Draw: Hashable, Sendable {
        /// pymemcache: MurmurHash3 of `label-key`; ties go to the greater label.
        case murmur3OfLabelAndKey
        /// mcrouter: the hash of the label mixed with that of the key; ties go to the later slot, or to the first
        /// where weights stretch the draw.
        case hash128(isWeighted: Bool)
    }

    let draw: Draw
    private let order: [Int]
    private let labels: [[UInt8]]
    private let labelHashes: [UInt64]
    private let weights: [Double]

    init(draw: Draw, slots: [PlacedSlot], order: [Int]) {
        self.draw = draw
        self.order = order
        labels = order.map { Array(slots[$0].label.utf8) }
        labelHashes = labels.map { Murmur.hash64A($0.span, seed: 4_193_360_111) }
        weights = order.map { slots[$0].weight.number }
    }

    /// The slot that owns a key.
    func owner(of key: Span<UInt8>) -> Int {
        switch draw {
        case .murmur3OfLabelAndKey:
            var best = 0
            var highest: UInt32 = 0
            forEachMurmur3(key) { index, score in
                let wins =
                    score > highest || (score == highest && labels[best].lexicographicallyPrecedes(labels[index]))
                if index == 0 || wins { (best, highest) = (index, score) }
            }
            return order[best]
        case .hash128(let isWeighted):
            let scores = self.scores(of: key)
            var best = 0
            for index in scores.indices.dropFirst() {
                let wins = isWeighted ? scores[index] > scores[best] : scores[index] >= scores[best]
                if wins { best = index }
            }
            return order[best]
        }
    }

    /// The slots in the order of their draws for a key, the owner first; at most `count`.
    func owners(of key: Span<UInt8>, count: Int) -> [Int] {
        let scores: [Double]
        if draw == .murmur3OfLabelAndKey {
            var drawn: [Double] = []
            forEachMurmur3(key) { drawn.append(Double($1)) }
            scores = drawn
        } else {
            scores = self.scores(of: key)
        }
        let first = owner(of: key)
        let ranked = order.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        return Array(([first] + ranked.map { order[$0] }.filter { $0 != first }).prefix(count))
    }

    private func forEachMurmur3(_ key: Span<UInt8>, _ body: (Int, UInt32) -> Void) {
        var text: [UInt8] = []
        for (index, label) in labels.enumerated() {
            text.removeAll(keepingCapacity: true)
            text += label
            text.append(0x2d)
            text.append(contentsOf: key)
            body(index, Murmur.hash3(text.span, seed: 0))
        }
    }

    /// mcrouter compares draws as double precision numbers, so that near ones can tie.
    private func scores(of key: Span<UInt8>) -> [Double] {
        let keyHash = Murmur.hash64A(key, seed: 2_718_281_828)
        return labelHashes.indices.map { index in
            let mixed = Self.mixed(labelHashes[index], keyHash)
            guard draw == .hash128(isWeighted: true) else { return Double(mixed) }
            let fraction = Double(mixed & ((1 << 53) - 1)) / Double(1 << 53)
            return weights[index] * (1 / -naturalLogarithm(fraction))
        }
    }

    /// CityHash's `Hash128to64`.
    private static func mixed(_ upper: UInt64, _ lower: UInt64) -> UInt64 {
        let multiplier: UInt64 = 0x9ddf_ea08_eb38_2d69
        var a = (lower ^ upper) &* multiplier
        a ^= a >> 47
        var b = (upper ^ a) &* multiplier
        b ^= b >> 47
        return b &* multiplier
    }
}
