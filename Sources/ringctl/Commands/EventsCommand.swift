import ArgumentParser
import RingAPI
import RingCore

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What happened, the newest last.",
        discussion: """
            Example: ringctl events --since 2h
            Example: ringctl events --since 03:10 --until 03:15

            A time is RFC 3339 in full, or in UTC without its end: 2026-11-22T03:10, or 03:10 of the last 24 hours. \
            With --follow it goes on with what happens next, across restarts of ringd, until it is interrupted; \
            -o json then writes an event a line.
            """
    )

    @Option(help: ArgumentHelp("Only from then on: a time, or an age as 2h.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only before then.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only about this node.", valueName: "name"))
    var node: String?

    @Option(help: ArgumentHelp("How many, at most 1000.", valueName: "n"))
    var limit = 50

    @Flag(name: [.short, .long], help: "Go on with what happens next.")
    var follow = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !follow || until == nil else {
            throw ArgumentParser.ValidationError("--follow has no end, so it does not go with --until")
        }
        guard !follow || [.table, .wide, .json, .name].contains(global.output) else {
            throw ArgumentParser.ValidationError("--follow has no end, so it prints -o table, wide, json or name")
        }
    }

    func run() async throws {
        let begin = try since.map { try time($0, "since") }
        let end = try until.map { try time($0, "until", after: begin) }
        if let begin, let end, end <= begin {
            throw CommandFailure(.refused, field: "until", "is not after --since", hint: "give the later time here")
        }
        let answer: ControlClient.Answer<EventList> = try await global.client.get(
            try path([("since", begin?.description), ("until", end?.description), ("limit", "\(limit)")])
        )
        let events = answer.value.events
        guard follow else {
            let table = Table(columns: EventTable.columns, rows: events.map(EventTable.row))
            let names = events.map { "\($0.event)" }
            global.print(Report(json: answer.json.value, table: table, list: "events", names: names))
            if since != nil, events.count == limit {
                let way = "more with --limit, earlier ones with --until"
                Terminal.error.write("note: these are the newest \(limit); \(way)\n")
            }
            return
        }
        var log = EventTable(global: global)
        log.print(events)
        try await goOn(after: events.last?.event ?? 0, &log)
    }

    private func time(_ text: String, _ field: String, after begin: WallTime? = nil) throws -> WallTime {
        try checking { () throws(RingCore.ValidationError) in
            try WallTime(operatorText: text, field: field, after: begin)
        }
    }

    private func path(_ values: [(String, String?)]) throws -> Path {
        var parameters: [(String, String?)] = [
            ("pool", try global.poolName()?.text), ("node", try node.map { try nodeName($0).text }),
        ]
        parameters += values
        return Path("v1", "events").query(parameters)
    }

    /// Prints what comes until the program is interrupted; a daemon that restarts is waited for.
    private func goOn(after first: Int64, _ log: inout EventTable) async throws {
        var newest = first
        var isLost = false
        while true {
            do {
                let answer: ControlClient.Answer<EventList> = try await global.client.get(
                    try path([("after", "\(newest)"), ("limit", "1000")])
                )
                if isLost { Terminal.error.write("note: ringd answers again\n") }
                isLost = false
                log.print(answer.value.events)
                newest = answer.value.events.last?.event ?? newest
            } catch let failure as CommandFailure where [.unreachable, .tryAgain].contains(failure.status) {
                if !isLost { Terminal.error.write("note: \(failure.problem.onOneLine); waiting for it\n") }
                isLost = true
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// Between two questions for what is new.
    private static let interval = Duration.milliseconds(500)
}

/// Events as lines that keep their columns while more of them come.
struct EventTable {
    private let global: GlobalOptions
    /// The widest text of each column so far.
    private var widths: [Int] = []
    /// The columns of the first lines, which all that follow have.
    private var shown: [Int]?

    init(global: GlobalOptions) { self.global = global }

    static let columns: [Table.Column] = [
        Table.Column.right("EVENT").wide, .left("AT"), Table.Column.left("POOL").leaving(0), .left("NODE"),
        .left("WHAT"), .left("WHO"), Table.Column.right("VERSION").leaving(1), .left("REASON"),
    ]

    /// What the columns mostly take, so that few lines shift when a longer text comes.
    private static let usual = [5, 20, 8, 8, 8, 5, 7, 6]

    static func row(_ event: EventRow) -> [Table.Cell] {
        [
            Table.Cell("\(event.event)"), Table.Cell(event.at.toTheSecond), Table.Cell(event.pool ?? "-"),
            Table.Cell(event.node ?? "-"), Table.Cell(event.kind), Table.Cell(event.actor.user),
            Table.Cell(event.version.map(String.init) ?? "-"), Table.Cell(event.explanation),
        ]
    }

    /// Prints more events: below a line of titles at first, as wide as all before them.
    mutating func print(_ events: [EventRow]) {
        switch global.output {
        case .json:
            for event in events {
                guard let json = try? JSONValue(encoding: event) else { continue }
                Terminal.output.write(json.compactText + "\n")
            }
        case .name: Terminal.output.write(events.map { "\($0.event)\n" }.joined())
        case .table, .wide, .yaml, .csv: printRows(events.map(Self.row))
        }
    }

    private mutating func printRows(_ rows: [[Table.Cell]]) {
        let terminal = Terminal.output
        let text = lines(
            rows,
            hasColour: terminal.showsColour(unless: global.noColor),
            limit: global.output == .wide ? nil : terminal.columns
        )
        if !text.isEmpty { terminal.write(text) }
    }

    /// More lines for a terminal of `limit` columns; nothing where nothing is new.
    mutating func lines(_ rows: [[Table.Cell]], hasColour: Bool, limit: Int?) -> String {
        let isFirst = widths.isEmpty
        guard isFirst || !rows.isEmpty else { return "" }
        if isFirst { widths = Self.usual }
        for row in rows {
            for (index, cell) in row.enumerated().dropLast() {
                widths[index] = max(widths[index], cell.width)
            }
        }
        let isWide = global.output == .wide
        let table = Table(columns: Self.columns, rows: rows, showsTitles: isFirst)
        // Room is kept for reasons that are still to come.
        let room = widths.dropLast() + [Table.readable]
        let shown = shown ?? table.shown(isWide: isWide, limit: limit, atLeast: Array(room))
        self.shown = shown
        return table.text(isWide: isWide, hasColour: hasColour, limit: limit, atLeast: widths, showing: shown)
    }
}
