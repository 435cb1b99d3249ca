import RingSimulator

/// What came of one policy.
struct ComparisonRow {
    let policy: String
    let tally: Tally

    /// Of a million reads, those that returned what was not true any more.
    var stale: Double { Double(tally.staleReads) / max(1, Double(tally.reads)) * 1e6 }
    /// Of a hundred reads, those that no cache server answered.
    var unserved: Double { Double(tally.unservedReads) / max(1, Double(tally.reads)) * 100 }
    /// The share of the keys that versions made cold in an hour, in per cent.
    var cold: Double { Double(tally.coldPermille) / 10 / hours }
    /// The share of the keys that versions gave to another slot in an hour, in per cent.
    var moved: Double { Double(tally.movedPermille) / 10 / hours }
    /// Versions in an hour.
    var versions: Double { Double(tally.versions) / hours }

    private var hours: Double { max(1.0 / 3600, Double(tally.simulatedSeconds) / 3600) }

    /// All rows under a head line.
    static func table(_ rows: [ComparisonRow]) -> String {
        let titles = ["STALE READS", "PER MILLION", "BY LAG", "UNSERVED", "MISSES", "COLD/H", "MOVED/H", "VERSIONS/H"]
        let lines = rows.map { row in
            [
                "\(row.tally.staleReads)", decimal(row.stale, 1), "\(row.tally.lagReads)",
                decimal(row.unserved, 2) + "%",
                decimal(Double(row.tally.misses) / max(1, Double(row.tally.reads)) * 100, 2) + "%",
                decimal(row.cold, 1) + "%", decimal(row.moved, 1) + "%", decimal(row.versions, 1),
            ]
        }
        let first = max(6, rows.map(\.policy.count).max() ?? 0)
        let widths = titles.indices.map { column in max(titles[column].count, lines.map { $0[column].count }.max() ?? 0)
        }
        var text = "POLICY".padded(to: first)
        for (title, width) in zip(titles, widths) { text += "  " + title.padded(left: width) }
        for (row, line) in zip(rows, lines) {
            text += "\n" + row.policy.padded(to: first)
            for (cell, width) in zip(line, widths) { text += "  " + cell.padded(left: width) }
        }
        return text
    }
}

/// A number with so many decimals, rounded half up.
func decimal(_ value: Double, _ places: Int) -> String {
    var factor = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((value * Double(factor)).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = "\(scaled % factor)"
    return "\(scaled / factor)." + String(repeating: "0", count: places - fraction.count) + fraction
}
