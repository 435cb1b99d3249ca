import Foundation

/// The figures of one run, a row each, as ratios against a peer or a limit.
struct ResultTable: CustomStringConvertible {
    private var rows: [[String]] = [["work", "ringd", "against", "ratio", "must", "aim", ""]]

    /// A row against another implementation.
    mutating func add(
        _ work: String,
        _ own: Double,
        _ peer: Peer,
        _ figure: String,
        must: Double? = nil,
        aim: Double? = nil
    ) {
        guard let other = peer.figures[figure] else {
            rows.append([
                work, Self.time(own), "\(peer.name): \(peer.version)", "", Self.ratio(must), Self.ratio(aim), "",
            ])
            return
        }
        let ratio = own / other
        let peerText = "\(peer.name) \(peer.version): \(Self.time(other))"
        rows.append([
            work, Self.time(own), peerText, Self.ratio(ratio), Self.ratio(must), Self.ratio(aim),
            Self.verdict(ratio, must, aim),
        ])
    }

    /// A row against fixed limits in nanoseconds.
    mutating func add(_ work: String, _ own: Double, limit: Double, aim: Double) {
        rows.append([
            work, Self.time(own), "limit", Self.ratio(own / limit), Self.time(limit), Self.time(aim),
            Self.verdict(own, limit, aim),
        ])
    }

    var description: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func verdict(_ figure: Double, _ must: Double?, _ aim: Double?) -> String {
        guard let must, let aim else { return "" }
        return figure <= aim ? "aim" : figure <= must ? "must" : "MISSED"
    }

    private static func ratio(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "" }

    private static func time(_ nanoseconds: Double) -> String {
        nanoseconds < 10_000
            ? String(format: "%.1f ns", nanoseconds) : String(format: "%.2f ms", nanoseconds / 1e6)
    }
}
