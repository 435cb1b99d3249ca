import Metrics
import Synchronization

/// One series that a part of the program feeds through swift-metrics.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let state: Mutex<Measurement.Value>
    private let first: Measurement.Value

    init(startingAt first: Measurement.Value) {
        self.first = first
        state = Mutex(first)
    }

    /// What it says now.
    var value: Measurement.Value { state.withLock { $0 } }

    func increment(by amount: Int64) { add(.whole(amount)) }
    func increment(by amount: Double) { add(.real(amount)) }
    func decrement(by amount: Double) { add(.real(-amount)) }
    func set(_ value: Int64) { state.withLock { $0 = .whole(value) } }
    func set(_ value: Double) { state.withLock { $0 = .real(value) } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func reset() { state.withLock { $0 = first } }

    /// Observes a size; of a value that is no distribution, the newest stands.
    func record(_ value: Double) {
        state.withLock { state in
            guard case .histogram(var histogram) = state else {
                state = .real(value)
                return
            }
            // Let go of the value first, so that the counts are changed where they are.
            state = .whole(0)
            let bucket = histogram.bounds.firstIndex { value <= $0 } ?? histogram.bounds.count
            histogram.counts[bucket] += 1
            histogram.sum += value
            state = .histogram(histogram)
        }
    }

    private func add(_ amount: Measurement.Value) {
        state.withLock { state in
            switch (state, amount) {
            case (.whole(let old), .whole(let more)): state = .whole(old &+ more)
            case (.whole(let old), .real(let more)): state = .real(Double(old) + more)
            case (.real(let old), .real(let more)): state = .real(old + more)
            case (.real(let old), .whole(let more)): state = .real(old + Double(more))
            case (.histogram, _), (_, .histogram): break
            }
        }
    }
}
