import Glibc

/// A view that is drawn in place, again and again, and gives the terminal back as it was.
struct LiveScreen {
    private let terminal: Terminal

    /// The other screen of the terminal, no cursor, and long lines cut in place of wrapped.
    private static let entry = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"

    /// Takes the terminal over; an interrupt gives it back and ends the program.
    init(_ terminal: Terminal) {
        self.terminal = terminal
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                // Only calls that a signal handler may make.
                let exit: StaticString = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
                _ = Glibc.write(STDOUT_FILENO, exit.utf8Start, exit.utf8CodeUnitCount)
                _exit(128 + number)
            }
        }
        terminal.write(Self.entry)
    }

    /// Draws `text` from the top; what does not fit is replaced by a line that says how much is missing.
    func draw(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if let rows = terminal.rows, lines.count > rows {
            let missing = lines.count - (rows - 1)
            lines = lines.prefix(rows - 1) + ["… \(missing) more lines"]
        }
        // Each line is erased to its end after it is written, so nothing flickers.
        terminal.write("\u{1B}[H" + lines.joined(separator: "\u{1B}[K\r\n") + "\u{1B}[K\u{1B}[J")
    }
}
