/// Which slots of a new ring keep the points they have on an old one.
struct PointTakeover: Sendable {
    /// By slot of the new ring.
    let isKept: [Bool]
    /// By slot of the old ring: the slot of the new one that has its points, or `none`.
    let heirs: [UInt32]
    /// The place in the order of each slot of the new ring, which decides between equal points.
    let places: [UInt32]
    /// The number of points to be made.
    let freshCount: Int

    /// An old slot without an heir.
    static let none = UInt32.max

    /// - Returns: `nil` where the kept slots stand in another order than before, or so many points are new that
    ///   building anew is no slower.
    init?(from old: Ring, to new: RingPlan) {
        var isKept = [Bool](repeating: false, count: new.slots.count)
        var heirs = [UInt32](repeating: Self.none, count: old.slots.count)
        var places = [UInt32](repeating: 0, count: new.slots.count)
        var freshCount = 0
        guard let former = Self.formerSlots(of: new, on: old) else { return nil }
        for (place, slot) in new.order.enumerated() {
            places[slot] = UInt32(place)
            guard let index = former[place], old.slots[index].pointCount == new.slots[slot].pointCount else {
                freshCount += new.slots[slot].pointCount
                continue
            }
            heirs[index] = UInt32(slot)
            isKept[slot] = true
        }
        guard freshCount * 4 <= old.pointCount else { return nil }
        self.isKept = isKept
        self.heirs = heirs
        self.places = places
        self.freshCount = freshCount
    }

    /// The slot of the old ring with the label of each of the new one, by place in the new order; `nil` where there is
    /// none.
    ///
    /// Walks both orders side by side, which few changes leave in step: nothing is looked up by label until they differ
    /// by more than one slot.
    /// - Returns: `nil` where kept slots stand in another order than before.
    private static func formerSlots(of new: RingPlan, on old: Ring) -> [Int?]? {
        var former = [Int?](repeating: nil, count: new.order.count)
        var oldPlaces: [String: Int]?
        var next = 0
        for (place, slot) in new.order.enumerated() {
            let label = new.slots[slot].label
            if next < old.order.count, old.slots[old.order[next]].label == label {
                former[place] = old.order[next]
                next += 1
                continue
            }
            if next + 1 < old.order.count, old.slots[old.order[next + 1]].label == label {
                former[place] = old.order[next + 1]
                next += 2
                continue
            }
            // A slot that stands between two that follow each other is new; if it is not, its points are made anew.
            if next < old.order.count, place + 1 < new.order.count,
                old.slots[old.order[next]].label == new.slots[new.order[place + 1]].label
            {
                continue
            }
            let known = oldPlaces ?? Self.places(of: old)
            oldPlaces = known
            guard let found = known[label] else { continue }
            guard found >= next else { return nil }
            former[place] = old.order[found]
            next = found + 1
        }
        return former
    }

    private static func places(of ring: Ring) -> [String: Int] {
        var places: [String: Int] = [:]
        places.reserveCapacity(ring.order.count)
        for (place, slot) in ring.order.enumerated() { places[ring.slots[slot].label] = place }
        return places
    }
}

extension Continuum {
    /// The continuum with the points of heirs kept, and fresh ones put in between.
    ///
    /// - Parameter fresh: as for sorting: the position in the high half, the place in the order in the low half.
    /// - Precondition: points answer for the hashes up to them.
    func replacing(with fresh: inout [UInt64], order: [Int], heirs: [UInt32], places: [UInt32]) -> Continuum {
        sortByPosition(&fresh, slots: order.map { UInt32($0) })
        let merged = mergedPoints(of: arcs, count: count, heirs: heirs, with: fresh) {
            places[Int($0)] < places[Int($1)]
        }
        return Continuum(points: merged, search: .atOrAfter, bits: bits)
    }
}
