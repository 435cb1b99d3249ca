import RingAPI
import RingCore

extension ChangeResult {
    /// `sessions: version 41 -> 42  added cache-8  moved 12.5% (own 12.5%, collateral 0.0%)`.
    var line: String {
        let versions =
            switch (oldVersion, newVersion) {
            case (let old?, let new?) where old != new: "version \(old) -> \(new)"
            case (nil, let new?): "version \(new)"
            case (let old?, _): "version \(old)"
            case (nil, nil): "no version yet"
            }
        var line = "\(pool): \(versions)" + (done ? "" : " (not applied)") + "  \(summary)"
        if makesVersion || movedShare > .none {
            line += "  moved \(movedShare.percentText)"
            line += " (own \(ownShare.percentText), collateral \(collateralShare.percentText))"
            if shareMethod != "exact" { line += "  \(shareMethod)" }
        }
        return line
    }

    /// How many slots a preview shows; it counts the others.
    private static let shownLimit = 12

    /// The report in short: the line, what is worth a second look, and the shares that change most.
    func preview(isWide: Bool = false, hasColour: Bool, columns: Int?) -> String {
        var text = line.onOneLine + "\n"
        if let figuresLine { text += figuresLine.onOneLine + "\n" }
        let doubts = (guards ?? []).filter { !$0.allows }
        for (index, doubt) in doubts.enumerated() {
            let lead = index == 0 ? "ringd would not do it by itself: " : "                             and: "
            text += "\(lead)\(doubt.guard): \(doubt.explanation)".onOneLine + "\n"
        }
        let rows = largestFirst
        let shown = isWide ? rows : Array(rows.prefix(Self.shownLimit))
        if !rows.isEmpty {
            let limit = isWide ? nil : columns
            text += Self.table(of: shown).text(isWide: isWide, hasColour: hasColour, limit: limit)
        }
        if let rest = Self.rest(others: rows.count - shown.count, unchanged: rows.isEmpty ? 0 : unchanged?.count ?? 0) {
            text += rest + "\n"
        }
        return text
    }

    /// The whole report: every slot that changes, all of them with `-o wide`, and what each guard says.
    func fullPreview(isWide: Bool, hasColour: Bool, columns: Int?) -> String {
        var text = line.onOneLine + "\n"
        if let figuresLine { text += figuresLine.onOneLine + "\n" }
        let limit = isWide ? nil : columns
        var rows = largestFirst
        let stays = unchanged ?? []
        if isWide {
            rows += stays.map { SlotShare(node: $0.node, label: $0.label, before: $0.share, after: $0.share) }
        }
        if !rows.isEmpty { text += Self.table(of: rows).text(isWide: isWide, hasColour: hasColour, limit: limit) }
        if !isWide, let rest = Self.rest(others: 0, unchanged: stays.count) { text += rest + "\n" }
        guard let guards, !guards.isEmpty else { return text }
        text += "\nIf ringd wanted this by itself:\n"
        return text + Self.table(of: guards).text(isWide: isWide, hasColour: hasColour, limit: limit)
    }

    private var makesVersion: Bool { oldVersion != newVersion }

    /// What turns cold, and who has to bear the most more; `nil` for what touches no ring that clients have.
    private var figuresLine: String? {
        guard makesVersion, oldVersion != nil else { return nil }
        let cold = "cold \(coldShare.percentText)"
        guard let growth = worstGrowth else { return cold + "  worst growth none" }
        return cold + "  worst growth \(growth.node) \(growth.before.percentText) -> \(growth.after.percentText)"
            + " (\(growth.factorText) times)"
    }

    /// The slots whose share changes most in front; of equal ones those earlier in the ring.
    private var largestFirst: [SlotShare] {
        shares.enumerated().sorted { a, b in
            let (first, second) = (a.element.distance, b.element.distance)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
    }

    private static func rest(others: Int, unchanged: Int) -> String? {
        var parts: [String] = []
        if others > 0 { parts.append(others == 1 ? "1 more slot changes" : "\(others) more slots change") }
        if unchanged > 0 {
            parts.append(unchanged == 1 ? "1 slot keeps its share" : "\(unchanged) slots keep their share")
        }
        return parts.isEmpty ? nil : "… " + parts.joined(separator: ", ")
    }

    private static func table(of slots: [SlotShare]) -> Table {
        Table(
            columns: [
                .left("NODE"), Table.Column.left("LABEL").wide, .right("BEFORE"), .right("AFTER"), .right("CHANGE"),
            ],
            rows: slots.map { slot in
                [
                    Table.Cell(slot.node), Table.Cell(slot.label), Table.Cell(slot.before.percentText),
                    Table.Cell(slot.after.percentText, slot.tone), Table.Cell(slot.changeText, slot.tone),
                ]
            }
        )
    }

    private static func table(of guards: [ChangePreview.Verdict]) -> Table {
        Table(
            columns: [.left("GUARD"), .left("SAYS"), .left("WHY")],
            rows: guards.map { verdict in
                [
                    Table.Cell(verdict.guard),
                    verdict.allows ? Table.Cell("allows", .good) : Table.Cell("refuses", .bad),
                    Table.Cell(verdict.explanation),
                ]
            }
        )
    }
}

extension ChangeResult.SlotShare {
    /// How much the share changes, up or down.
    fileprivate var distance: Share { max(before, after) - min(before, after) }

    /// `+4.8%`, `-19.2%`, or `-` for nothing.
    fileprivate var changeText: String {
        before == after ? "-" : (after > before ? "+" : "-") + distance.percentText
    }

    fileprivate var tone: Table.Tone? { after == .none ? .bad : after > before ? .good : nil }
}

extension Plan {
    /// Prints the plan: for people its whole report, for programs the plan itself.
    func print(_ global: GlobalOptions) throws {
        let terminal = Terminal.output
        switch global.output {
        case .json: terminal.write(try json().prettyText + "\n")
        case .yaml: terminal.write(try json().yaml)
        case .name: terminal.write(result.shares.map { $0.node.onOneLine + "\n" }.joined())
        case .csv: terminal.write(preview.csv(list: "shares"))
        case .table, .wide:
            let isWide = global.output == .wide
            let hasColour = terminal.showsColour(unless: global.noColor)
            terminal.write(result.fullPreview(isWide: isWide, hasColour: hasColour, columns: terminal.columns))
        }
    }
}
