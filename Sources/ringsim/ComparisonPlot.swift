/// Three bars for each policy, as SVG: what is wrong, what is not served, and what has to be fetched anew.
struct ComparisonPlot {
    let title: String
    let rows: [ComparisonRow]

    private struct Panel: Sendable {
        var title: String
        var colour: String
        var unit: String
        var places: Int
        var value: @Sendable (ComparisonRow) -> Double
    }

    private static let panels = [
        Panel(title: "stale reads per million", colour: "#b2182b", unit: "", places: 1, value: { $0.stale }),
        Panel(title: "reads not served", colour: "#555", unit: "%", places: 2, value: { $0.unserved }),
        Panel(title: "keys turned cold an hour", colour: "#2166ac", unit: "%", places: 1, value: { $0.cold }),
    ]

    /// The drawing; its height follows from the number of policies.
    var svg: String {
        let labelWidth = 30 + 7 * (rows.map(\.policy.count).max() ?? 0)
        let panelWidth = 210
        let width = labelWidth + Self.panels.count * (panelWidth + 20)
        let height = 90 + 28 * rows.count
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="12">
            <rect width="\(width)" height="\(height)" fill="white"/>
            <text x="10" y="24" font-size="13">\(Self.escaped(title))</text>

            """
        for (index, row) in rows.enumerated() {
            text += "<text x=\"10\" y=\"\(84 + 28 * index)\">\(Self.escaped(row.policy))</text>\n"
        }
        for (index, panel) in Self.panels.enumerated() {
            text += bars(panel, x: labelWidth + index * (panelWidth + 20), width: panelWidth)
        }
        return text + "</svg>\n"
    }

    private func bars(_ panel: Panel, x: Int, width: Int) -> String {
        let highest = rows.map(panel.value).max() ?? 0
        var text = "<text x=\"\(x)\" y=\"54\" font-weight=\"bold\">\(panel.title)</text>\n"
        text += "<path d=\"M\(x) 62V\(68 + 28 * rows.count)\" stroke=\"#999\"/>\n"
        for (index, row) in rows.enumerated() {
            let value = panel.value(row)
            let length = highest > 0 ? Int(value / highest * Double(width - 70)) : 0
            let y = 70 + 28 * index
            text += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(length)\" height=\"18\" fill=\"\(panel.colour)\"/>"
            text +=
                "<text x=\"\(x + length + 6)\" y=\"\(y + 14)\">\(decimal(value, panel.places))\(panel.unit)</text>\n"
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }
}
