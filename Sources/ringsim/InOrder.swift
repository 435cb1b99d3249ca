import Glibc

/// Does something for each of many seeds on all cores, and hands on what came of it in the order of the seeds.
///
/// What `each` throws ends it, after the seeds that are under way.
func inOrder<Outcome: Sendable>(
    _ seeds: Range<UInt64>,
    do work: @escaping @Sendable (UInt64) throws -> Outcome,
    each: (Outcome) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (UInt64, Outcome).self) { group in
        var unstarted = seeds.makeIterator()
        func start() {
            guard let seed = unstarted.next() else { return }
            group.addTask { (seed, try work(seed)) }
        }
        for _ in 0..<max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) { start() }
        var next = seeds.lowerBound
        var early: [UInt64: Outcome] = [:]
        while let (seed, outcome) = try await group.next() {
            start()
            early[seed] = outcome
            while let outcome = early.removeValue(forKey: next) {
                try each(outcome)
                next += 1
            }
        }
    }
}
