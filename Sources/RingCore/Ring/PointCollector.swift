/// Makes the 32-bit points of many slots, sixteen MD5 digests at a time where the points are such.
struct PointCollector: ~Copyable {
    private let rule: PointRule
    private let flip: UInt32
    private var points: [UInt64] = []
    private var lanes = MD5Lanes()
    /// Of each filled lane, the place of its slot and how many words of its digest are points.
    private var filled: [(place: Int, words: Int)] = []

    init(rule: DialectRule, capacity: Int) {
        self.rule = rule.points
        flip = rule.search == .signedAtOrAfter ? 1 << 31 : 0
        points.reserveCapacity(capacity)
        filled.reserveCapacity(MD5Lanes.count)
    }

    /// Makes the first `count` points of a slot.
    ///
    /// - Parameter place: The slot's place in the order of the ring; rises from call to call.
    mutating func collect(label: String, place: Int, count: Int) {
        let bytes = Array(label.utf8)
        // Room for the separator and a counter of the most digits that a ring can need.
        if case .md5(let words, let separator) = rule, bytes.count + separator.utf8.count + 8 <= MD5Lanes.longestMessage
        {
            var text = CountedText(label: bytes, separator: separator)
            for point in stride(from: 0, to: count, by: words) {
                let lane = filled.count
                text.withNext { lanes.set($0, inLane: lane) }
                filled.append((place, min(words, count - point)))
                if filled.count == MD5Lanes.count { hashLanes() }
            }
            return
        }
        hashLanes()
        rule.forEach(label: bytes, place: place, count: count) { point in
            points.append(UInt64(point ^ flip) << 32 | UInt64(place))
        }
    }

    /// The points by rising place: the position in the high half, the place in the low half.
    consuming func finish() -> [UInt64] {
        hashLanes()
        return points
    }

    private mutating func hashLanes() {
        guard !filled.isEmpty else { return }
        let digests = lanes.digests()
        for (lane, (place, words)) in filled.enumerated() {
            let low = UInt64(place)
            points.append(UInt64(digests.a[lane] ^ flip) << 32 | low)
            if words > 1 { points.append(UInt64(digests.b[lane] ^ flip) << 32 | low) }
            if words > 2 { points.append(UInt64(digests.c[lane] ^ flip) << 32 | low) }
            if words > 3 { points.append(UInt64(digests.d[lane] ^ flip) << 32 | low) }
        }
        filled.removeAll(keepingCapacity: true)
    }
}
