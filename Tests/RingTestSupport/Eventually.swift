/// A condition that did not come true in time.
package struct TimedOut: Error, CustomStringConvertible {
    package let description: String
}

/// Waits until a condition holds, asking every few milliseconds, and throws when it does not within the limit.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(20),
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        guard clock.now < deadline else { throw TimedOut(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
