/// How many points a slot has: the one place where the dialects' floating point lives.
///
/// Each formula keeps the order and the precision of its reference, because the rounding decides counts: libmemcached
/// gives 25 equal servers 156 points each, not 160.
enum PointCount: Hashable, Sendable {
    case none
    /// The same number for every slot.
    case fixed(Int)
    /// So many points for each unit of weight.
    case perWeight(Int)
    /// Cache::Memcached::Fast: the same, for decimal weights, rounded half up.
    case perDecimalWeight(Int)
    /// pinned-ketama: 160 points at weight 100, at least one; depends on the slot alone.
    case pinned
    /// libmemcached: `floor(share * 160 / 4 * slots + 1e-10)` repetitions of 4, in single precision throughout.
    case ketamaSingle
    /// libketama: `floor(share * 40.0 * slots)` repetitions of 4; the share is single, the product double.
    case ketamaMixed
    /// uhashring and hash_ring: `floor(perSlot * slots * weight / total)` repetitions in integers.
    case ketamaWhole(repetitions: Int, words: Int)
    /// node-hashring: `floor(weight / total * 40 * slots)` repetitions in double precision.
    case ketamaDouble(words: Int)
    /// Dalli: `floor(slots * 160 * weight / total)` points; one division in double precision.
    case dalli
    /// Envoy: as many as walking the slots needs to fill a ring of at least so many points.
    case envoy(minimum: Int)

    /// Whether the number of a slot's points depends on nothing but the slot.
    var dependsOnSlotAlone: Bool {
        switch self {
        case .none, .fixed, .perWeight, .perDecimalWeight, .pinned: true
        case .ketamaSingle, .ketamaMixed, .ketamaWhole, .ketamaDouble, .dalli, .envoy: false
        }
    }

    /// The numbers of points of slots of these weights.
    ///
    /// Sums are capped far beyond what a ring may have, so that no product can overflow.
    func points(weights: [SlotWeight]) -> [Int] {
        if case .envoy(let minimum) = self { return Self.envoyPoints(weights.map(\.number), minimum: minimum) }
        let total = weights.reduce(0) { $0 + $1.whole }
        return weights.map { points(weight: $0, slots: weights.count, total: max(1, total)) }
    }

    private func points(weight: SlotWeight, slots: Int, total: Int) -> Int {
        let whole = weight.whole
        switch self {
        case .none, .envoy: return 0
        case .fixed(let count): return count
        case .perWeight(let count): return whole * count
        case .perDecimalWeight(let count): return Int((Double(count) * weight.number + 0.5).rounded(.towardZero))
        case .pinned: return max(1, (160 * whole + 50) / 100)
        case .ketamaSingle:
            let share = Float(whole) / Float(total)
            let repetitions = share * 160 / 4 * Float(slots) + 1e-10
            return Int(repetitions.rounded(.down)) * 4
        case .ketamaMixed:
            let share = Float(whole) / Float(total)
            let repetitions = Float(Double(share) * 40.0 * Double(slots))
            return Int(repetitions.rounded(.down)) * 4
        case .ketamaWhole(let repetitions, let words): return repetitions * slots * whole / total * words
        case .ketamaDouble(let words):
            return Int((Double(whole) / Double(total) * 40 * Double(slots)).rounded(.down)) * words
        case .dalli: return Int((Double(slots * 160 * whole) / Double(total)).rounded(.down))
        }
    }

    private static func envoyPoints(_ weights: [Double], minimum: Int) -> [Int] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return weights.map { _ in 0 } }
        let normalised = weights.map { $0 / total }
        let least = normalised.min() ?? 1
        guard least > 0 else { return weights.map { _ in 0 } }
        let scale = min((least * Double(minimum)).rounded(.up) / least, 8_388_608)
        var current = 0.0
        var target = 0.0
        return normalised.map { share in
            target += scale * share
            let first = current
            while current < target { current += 1 }
            return Int(current - first)
        }
    }
}
