/// Makes a failing plan smaller: leaves out whatever is not needed to break the same promise.
package enum Minimizer {
    /// The smallest plan found within `tries` runs that still breaks `invariant`.
    ///
    /// Halves, quarters and so on of the episodes are left out in turn, as long as the run still fails the same way.
    package static func minimize(
        _ scenario: Scenario,
        breaking invariant: String,
        mutation: Mutation? = nil,
        tries: Int = 300
    ) -> Scenario {
        var best = scenario
        var left = tries
        var chunk = max(1, best.episodes.count / 2)
        while left > 0 {
            var index = 0
            var isSmaller = false
            while index < best.episodes.count, left > 0 {
                var candidate = best
                candidate.episodes.removeSubrange(index..<min(best.episodes.count, index + chunk))
                left -= 1
                if breaks(candidate, invariant, mutation) {
                    best = candidate
                    isSmaller = true
                } else {
                    index += chunk
                }
            }
            if chunk == 1, !isSmaller { break }
            chunk = max(1, chunk / 2)
        }
        return best
    }

    private static func breaks(_ scenario: Scenario, _ invariant: String, _ mutation: Mutation?) -> Bool {
        guard var run = try? Simulation(scenario, mutation: mutation) else { return false }
        run.run()
        return run.violation?.invariant == invariant
    }
}
