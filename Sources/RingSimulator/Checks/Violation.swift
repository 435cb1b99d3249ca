/// A broken promise, with the moment and the figures.
package struct Violation: Error, Hashable, Sendable {
    /// The promise in a few words, stable: `floor`, `evidence`.
    package let invariant: String
    package let detail: String
    /// Nanoseconds of simulated time.
    package let at: Int64
}

/// What a check found, before it has its place in time.
struct Breach {
    var invariant: String
    var detail: String

    init(_ invariant: String, _ detail: String) {
        self.invariant = invariant
        self.detail = detail
    }
}
