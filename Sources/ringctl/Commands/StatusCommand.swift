import ArgumentParser
import RingAPI
import RingCore

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Every pool in a line; one pool as a table, the failing nodes first.",
        discussion: """
            Example: ringctl status sessions --watch

            With --watch the view stays and is drawn anew until it is interrupted with Ctrl-C.
            """
    )

    @Argument(help: "The pool.")
    var pool: String?

    @Flag(name: [.short, .long], help: "Stay, and draw it anew.")
    var watch = false

    @Option(help: ArgumentHelp("How often with --watch, from 200ms to 1m.", valueName: "duration"))
    var every = "1s"

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        if watch {
            var watch = StatusWatch(global: global, pool: try global.poolName(or: pool), interval: try interval())
            try await watch.run()
        }
        let client = global.client
        if let name = try global.poolName(or: pool) {
            try await show(name, client)
            return
        }
        let list: ControlClient.Answer<PoolList> = try await client.get(Path("v1", "pools"))
        global.print(list.value.report(list.json))
        if list.value.pools.isEmpty {
            Terminal.error.write("note: there is no pool yet; 'ringctl node add NAME HOST:PORT' makes the first\n")
        }
    }

    private func interval() throws -> Duration {
        let interval = try checking { () throws(RingCore.ValidationError) in try Duration(policyText: every) }
        guard (.milliseconds(200) ... .seconds(60)).contains(interval) else {
            throw CommandFailure(.refused, field: "every", "'\(every)' is out of range", hint: "use 200ms to 1m")
        }
        return interval
    }

    private func show(_ name: PoolName, _ client: ControlClient) async throws {
        async let pool = client.get(Path(pool: name), as: PoolDetail.self)
        async let list = client.get(Path(pool: name, "nodes"), as: NodeList.self)
        let heading = try await pool.value.heading
        let nodes = try await list
        var report = nodes.value.report(nodes.json, failingFirst: true)
        report.heading = heading
        global.print(report)
    }
}

extension PoolDetail {
    /// The same for a view in place, what matters most in front, since a narrow terminal cuts the rest.
    var watchHeading: String {
        let age = changedAt.map { ", \($0.age()) ago" } ?? ""
        return [
            pool, mode.rawValue + (modeReason.map { ": \($0)" } ?? ""),
            (version.map { "version \($0)" } ?? "no version yet") + age, dialect.name,
        ].joined(separator: "  ")
    }

    /// `sessions  version 118  2026-11-22T10:58:11Z (12m ago)  pinned-ketama  normal  on failure: spare, eject`.
    var heading: String {
        var parts = [pool, version.map { "version \($0)" } ?? "no version yet"]
        if let changedAt { parts.append(changedAt.withAge) }
        parts.append(dialect.name)
        parts.append(mode.rawValue + (modeReason.map { ": \($0)" } ?? ""))
        if let actions = policy["on_failure"] {
            parts.append("on failure: " + actions.split(separator: ",").joined(separator: ", "))
        }
        return parts.joined(separator: "  ")
    }
}

extension PoolList {
    /// Every pool in a line.
    func report(_ json: JSONDocument) -> Report {
        let columns: [Table.Column] = [
            .left("POOL"), Table.Column.right("VERSION").leaving(2), .left("MODE"),
            Table.Column.right("NODES").leaving(5), .right("UP"), Table.Column.right("SUSPECT").leaving(4),
            .right("DOWN"), Table.Column.right("HELD").leaving(3), .right("EJECTED"),
            Table.Column.left("DIALECT").leaving(1), Table.Column.left("CHANGED").leaving(6),
        ]
        let rows = pools.map { pool -> [Table.Cell] in
            let counts = pool.counts
            return [
                Table.Cell(pool.pool), Table.Cell(pool.version.map(String.init) ?? "-"),
                Table.Cell(pool.mode.rawValue, pool.mode == .normal ? .good : .warning), Table.Cell("\(counts.total)"),
                Table.Cell("\(counts.up)"), Table.Cell("\(counts.suspect)", counts.suspect > 0 ? .warning : nil),
                Table.Cell("\(counts.down)", counts.down > 0 ? .bad : nil),
                Table.Cell("\(counts.held)", counts.held > 0 ? .warning : nil),
                Table.Cell("\(counts.ejected)", counts.ejected > 0 ? .bad : nil), Table.Cell(pool.dialect),
                Table.Cell(pool.changedAt.map { $0.age() + " ago" } ?? "-"),
            ]
        }
        return Report(
            json: json.value,
            table: Table(columns: columns, rows: rows),
            list: "pools",
            names: pools.map(\.pool)
        )
    }
}
