/// The weight of a slot: a whole number, or in the few dialects that have such, a decimal one.
enum SlotWeight: Hashable, Sendable {
    case whole(Int)
    case decimal(Double)

    /// The weight as a whole number, cut.
    var whole: Int {
        switch self {
        case .whole(let value): value
        case .decimal(let value): Int(value)
        }
    }

    /// The weight in double precision.
    var number: Double {
        switch self {
        case .whole(let value): Double(value)
        case .decimal(let value): value
        }
    }
}
