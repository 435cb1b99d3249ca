import Foundation

/// What the person sees: headings, sentences, tables, and a progress line that leaves no trace.
struct Screen {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let hasColor: Bool

    init() {
        let environment = ProcessInfo.processInfo.environment
        hasColor = isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    }

    func title(_ text: String) { print("\n" + bold(text) + "\n") }

    func say(_ text: String) { print("  " + text) }

    func quote(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { print("    \(line)") }
    }

    /// Shows that something goes on, on a terminal only.
    func progress(_ text: String) {
        guard isTerminal else { return }
        print("\r\u{1B}[K  \(text)", terminator: "")
        fflush(nil)
    }

    /// Takes the progress line away.
    func endProgress() {
        guard isTerminal else { return }
        print("\r\u{1B}[K", terminator: "")
        fflush(nil)
    }

    /// A claim that was measured, and whether it held.
    func claim(_ text: String, holds: Bool) {
        let mark = holds ? green("✓") : red("✗")
        print("  \(mark) \(text)")
    }

    /// Columns as wide as their widest cell; numbers to the right.
    func table(_ header: [String], _ rows: [[String]]) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for (index, row) in all.enumerated() {
            let cells = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + pad : pad + cell
            }
            let line = "  " + cells.joined(separator: "   ")
            print(index == 0 ? bold(line) : line)
            if index == 0 { print("  " + widths.map { String(repeating: "─", count: $0) }.joined(separator: "───")) }
        }
    }

    private func bold(_ text: String) -> String { styled(text, "1") }
    private func green(_ text: String) -> String { styled(text, "32") }
    private func red(_ text: String) -> String { styled(text, "31;1") }

    private func styled(_ text: String, _ code: String) -> String {
        hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

}
