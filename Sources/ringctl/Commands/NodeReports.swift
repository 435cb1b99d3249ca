import RingAPI
import RingCore

extension NodeRow {
    /// How good the state is, for the order and the colour.
    var tone: Table.Tone {
        switch state {
        case "up", "spare": .good
        case "ejected", "down", "damped": .bad
        default: .warning
        }
    }

    /// `OK`, `..` or `!!`: what a person sees first, without colour too.
    var mark: String {
        switch tone {
        case .good: "OK"
        case .bad: "!!"
        case .warning, .faint: ".."
        }
    }

    fileprivate var rank: Int {
        switch tone {
        case .bad: 0
        case .warning: 1
        case .good, .faint: 2
        }
    }

    /// `0.3/1.1 ms`, or why there is none.
    var lastColumn: String {
        if tone != .good, let reason, !reason.isEmpty { return reason }
        guard let latencyP50, let latencyP99 else { return reason ?? "" }
        return "\(Self.milliseconds(latencyP50))/\(Self.milliseconds(latencyP99)) ms"
    }

    /// Microseconds as milliseconds with one decimal, rounded half up.
    static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = (max(0, microseconds) + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension NodeList {
    /// The nodes in the order of their trouble; within a rank, that of the roster.
    var failingFirst: [NodeRow] { (0..<3).flatMap { rank in nodes.filter { $0.rank == rank } } }

    /// The nodes as a table.
    func report(_ json: JSONDocument, failingFirst: Bool = false) -> Report {
        let columns: [Table.Column] = [
            .left(""), .left("NODE"), Table.Column.left("ADDRESS").leaving(3), Table.Column.right("WEIGHT").leaving(1),
            Table.Column.right("SHARE").leaving(4), .left("STATE"),
            Table.Column.left("ADMIN").wide, Table.Column.left("HEALTH").wide, Table.Column.left("PLACEMENT").wide,
            Table.Column.left("SINCE").leaving(2), Table.Column.left("LABEL").wide, Table.Column.right("POINTS").wide,
            Table.Column.left("ZONE").wide, Table.Column.left("TAGS").wide, Table.Column.left("SERVER").wide,
            .left("RTT p50/p99"),
        ]
        let ordered = failingFirst ? self.failingFirst : nodes
        let rows = ordered.map { node -> [Table.Cell] in
            [
                Table.Cell(node.mark, node.tone), Table.Cell(node.name), Table.Cell(node.address),
                Table.Cell(node.weight.map(String.init) ?? "-"), Table.Cell(node.share.percentText),
                Table.Cell(node.state, node.tone), Table.Cell(node.admin), Table.Cell(node.health),
                Table.Cell(node.placement), Table.Cell(node.since.map { $0.age() } ?? "-"),
                Table.Cell(node.label ?? "-"),
                Table.Cell(node.points.map(String.init) ?? "-"), Table.Cell(node.zone ?? "-"),
                Table.Cell(node.tags.isEmpty ? "-" : node.tags.joined(separator: ",")),
                Table.Cell(node.stats?.version ?? "-"), Table.Cell(node.lastColumn),
            ]
        }
        return Report(
            json: json.value,
            table: Table(columns: columns, rows: rows),
            list: "nodes",
            names: ordered.map(\.name)
        )
    }
}

extension NodeDetail {
    /// One node as names and values, its events below.
    func report(_ json: JSONDocument) -> Report {
        var facts: [(String, String, Table.Tone?)] = [
            ("node", node.name, nil), ("pool", pool, nil), ("address", node.address, nil),
            ("state", node.state, node.tone), ("admin", node.admin, nil), ("health", node.health, nil),
            ("placement", node.placement, nil), ("weight", node.weight.map(String.init) ?? "-", nil),
            ("share", node.share.percentText, nil),
        ]
        if let since = node.since { facts.append(("since", since.withAge, nil)) }
        if let reason = node.reason { facts.append(("reason", reason, nil)) }
        if let label = node.label { facts.append(("label", label, nil)) }
        if let points = node.points { facts.append(("points", "\(points)", nil)) }
        if let zone = node.zone { facts.append(("zone", zone, nil)) }
        if !node.tags.isEmpty { facts.append(("tags", node.tags.joined(separator: ", "), nil)) }
        if node.damped { facts.append(("damped", "yes: lift it with 'ringctl node undamp \(node.name)'", .bad)) }
        if let p50 = node.latencyP50, let p99 = node.latencyP99 {
            facts.append(("RTT p50/p99", "\(NodeRow.milliseconds(p50))/\(NodeRow.milliseconds(p99)) ms", nil))
        }
        if let stats = node.stats {
            let text = "memcached \(stats.version), \(stats.items) items, \(stats.connections) connections"
            facts.append(("server", text, nil))
        }
        for event in events {
            let why = event.explanation.isEmpty ? "" : ": \(event.explanation)"
            facts.append(("\(event.at.toTheSecond)", "\(event.kind) by \(event.actor.user)\(why)", nil))
        }
        return Report(
            json: json.value,
            table: .facts(facts),
            names: [node.name]
        )
    }
}

extension Table {
    /// Names with values, without titles.
    static func facts(_ facts: [(String, String, Tone?)]) -> Table {
        Table(
            columns: [.left(""), .left("")],
            rows: facts.map { [Cell($0.0, .faint), Cell($0.1, $0.2)] }
        )
    }
}
