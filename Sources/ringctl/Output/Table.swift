/// Rows under titles, for people.
struct Table {
    var columns: [Column]
    var rows: [[Cell]]
    /// Whether the titles stand above the rows.
    var showsTitles = true

    /// One column.
    struct Column {
        var title: String
        var isRight = false
        /// Shown with `-o wide` only.
        var isWide = false
        /// When it leaves a terminal that is too narrow, the lowest first; `nil` stays.
        var place: Int?

        static func left(_ title: String) -> Column { Column(title: title) }
        static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
        /// The column with `-o wide` only.
        var wide: Column { Column(title: title, isRight: isRight, isWide: true) }

        /// The column, which leaves a terminal that is too narrow: the lowest `place` first.
        func leaving(_ place: Int) -> Column {
            var column = self
            column.place = place
            return column
        }
    }

    /// One text of a row.
    struct Cell: ExpressibleByStringLiteral {
        let text: String
        let tone: Tone?
        /// The columns that the text takes.
        let width: Int

        init(_ text: String, _ tone: Tone? = nil) {
            self.text = text.onOneLine
            self.tone = tone
            width = self.text.displayWidth
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    /// What a colour says; the text says it as well.
    enum Tone: String {
        case good = "32"
        case warning = "33"
        case bad = "31"
        case faint = "2"
    }

    /// The columns that are shown, by their indexes.
    ///
    /// - Parameters:
    ///   - limit: the columns of the terminal: those leave that may, until the last one can be read.
    ///   - least: the width of each column, where others were printed before.
    func shown(isWide: Bool, limit: Int?, atLeast least: [Int]? = nil) -> [Int] {
        var shown = columns.indices.filter { isWide || !columns[$0].isWide }
        guard let limit else { return shown }
        var widths = widths(of: shown, atLeast: least)
        while let last = widths.last, Self.width(widths) - last + min(last, Self.readable) > limit,
            let leaving = shown.indices.filter({ columns[shown[$0]].place != nil }).min(by: {
                columns[shown[$0]].place ?? 0 < columns[shown[$1]].place ?? 0
            })
        {
            shown.remove(at: leaving)
            widths.remove(at: leaving)
        }
        return shown
    }

    /// The table as lines without trailing spaces.
    ///
    /// - Parameters:
    ///   - limit: the columns of the terminal; the last one is cut to fit, if it can be.
    ///   - least: the width of each column, where others were printed before.
    ///   - kept: what is shown, where it was chosen before.
    func text(
        isWide: Bool,
        hasColour: Bool,
        limit: Int?,
        atLeast least: [Int]? = nil,
        showing kept: [Int]? = nil
    ) -> String {
        let shown = kept ?? shown(isWide: isWide, limit: limit, atLeast: least)
        var widths = widths(of: shown, atLeast: least)
        if let limit, let last = widths.last {
            widths[widths.count - 1] = min(last, max(Self.narrowest, limit - Self.width(widths) + last))
        }
        var text = ""
        if showsTitles, columns.contains(where: { !$0.title.isEmpty }) {
            text += line(shown, widths, columns.map { Cell($0.title, .faint) }, hasColour)
        }
        for row in rows { text += line(shown, widths, row, hasColour) }
        return text
    }

    /// The last column is never cut below this.
    private static let narrowest = 12
    /// Columns leave before the last one is cut below this.
    static let readable = 22

    private func widths(of shown: [Int], atLeast least: [Int]?) -> [Int] {
        shown.map { index in
            rows.reduce(max(columns[index].title.displayWidth, least?[index] ?? 0)) { max($0, $1[index].width) }
        }
    }

    /// The columns that a line takes.
    private static func width(_ widths: [Int]) -> Int { widths.reduce(0, +) + 2 * max(0, widths.count - 1) }

    private func line(_ shown: [Int], _ widths: [Int], _ cells: [Cell], _ hasColour: Bool) -> String {
        var line = ""
        // Spaces are written when something follows them, so none trails.
        var pending = 0
        for (position, index) in shown.enumerated() {
            let cell = cells[index]
            let fits = cell.width <= widths[position]
            let text = fits ? cell.text : cell.text.cut(toColumns: widths[position])
            let padding = widths[position] - (fits ? cell.width : text.displayWidth)
            if columns[index].isRight { pending += padding }
            if !text.isEmpty {
                line += String(repeating: " ", count: pending)
                pending = 0
                if hasColour, let tone = cell.tone {
                    line += "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
                } else {
                    line += text
                }
            }
            pending += columns[index].isRight ? 2 : padding + 2
        }
        return line + "\n"
    }
}
