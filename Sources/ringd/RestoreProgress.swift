import Glibc
import RingStore

/// How far a restore is, on one line of standard error that is taken away at the end; nothing in a pipe.
struct RestoreProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private var isClear = true

    private static let interval = Duration.milliseconds(100)
    private static let width = 24

    /// Draws the line, not more often than an eye follows.
    mutating func update(_ step: CopyStep) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if case .copying(let bytes, let total) = step, bytes < total, let lastDrawn, now - lastDrawn < Self.interval {
            return
        }
        lastDrawn = now
        isClear = false
        Self.write("\r" + Self.line(step, elapsed: now - start) + "\u{1B}[K")
    }

    /// Takes the line away.
    mutating func clear() {
        guard isShown, !isClear else { return }
        isClear = true
        Self.write("\r\u{1B}[K")
    }

    /// `copying [######            ]  27 %  812 MB  210 MB/s  3 s left`.
    private static func line(_ step: CopyStep, elapsed: Duration) -> String {
        switch step {
        case .copying(let bytes, let total):
            let done = total > 0 ? Double(bytes) / Double(total) : 1
            let marks = Int(done * Double(width))
            let bar = String(repeating: "#", count: marks) + String(repeating: " ", count: width - marks)
            var parts = ["copying [\(bar)]", "\(Int(done * 100)) %", megabytes(total)]
            let seconds = elapsed / .seconds(1)
            if seconds > 0.2, bytes > 0 {
                parts.append(megabytes(Int64(Double(bytes) / seconds)) + "/s")
                if bytes < total { parts.append("\(Int(seconds * (1 - done) / done) + 1) s left") }
            }
            return parts.joined(separator: "  ")
        case .checking(let bytes): return "checking every page of the copy, \(megabytes(bytes)) …"
        case .numbering: return "giving the pools their next versions …"
        }
    }

    private static func megabytes(_ bytes: Int64) -> String {
        bytes < 10_000_000 ? "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" : "\(bytes / 1_000_000) MB"
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
