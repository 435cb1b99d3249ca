import Glibc
import RingCore

/// One of the standard streams, and what it can show.
struct Terminal {
    private let descriptor: Int32

    static let input = Terminal(descriptor: STDIN_FILENO)
    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    /// Whether a person looks at it.
    var isInteractive: Bool { isatty(descriptor) == 1 }

    /// Whether a line on it can be drawn anew in its place.
    var canRedraw: Bool { isInteractive && environment("TERM") != "dumb" }

    /// Whether it can be asked for colour.
    func showsColour(unless isOff: Bool) -> Bool {
        guard !isOff, canRedraw else { return false }
        return (environment("NO_COLOR") ?? "").isEmpty
    }

    /// The number of columns; `nil` where it has none.
    var columns: Int? { size.map { Int($0.columns) }.flatMap { $0 > 0 ? $0 : nil } }

    /// The number of lines; `nil` where it has none.
    var rows: Int? { size.map { Int($0.rows) }.flatMap { $0 > 1 ? $0 : nil } }

    private var size: (rows: UInt16, columns: UInt16)? {
        guard isInteractive else { return nil }
        // `struct winsize`: rows, columns, and two that nobody fills.
        var size: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return (size.0, size.1)
    }

    /// Writes all of `text`; a reader that went away is not worth a word.
    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Puts `line` in the place of the line that is being written; nothing in place of it takes it away.
    func redraw(_ line: String) { write("\r" + line + "\u{1B}[K") }

    /// Asks a question on standard error and waits for a line.
    static func confirms(_ question: String) -> Bool {
        error.write("\(question) [y/N] ")
        guard let line = readLine() else {
            error.write("\n")
            return false
        }
        return ["y", "yes"].contains(line.lowercased())
    }
}

/// A variable of the environment; `nil` where it is not set.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension String {
    /// The text with everything escaped that could move a cursor or break a line.
    ///
    /// What comes from elsewhere, a reason or a server's version, must not be able to draw on the operator's terminal.
    var onOneLine: String {
        guard !isPlain else { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            case .format where scalar.value != 0x200D:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
