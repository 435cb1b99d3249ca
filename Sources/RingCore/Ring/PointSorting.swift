extension Continuum {
    /// Makes, sorts and thins out the points of slots.
    init(of slots: [PlacedSlot], order: [Int], rule: DialectRule) {
        var points = PointCollector(rule: rule, capacity: order.reduce(0) { $0 + slots[$1].pointCount })
        for (place, slot) in order.enumerated() {
            points.collect(label: slots[slot].label, place: place, count: slots[slot].pointCount)
        }
        var all = points.finish()
        self.init(sorting: &all, slots: slots, order: order, rule: rule)
    }

    /// - Parameter points: the position in the high half, the place in the order in the low half, by rising place.
    init(sorting points: inout [UInt64], slots: [PlacedSlot], order: [Int], rule: DialectRule) {
        sortByPosition(&points, slots: order.map { UInt32($0) })
        var ties = rule.ties
        // Only where points answer for the hashes up to them do hidden ones stay out of the way.
        if ties == .firstOwns, rule.search != .atOrAfter { ties = .firstPlaced }
        if ties != .firstOwns { Self.thinOut(&points, ties: ties) { slots[Int($0 & 0xffff_ffff)].label } }
        self.init(points: points, search: rule.search, bits: max(rule.points.bits, rule.keyHash.bits))
    }

    /// Leaves one point at each position.
    private static func thinOut(_ points: inout [UInt64], ties: DialectRule.TieRule, label: (UInt64) -> String) {
        var kept = 0
        var start = 0
        while start < points.count {
            let position = points[start] >> 32
            var end = start + 1
            while end < points.count, points[end] >> 32 == position { end += 1 }
            switch ties {
            case .firstOwns, .firstPlaced: points[kept] = points[start]
            case .lastPlaced: points[kept] = points[end - 1]
            case .byPosition where end == start + 1: points[kept] = points[start]
            case .byPosition:
                let rivals = points[start..<end].sorted { label($0).utf8.lexicographicallyPrecedes(label($1).utf8) }
                points[kept] = rivals[Int(position) % rivals.count]
            }
            kept += 1
            start = end
        }
        points.removeLast(points.count - kept)
    }
}

extension WideContinuum {
    /// Makes, sorts and thins out the points of slots.
    init(of slots: [PlacedSlot], order: [Int], rule: DialectRule) {
        var points: [(position: UInt128, slot: UInt32)] = []
        for slot in order {
            rule.points.forEachWide(label: Array(slots[slot].label.utf8), count: slots[slot].pointCount) { point in
                points.append((point, UInt32(slot)))
            }
        }
        let sorted = points.indices.sorted {
            points[$0].position != points[$1].position ? points[$0].position < points[$1].position : $0 < $1
        }
        var kept: [(position: UInt128, slot: UInt32)] = []
        for index in sorted {
            if rule.ties == .lastPlaced, kept.last?.position == points[index].position { kept.removeLast() }
            kept.append(points[index])
        }
        self.init(points: kept, search: rule.search, bits: rule.keyHash.bits)
    }
}
