import Foundation

/// The median time of one of `count` pieces of work, in nanoseconds of the processor, over several rounds.
///
/// Processor time, for peers too: other programs on the machine then cost less than they would on the wall clock.
func medianNanoseconds(per count: Int, rounds: Int = 9, _ work: () throws -> Void) rethrows -> Double {
    try work()
    let times = try (0..<rounds).map { _ -> Double in
        let start = processorNanoseconds()
        try work()
        return (processorNanoseconds() - start) / Double(count)
    }
    return times.sorted()[rounds / 2]
}

private func processorNanoseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never)
func consume(_ value: some Any) {}
