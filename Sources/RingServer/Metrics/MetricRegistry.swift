package import Metrics
import Synchronization

/// Keeps what the parts of the program count through swift-metrics, for Prometheus to read.
///
/// Bounded: beyond ``limit`` series, new ones are counted as left out and not kept, so that no label can fill the
/// memory. A series that is destroyed is gone from the next answer.
package final class MetricRegistry: MetricsFactory {
    /// How many series are kept.
    package let limit: Int
    private let state = Mutex(State())

    private struct State {
        var series: [Key: MetricSeries] = [:]
        var keys: [ObjectIdentifier: Key] = [:]
        var leftOut: Int64 = 0
    }

    private struct Key: Hashable {
        let family: MetricFamily
        let labels: [String]
    }

    /// Upper bounds of the buckets of every duration, in seconds: probes on a local network, and a slow disk.
    package static let bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0]

    package init(limit: Int = 20_000) { self.limit = limit }

    /// Every series as it is now.
    package func measurements() -> [Measurement] {
        let (series, leftOut) = state.withLock { ($0.series, $0.leftOut) }
        return series.map { Measurement($0.key.family, $0.key.labels, $0.value.value) } + [
            Measurement(.seriesLeftOut, [], .whole(leftOut))
        ]
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter, .whole(0))
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter, .real(0))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge, .whole(0))
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? distribution(label, dimensions) : series(label, dimensions, .gauge, .whole(0))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        distribution(label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func distribution(_ label: String, _ dimensions: [(String, String)]) -> MetricSeries {
        let empty = Measurement.Histogram(
            bounds: Self.bounds,
            counts: Array(repeating: 0, count: Self.bounds.count + 1),
            sum: 0
        )
        return series(label, dimensions, .histogram, .histogram(empty))
    }

    /// The series of that name and those dimensions: the same for whoever asks for it.
    private func series(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind,
        _ first: Measurement.Value
    ) -> MetricSeries {
        let family = MetricFamily.named(label) ?? Self.strange(label, dimensions, kind)
        let values = family.labels.map { name in
            dimensions.first { Self.name(from: $0.0) == name }?.1 ?? ""
        }
        let key = Key(family: family, labels: values)
        return state.withLock { state in
            if let series = state.series[key] { return series }
            let series = MetricSeries(startingAt: first)
            guard state.series.count < limit else {
                state.leftOut += 1
                return series
            }
            state.series[key] = series
            state.keys[ObjectIdentifier(series)] = key
            return series
        }
    }

    private func forget(_ handler: AnyObject) {
        state.withLock { state in
            guard let key = state.keys.removeValue(forKey: ObjectIdentifier(handler)) else { return }
            state.series[key] = nil
        }
    }

    /// A family that a library brings: its name as Prometheus allows it, with the endings it expects.
    private static func strange(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind
    ) -> MetricFamily {
        let ending =
            switch kind {
            case .counter: "_total"
            case .histogram: "_seconds"
            case .gauge: ""
            }
        let base = name(from: label)
        return MetricFamily(
            base.hasSuffix(ending) ? base : base + ending,
            kind,
            dimensions.map { name(from: $0.0) },
            "Counted by a library under the name \(label)."
        )
    }

    private static func name(from text: String) -> String {
        let plain = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return plain.first?.isNumber ?? true ? "_" + plain : plain
    }
}
