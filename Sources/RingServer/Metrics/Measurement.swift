/// One series at one moment.
package struct Measurement: Hashable, Sendable {
    package var family: MetricFamily
    /// The values of the family's labels, in their order.
    package var labels: [String]
    package var value: Value

    /// What was measured.
    package enum Value: Hashable, Sendable {
        case whole(Int64)
        case real(Double)
        case histogram(Histogram)
    }

    /// How many observations were at most so large.
    package struct Histogram: Hashable, Sendable {
        /// Upper bounds, rising; one for all others follows them.
        package var bounds: [Double]
        /// Observations by bucket, not summed up: one more than there are bounds.
        package var counts: [Int64]
        package var sum: Double

        package init(bounds: [Double], counts: [Int64], sum: Double) {
            self.bounds = bounds
            self.counts = counts
            self.sum = sum
        }
    }

    package init(_ family: MetricFamily, _ labels: [String] = [], _ value: Value) {
        precondition(family.labels.count == labels.count, "\(family.name) has \(family.labels), not \(labels)")
        self.family = family
        self.labels = labels
        self.value = value
    }

    /// A truth as 1 or 0.
    package init(_ family: MetricFamily, _ labels: [String] = [], _ truth: Bool) {
        self.init(family, labels, .whole(truth ? 1 : 0))
    }
}
