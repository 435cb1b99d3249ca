import Foundation

/// Lines of time against number of slots, on a logarithmic axis, as SVG.
struct Plot {
    private let title: String
    private var lines: [(name: String, points: [(slots: Int, time: Double)])] = []

    init(title: String) { self.title = title }

    mutating func add(_ name: String, _ points: [(Int, Double)]) {
        if !points.isEmpty { lines.append((name, points.map { (slots: $0.0, time: $0.1) })) }
    }

    var svg: String {
        let highest = (lines.flatMap { $0.points.map(\.time) }.max() ?? 1) * 1.1
        func x(_ slots: Int) -> Double { 70 + 540 * log10(Double(slots) / 10) / 3 }
        func y(_ time: Double) -> Double { 360 - 300 * time / highest }
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 420" font-family="sans-serif" font-size="12">
            <rect width="760" height="420" fill="white"/>
            <text x="70" y="30" font-size="15">\(title)</text>

            """
        for slots in [10, 100, 1000, 10_000] {
            text += "<path d=\"M\(x(slots)) 60V360\" stroke=\"#ddd\"/>"
            text += "<text x=\"\(x(slots))\" y=\"380\" text-anchor=\"middle\">\(slots)</text>\n"
        }
        for step in 0...4 {
            let time = highest * Double(step) / 4
            text += "<path d=\"M70 \(y(time))H610\" stroke=\"#ddd\"/>"
            text += "<text x=\"62\" y=\"\(y(time) + 4)\" text-anchor=\"end\">\(Int(time)) ns</text>\n"
        }
        for (index, line) in lines.enumerated() {
            let color = ["#0b6", "#06c", "#c40", "#808"][index % 4]
            let path = line.points.map { String(format: "%.1f,%.1f", x($0.slots), y($0.time)) }.joined(separator: " ")
            text += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>"
            let last = line.points[line.points.count - 1]
            text += "<text x=\"\(x(last.slots) + 6)\" y=\"\(y(last.time) + 4)\" fill=\"\(color)\">\(line.name)</text>\n"
        }
        return text + "<text x=\"340\" y=\"405\" text-anchor=\"middle\">slots</text>\n</svg>\n"
    }
}
