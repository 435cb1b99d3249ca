/// A slot with what the ring derives from it.
struct PlacedSlot: Hashable, Sendable {
    let label: String
    let weight: SlotWeight
    let limit: PointLimit
    /// The number of points made for the slot, hidden ones included.
    var pointCount = 0
}
