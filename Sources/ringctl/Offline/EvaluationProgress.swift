import RingCore

/// How far a long evaluation has come, on one line of standard error that is taken away at the end.
///
/// Shown only where a person waits: standard error is a terminal and standard output is not.
struct EvaluationProgress {
    private let total: Int?
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now

    private static let interval = Duration.milliseconds(100)

    /// - Parameter total: the bytes to read, where they are known.
    init(total: Int?) {
        self.total = total
        isShown = Terminal.error.canRedraw && !Terminal.output.isInteractive
    }

    /// Tells what has been done so far.
    mutating func update(keys: Int, bytes: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard now - shown >= Self.interval else { return }
        shown = now
        let columns = Terminal.error.columns
        Terminal.error.redraw(Self.line(keys: keys, bytes: bytes, total: total, elapsed: now - start, columns: columns))
    }

    /// Takes the line away.
    func clear() {
        if isShown { Terminal.error.redraw("") }
    }

    /// `[######                  ]  27 %  3.1 M keys  12.4 M/s  8 s left`.
    static func line(keys: Int, bytes: Int, total: Int?, elapsed: Duration, columns: Int? = nil) -> String {
        var facts = ["\(millions(keys)) M keys"]
        let milliseconds = Int(elapsed / .milliseconds(1))
        if milliseconds > 0 { facts.append("\(millions(keys / milliseconds * 1000)) M/s") }
        guard let total, total > 0 else { return facts.joined(separator: "  ") }
        let bar = ProgressBar(done: Int64(bytes), total: Int64(total), elapsed: elapsed)
        return bar.line(facts: facts, columns: columns)
    }

    private static func millions(_ count: Int) -> String { "\(count / 1_000_000).\(count / 100_000 % 10)" }
}
