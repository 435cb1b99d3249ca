import Glibc
import RingCore
import RingStore

/// How far a restore is, on one line of standard error that is taken away at the end; nothing in a pipe.
struct RestoreProgress {
    private let isShown = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private var isClear = true

    private static let interval = Duration.milliseconds(100)

    /// Draws the line, not more often than an eye follows.
    mutating func update(_ step: CopyStep) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if case .copying(let bytes, let total) = step, bytes < total, let lastDrawn, now - lastDrawn < Self.interval {
            return
        }
        lastDrawn = now
        isClear = false
        Self.write("\r" + Self.line(step, elapsed: now - start, columns: Self.columns) + "\u{1B}[K")
    }

    /// Takes the line away.
    mutating func clear() {
        guard isShown, !isClear else { return }
        isClear = true
        Self.write("\r\u{1B}[K")
    }

    /// `copying [######            ]  27 %  812 MB  210 MB/s  3 s left`.
    private static func line(_ step: CopyStep, elapsed: Duration, columns: Int?) -> String {
        switch step {
        case .copying(let bytes, let total):
            let bar = ProgressBar(done: bytes, total: total, elapsed: elapsed)
            let facts = [ProgressBar.megabytes(total), bar.megabytesPerSecond].compactMap(\.self)
            return bar.line("copying", facts: facts, columns: columns)
        case .checking(let bytes): return "checking every page of the copy, \(ProgressBar.megabytes(bytes)) …"
        case .numbering: return "giving the pools their next versions …"
        }
    }

    /// The number of columns of the terminal; `nil` where it has none.
    private static var columns: Int? {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
