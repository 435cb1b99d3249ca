/// The last values of something as a row of bars.
struct Sparkline {
    private var values: [Int64?] = []
    private let length: Int

    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// - Parameter length: how many values it shows, the newest at the right.
    init(length: Int) { self.length = length }

    /// Adds the newest value; `nil` leaves a gap.
    mutating func append(_ value: Int64?) {
        values.append(value)
        if values.count > length { values.removeFirst(values.count - length) }
    }

    /// The bars, from the lowest for 0 to the highest for `top` and above.
    func text(top: Int64) -> String {
        let top = max(1, top)
        let steps = Int64(Self.bars.count)
        return String(
            values.map { value in
                guard let value else { return " " }
                return Self.bars[Int(min(steps - 1, max(0, value) * steps / top))]
            }
        )
    }
}
