import RingAPI
import RingPlanner
import RingStore
import Synchronization

/// Which long work on the database is under way, and how far it is.
///
/// The thread that works writes it and whoever asks reads it, so nobody waits for the database to know.
final class WorkLedger: Sendable {
    /// What is said of the work by the thread that does it.
    enum Report: Sendable {
        case copy(CopyStep)
        case compaction(CompactionGauge)
    }

    /// What is done, with the name of its first step.
    enum Work: String, Sendable {
        case backup, compact

        fileprivate var firstStep: String {
            switch self {
            case .backup: "copying"
            case .compact: "writing"
            }
        }
    }

    private struct Entry {
        let number: Int
        let request: RequestID
        let work: Work
        var report: Report?
        /// When the step began that is reported.
        var since: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Entry] = []
        var count = 0
    }

    private let state = Mutex(State())

    /// Does the work, which is on the list until it ends and can tell how far it is.
    func during<Value, Failure: Error>(
        _ work: Work,
        _ request: RequestID,
        _ body: (@escaping @Sendable (Report) -> Void) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let number = state.withLock { state in
            state.count += 1
            state.entries.append(Entry(number: state.count, request: request, work: work, since: .now))
            return state.count
        }
        defer { state.withLock { $0.entries.removeAll { $0.number == number } } }
        return try body { report in self.note(report, of: number) }
    }

    private func note(_ report: Report, of number: Int) {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.number == number }) else { return }
            let isSameStep = state.entries[index].report.map { $0.step == report.step } ?? false
            state.entries[index].report = report
            if !isSameStep { state.entries[index].since = .now }
        }
    }

    /// What is under way at this moment.
    var running: [DatabaseWork.Running] {
        state.withLock(\.entries).map { entry in
            let bytes = entry.report?.bytes
            return DatabaseWork.Running(
                request: entry.request.text,
                work: entry.work.rawValue,
                step: entry.report?.step ?? entry.work.firstStep,
                doneBytes: bytes?.done,
                ofBytes: bytes?.total,
                elapsedMilliseconds: Int64((.now - entry.since) / Duration.milliseconds(1))
            )
        }
    }
}

extension WorkLedger.Report {
    fileprivate var step: String {
        switch self {
        case .copy(.copying): "copying"
        case .copy(.checking), .copy(.numbering): "checking"
        case .compaction: "writing"
        }
    }

    /// How much of the step is done; `nil` for a check, which looks at some pages more than once.
    fileprivate var bytes: (done: Int64, total: Int64)? {
        switch self {
        case .copy(.copying(let bytes, let total)): (bytes, total)
        case .copy(.checking), .copy(.numbering): nil
        case .compaction(let gauge): (gauge.done, gauge.total)
        }
    }
}
