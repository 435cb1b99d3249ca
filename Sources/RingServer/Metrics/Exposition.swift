/// Metrics as Prometheus reads them: its text format 0.0.4.
///
/// Families stand in the order of ``MetricFamily/all``, strange ones behind them by name; series by their labels, so
/// that equal measurements are equal text.
package struct Exposition {
    /// The type of the text.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The whole text.
    package private(set) var text = ""

    /// Writes measurements; of two with the same name and labels the first is kept.
    package init(of measurements: [Measurement]) {
        var series: [MetricFamily: [[String]: Measurement.Value]] = [:]
        for measurement in measurements where series[measurement.family]?[measurement.labels] == nil {
            series[measurement.family, default: [:]][measurement.labels] = measurement.value
        }
        let known = MetricFamily.all
        let strange = series.keys.filter { !known.contains($0) }.sorted { $0.name < $1.name }
        for family in known + strange {
            guard let values = series[family] else { continue }
            text +=
                "# HELP \(family.name) \(Self.escapedHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for (labels, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                write(value, of: family, labels)
            }
        }
    }

    private mutating func write(_ value: Measurement.Value, of family: MetricFamily, _ labels: [String]) {
        let pairs = zip(family.labels, labels).map { "\($0)=\"\(Self.escapedLabel($1))\"" }
        switch value {
        case .whole(let number): line(family.name, pairs, "\(number)")
        case .real(let number): line(family.name, pairs, Self.text(of: number))
        case .histogram(let histogram):
            var sum: Int64 = 0
            for (index, count) in histogram.counts.enumerated() {
                sum += count
                let bound = index < histogram.bounds.count ? Self.text(of: histogram.bounds[index]) : "+Inf"
                line(family.name + "_bucket", pairs + ["le=\"\(bound)\""], "\(sum)")
            }
            line(family.name + "_sum", pairs, Self.text(of: histogram.sum))
            line(family.name + "_count", pairs, "\(sum)")
        }
    }

    private mutating func line(_ name: String, _ pairs: [String], _ value: String) {
        text += name
        if !pairs.isEmpty { text += "{" + pairs.joined(separator: ",") + "}" }
        text += " " + value + "\n"
    }

    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return "\(number)"
    }

    private static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escapedLabel(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return text }
        return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
