import RingCore

/// The newest latencies of a node's good probes, for display.
package struct LatencyWindow: Hashable, Sendable {
    /// How many latencies are kept.
    package static let capacity = 64

    private var microseconds: [UInt32] = []
    private var next = 0

    /// Keeps one more latency in place of the oldest.
    mutating func record(_ latency: Duration) {
        let value = UInt32(clamping: max(0, latency.wholeNanoseconds / 1000))
        if microseconds.count < Self.capacity {
            microseconds.append(value)
        } else {
            microseconds[next] = value
            next = (next + 1) % Self.capacity
        }
    }

    /// The kept latencies in microseconds, the oldest first.
    package var oldestFirst: [UInt32] { Array(microseconds[next...] + microseconds[..<next]) }

    /// The latency that `percent` of the kept ones do not exceed; `nil` while there are none.
    ///
    /// - Complexity: O(*n* log *n*) in the kept latencies.
    package func percentile(_ percent: Int) -> Duration? {
        guard !microseconds.isEmpty else { return nil }
        let sorted = microseconds.sorted()
        let rank = (percent * sorted.count + 99) / 100
        return .microseconds(Int64(sorted[min(max(rank, 1), sorted.count) - 1]))
    }
}
