package import RingCore

/// Outcomes of probes of a node that were the same, one after the other, as the database keeps them.
package struct RecordedRun: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case success
        case hard
        case soft
        /// The checker's own trouble.
        case local
    }

    package var node: NodeID
    package var outcome: Outcome
    package var from: WallTime
    package var until: WallTime

    package init(node: NodeID, outcome: Outcome, from: WallTime, until: WallTime) {
        self.node = node
        self.outcome = outcome
        self.from = from
        self.until = until
    }
}

/// What was seen of each node, and when nobody looked.
struct RecordedProbes: Sendable {
    /// A run speaks until the next one of its node begins, but no longer than this beyond its last probe: the longest
    /// pause between two probes of a dead node, twice.
    static let silence: Int64 = 60_000

    private var runs: [NodeID: [RecordedRun]] = [:]
    /// The run of each node that was asked for last; time only goes on.
    private var cursors: [NodeID: Int] = [:]
    /// When no run speaks of any node: the checker did not run.
    private(set) var gaps: [Range<Int64>] = []

    /// - Complexity: O(*n* log *n*) in runs.
    init(_ recorded: [RecordedRun], from: WallTime, until: WallTime) {
        let sorted = recorded.sorted { ($0.node, $0.from, $0.until) < ($1.node, $1.from, $1.until) }
        for run in sorted { runs[run.node, default: []].append(run) }
        var seen = from.milliseconds
        for run in recorded.sorted(by: { ($0.from, $0.node) < ($1.from, $1.node) }) {
            if run.from.milliseconds > seen + Self.silence { gaps.append(seen..<run.from.milliseconds) }
            seen = max(seen, run.until.milliseconds)
        }
        if until.milliseconds > seen + Self.silence { gaps.append(seen..<until.milliseconds) }
    }

    /// Whether anything was ever recorded of a node.
    func knows(_ node: NodeID) -> Bool { runs[node] != nil }

    /// What a probe of a node would have seen at a time, no earlier than any asked for before; `nil` where nobody looked.
    ///
    /// A node that nothing is recorded of is taken to be well.
    mutating func outcome(of node: NodeID, at time: Int64) -> RecordedRun.Outcome? {
        guard let runs = runs[node] else { return .success }
        var cursor = cursors[node] ?? 0
        while cursor + 1 < runs.count, runs[cursor + 1].from.milliseconds <= time { cursor += 1 }
        cursors[node] = cursor
        let run = runs[cursor]
        guard run.from.milliseconds <= time else { return nil }
        return time <= run.until.milliseconds + Self.silence ? run.outcome : nil
    }

    /// The moments at which something else is seen of a node than before, in order.
    func turns(of node: NodeID, after time: Int64) -> [Int64] {
        var turns: [Int64] = []
        var last: RecordedRun?
        for run in runs[node] ?? [] {
            if run.outcome != last?.outcome, run.from.milliseconds > time { turns.append(run.from.milliseconds) }
            last = run
        }
        return turns
    }
}
