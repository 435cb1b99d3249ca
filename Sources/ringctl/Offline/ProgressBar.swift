/// How far a long evaluation has come, on one line of standard error that is taken away at the end.
///
/// Shown only where a person waits: standard error is a terminal and standard output is not.
struct ProgressBar {
    private let total: Int?
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now

    private static let interval = Duration.milliseconds(100)
    private static let width = 30

    /// - Parameter total: the bytes to read, where they are known.
    init(total: Int?) {
        self.total = total
        isShown = Terminal.error.isInteractive && !Terminal.output.isInteractive
    }

    /// Tells what has been done so far.
    mutating func update(keys: Int, bytes: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard now - shown >= Self.interval else { return }
        shown = now
        Terminal.error.write(
            "\r" + Self.line(keys: keys, bytes: bytes, total: total, elapsed: now - start) + "\u{1B}[K"
        )
    }

    /// Takes the line away.
    func clear() {
        if isShown { Terminal.error.write("\r\u{1B}[K") }
    }

    /// `[########                      ]  27 %  3.1 M keys  12.4 M/s  8 s left`.
    static func line(keys: Int, bytes: Int, total: Int?, elapsed: Duration) -> String {
        var parts: [String] = []
        if let total, total > 0 {
            let done = min(total, bytes)
            let marks = width * done / total
            parts.append(
                "[" + String(repeating: "#", count: marks) + String(repeating: " ", count: width - marks) + "]"
            )
            parts.append("\(100 * done / total) %")
        }
        parts.append("\(millions(keys)) M keys")
        let milliseconds = Int(elapsed / .milliseconds(1))
        if milliseconds > 0 { parts.append("\(millions(keys / milliseconds * 1000)) M/s") }
        if let total, bytes > 0, bytes < total {
            let seconds = Int(Double(milliseconds) * Double(total - bytes) / Double(bytes) / 1000)
            parts.append("\(seconds + 1) s left")
        }
        return parts.joined(separator: "  ")
    }

    private static func millions(_ count: Int) -> String { "\(count / 1_000_000).\(count / 100_000 % 10)" }
}
