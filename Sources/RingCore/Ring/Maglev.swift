/// Envoy's Maglev table: slots take turns, each taking the next free entry of its own permutation.
///
/// - Parameter length: a prime.
func maglevEntries(of slots: [PlacedSlot], order: [Int], length: Int) -> [UInt32] {
    let free = UInt32.max
    var entries = [UInt32](repeating: free, count: length)
    let total = order.reduce(0) { $0 + slots[$1].weight.number }
    let weights = order.map { slots[$0].weight.number / total }
    let heaviest = weights.max() ?? 1
    let permutations = order.map { slot in
        let label = Array(slots[slot].label.utf8)
        return (
            offset: Int(xxh64(label.span, seed: 0) % UInt64(length)),
            skip: Int(xxh64(label.span, seed: 1) % UInt64(length - 1)) + 1
        )
    }
    var places = permutations.map(\.offset)
    var targets = [Double](repeating: 0, count: order.count)
    var filled = 0
    var round = 1.0
    while filled < length {
        for index in order.indices where filled < length {
            // A slot sits out until its weight, added up round by round, has earned it a turn.
            if round * weights[index] < targets[index] { continue }
            targets[index] += heaviest
            while entries[places[index]] != free { places[index] = (places[index] + permutations[index].skip) % length }
            entries[places[index]] = UInt32(order[index])
            places[index] = (places[index] + permutations[index].skip) % length
            filled += 1
        }
        round += 1
    }
    return entries
}
