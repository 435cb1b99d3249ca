import RingAPI
import RingCore

/// `status --watch`: the state of one pool, or of all, drawn again and again.
struct StatusWatch {
    let global: GlobalOptions
    let pool: PoolName?
    let interval: Duration

    private let client: ControlClient
    /// By node; the nodes of the newest answer only.
    private var latencies: [String: Sparkline] = [:]
    /// The last view, shown on while the daemon does not answer.
    private var last = ""
    private var lostSince: ContinuousClock.Instant?

    /// How many probes a bar chart shows: as many as fit 80 columns beside the rest.
    private static let samples = 12
    /// How many of the newest events stand below the nodes.
    private static let events = 5

    init(global: GlobalOptions, pool: PoolName?, interval: Duration) {
        self.global = global
        self.pool = pool
        self.interval = interval
        client = global.client
    }

    /// Draws until the program is interrupted; in a pipe, prints a view whenever it differs from the last.
    mutating func run() async throws {
        // The first answer fails as for every command: a wrong pool or socket is not worth waiting for.
        last = try await view()
        let screen = Terminal.output.isInteractive ? LiveScreen(.output) : nil
        var shown = ""
        while true {
            let text = notice + last
            if let screen {
                screen.draw(text)
            } else if text != shown {
                Terminal.output.write((shown.isEmpty ? "" : "\n") + text)
            }
            shown = text
            try await Task.sleep(for: interval)
            do {
                last = try await view()
                lostSince = nil
            } catch let failure as CommandFailure where [.unreachable, .tryAgain].contains(failure.status) {
                lostSince = lostSince ?? .now
            }
        }
    }

    private var notice: String {
        guard let lostSince else { return "" }
        let seconds = (ContinuousClock.now - lostSince) / .seconds(1)
        return "!! ringd has not answered for \(Int(seconds)) s; what follows is old\n"
    }

    private mutating func view() async throws -> String {
        guard let pool else {
            let list: ControlClient.Answer<PoolList> = try await client.get(Path("v1", "pools"))
            return try await text(list.value.report(list.json)) + newestEvents(of: nil)
        }
        let detail: PoolDetail = try await client.get(Path(pool: pool)).value
        let nodes: ControlClient.Answer<NodeList> = try await client.get(Path(pool: pool, "nodes"))
        remember(nodes.value.nodes)
        var report = nodes.value.watchReport(nodes.json) { latencies[$0.name]?.text(top: top) ?? "" }
        report.heading = detail.watchHeading
        return try await text(report) + newestEvents(of: pool)
    }

    private func text(_ report: Report) -> String {
        let terminal = Terminal.output
        return report.text(
            as: .table,
            hasColour: terminal.showsColour(unless: global.noColor),
            columns: terminal.columns
        )
    }

    private func newestEvents(of pool: PoolName?) async throws -> String {
        let path = Path("v1", "events").query(["pool": pool?.text, "limit": "\(Self.events)"])
        let list: ControlClient.Answer<EventList> = try await client.get(path)
        let rows = list.value.events.map { event in
            [
                Table.Cell(event.at.age() + " ago", .faint), Table.Cell(event.node ?? event.pool ?? "-"),
                Table.Cell(event.kind), Table.Cell(event.actor.user), Table.Cell(event.explanation),
            ]
        }
        let columns: [Table.Column] = [
            Table.Column.right("AGE").leaving(2), .left("NODE"), .left("WHAT"), Table.Column.left("WHO").leaving(1),
            .left("REASON"),
        ]
        let table = Table(columns: columns, rows: rows)
        return rows.isEmpty ? "" : "\n" + text(Report(json: list.json.value, table: table, list: "events", names: []))
    }

    private mutating func remember(_ nodes: [NodeRow]) {
        var next: [String: Sparkline] = [:]
        for node in nodes {
            var line = latencies[node.name] ?? Sparkline(length: Self.samples)
            line.append(node.tone == .bad ? nil : node.latencyP50)
            next[node.name] = line
            top = max(top, node.tone == .bad ? 0 : node.latencyP50 ?? 0)
        }
        latencies = next
    }

    /// One scale for all nodes, in microseconds, so that their bars compare; it only grows while the view is open.
    private var top: Int64 = 1000
}

extension NodeList {
    /// What matters of each node while one looks on, the failing first, within 80 columns.
    fileprivate func watchReport(_ json: JSONDocument, bars: (NodeRow) -> String) -> Report {
        let columns: [Table.Column] = [
            .left(""), .left("NODE"), Table.Column.right("SHARE").leaving(3), .left("STATE"),
            Table.Column.left("SINCE").leaving(2), Table.Column.left("LATENCY").leaving(1), .left("RTT p50/p99"),
        ]
        let ordered = failingFirst
        let rows = ordered.map { node -> [Table.Cell] in
            [
                Table.Cell(node.mark, node.tone), Table.Cell(node.name), Table.Cell(node.share.percentText),
                Table.Cell(node.state, node.tone), Table.Cell(node.since.map { $0.age() } ?? "-"),
                Table.Cell(bars(node)), Table.Cell(node.lastColumn),
            ]
        }
        let table = Table(columns: columns, rows: rows)
        return Report(json: json.value, table: table, list: "nodes", names: ordered.map(\.name))
    }
}
