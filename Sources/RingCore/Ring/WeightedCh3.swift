/// mcrouter's WeightedCh3: Ch3, drawn again until the slot it names accepts.
struct WeightedCh3: Sendable {
    private let order: [Int]
    /// What a draw must be below, by place in the order.
    private let thresholds: [UInt32]

    init(slots: [PlacedSlot], order: [Int]) {
        self.order = order
        thresholds = order.map { UInt32(slots[$0].weight.number * 4_294_967_295) }
    }

    /// The slot that owns a key.
    func owner(of key: Span<UInt8>) -> Int {
        var text: [UInt8] = []
        text.append(contentsOf: key)
        let keyCount = text.count
        var place = 0
        for attempt in 0..<32 {
            place = ch3Hash(text.span, count: order.count)
            if Spooky.hash32(text.span, seed: 0xface_2014) < thresholds[place] { break }
            // The number of the attempt follows the key, its last digit first.
            text.removeLast(text.count - keyCount)
            text += "\(attempt)".utf8.reversed()
        }
        return order[place]
    }
}
