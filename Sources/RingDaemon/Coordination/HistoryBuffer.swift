import RingCore
package import RingPlanner
package import RingStore

/// What is written into the history at once.
///
/// Nothing rests on it: a batch that is lost is a gap in the record.
package struct HistoryBatch: Sendable {
    package var transitions: [HealthTransition]
    package var runs: [ProbeRun]

    var isEmpty: Bool { transitions.isEmpty && runs.isEmpty }
}

/// Gathers changes of health and runs of equal probe outcomes, to be written once a second and not once a probe.
///
/// A run ends with another outcome or after ``longestRun``; while all is well a node costs one row an hour.
struct HistoryBuffer {
    /// How often a batch is taken, in milliseconds.
    static let pause: Int64 = 1000
    /// How long a run lasts at most, in milliseconds.
    static let longestRun: Int64 = 3_600_000

    private var transitions: [HealthTransition] = []
    private var finished: [ProbeRun] = []
    private var open: [NodeID: OpenRun] = [:]
    private var lastBatch = WallTime(milliseconds: 0)

    mutating func record(_ transition: HealthTransition) { transitions.append(transition) }

    mutating func record(_ outcome: ProbeOutcome, of node: NodeID, at now: WallTime) {
        let (kind, latency): (ProbeRun.Outcome, Duration?) =
            switch outcome {
            case .success(let latency, _): (.success, latency)
            case .failure(let failure):
                switch failure.class {
                case .hard: (.hard, nil)
                case .soft: (.soft, nil)
                case .local: (.local, nil)
                }
            }
        if let place = open.index(forKey: node) {
            // In place: with ten thousand nodes this is done ten thousand times a second.
            guard !open.values[place].goesOn(with: kind, at: now) else {
                open.values[place].add(latency, at: now)
                return
            }
            finished.append(open.values[place].closed(for: node))
        }
        open[node] = OpenRun(outcome: kind, latency: latency, at: now)
    }

    /// The node is gone; its last run is written.
    mutating func forget(_ node: NodeID) {
        if let run = open.removeValue(forKey: node) { finished.append(run.closed(for: node)) }
    }

    /// Every run that goes on, as it would be written now, by node; and those that ended and wait to be written.
    var openRuns: [ProbeRun] {
        finished + open.keys.sorted().compactMap { node in open[node]?.closed(for: node) }
    }

    func isDue(at now: WallTime) -> Bool {
        !(transitions.isEmpty && finished.isEmpty) && abs(now.milliseconds - lastBatch.milliseconds) >= Self.pause
    }

    /// What is to be written now.
    mutating func takeBatch(at now: WallTime) -> HistoryBatch {
        defer {
            transitions = []
            finished = []
            lastBatch = now
        }
        return HistoryBatch(transitions: transitions, runs: finished)
    }

    /// Closes every run, because the process ends.
    mutating func closeRuns() {
        for node in open.keys.sorted() { forget(node) }
    }
}

/// A run that goes on.
private struct OpenRun {
    let outcome: ProbeRun.Outcome
    let first: WallTime
    private var last: WallTime
    private var count: Int64 = 1
    private var latencies = LatencyTally()

    init(outcome: ProbeRun.Outcome, latency: Duration?, at now: WallTime) {
        self.outcome = outcome
        first = now
        last = now
        if let latency { latencies.add(latency) }
    }

    /// Whether an outcome of that kind belongs to it.
    func goesOn(with kind: ProbeRun.Outcome, at now: WallTime) -> Bool {
        outcome == kind && now.milliseconds - first.milliseconds < HistoryBuffer.longestRun
    }

    mutating func add(_ latency: Duration?, at now: WallTime) {
        count += 1
        last = max(last, now)
        if let latency { latencies.add(latency) }
    }

    func closed(for node: NodeID) -> ProbeRun {
        ProbeRun(node: node, outcome: outcome, count: count, firstAt: first, lastAt: last, latency: latencies.summary)
    }
}

/// Minimum, maximum and median of many latencies in little memory.
///
/// The median is the upper bound of the power of two, in microseconds, that the middle latency falls under.
private struct LatencyTally {
    private var minimum: Int64 = .max
    private var maximum: Int64 = 0
    private var total: UInt32 = 0
    private var buckets = [UInt32](repeating: 0, count: 24)

    mutating func add(_ latency: Duration) {
        let microseconds = max(0, latency.wholeNanoseconds / 1000)
        minimum = min(minimum, microseconds)
        maximum = max(maximum, microseconds)
        total &+= 1
        buckets[min(buckets.count - 1, Int64.bitWidth - microseconds.leadingZeroBitCount)] &+= 1
    }

    var summary: ProbeRun.Latency? {
        guard total > 0 else { return nil }
        var below: UInt32 = 0
        var median = maximum
        for (power, count) in buckets.enumerated() {
            below += count
            if below * 2 >= total {
                median = min(max(minimum, (1 << Int64(power)) - 1), maximum)
                break
            }
        }
        return ProbeRun.Latency(
            minimum: .microseconds(minimum),
            median: .microseconds(median),
            maximum: .microseconds(maximum)
        )
    }
}
