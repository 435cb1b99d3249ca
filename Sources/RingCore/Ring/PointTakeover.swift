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
        var indexes: [String: Int] = [:]
        indexes.reserveCapacity(old.slots.count)
        for (index, slot) in old.slots.enumerated() { indexes[slot.label] = index }
        var isKept = [Bool](repeating: false, count: new.slots.count)
        var heirs = [UInt32](repeating: Self.none, count: old.slots.count)
        var oldPlaces = [Int](repeating: 0, count: old.slots.count)
        for (place, slot) in old.order.enumerated() { oldPlaces[slot] = place }
        var places = [UInt32](repeating: 0, count: new.slots.count)
        var lastPlace = -1
        var freshCount = 0
        for (place, slot) in new.order.enumerated() {
            places[slot] = UInt32(place)
            guard let index = indexes[new.slots[slot].label],
                old.slots[index].pointCount == new.slots[slot].pointCount
            else {
                freshCount += new.slots[slot].pointCount
                continue
            }
            guard oldPlaces[index] > lastPlace else { return nil }
            lastPlace = oldPlaces[index]
            heirs[index] = UInt32(slot)
            isKept[slot] = true
        }
        guard freshCount * 4 <= old.pointCount else { return nil }
        self.isKept = isKept
        self.heirs = heirs
        self.places = places
        self.freshCount = freshCount
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
