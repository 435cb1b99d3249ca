import ArgumentParser
import RingAPI
import RingCore

/// How far back, and how much: the options of the questions to the record.
struct WindowOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only from then on: RFC 3339, an age as 12h, or a version.", valueName: "when"))
    var since: String?

    @Option(help: ArgumentHelp("How many, at most 1000.", valueName: "n"))
    var limit = 20

    func path(of pool: PoolName?, _ question: String) throws -> Path {
        let since = try since.map { try VersionOrTime.parse($0, field: "since").text }
        return Path(pool: pool, question).query(["since": since, "limit": "\(limit)"])
    }
}

extension AuditCommands {
    struct Changes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "changes",
            abstract: "What people did, and what it moved; newest first.",
            discussion: "Example: ringctl audit changes --since 7d"
        )

        @OptionGroup var window: WindowOptions
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let path = try window.path(of: global.poolName(), "changes")
            let answer: ControlClient.Answer<ChangeList> = try await global.client.get(path)
            let changes = answer.value.changes
            let table = Table(
                columns: [
                    Table.Column.right("EVENT").wide, .left("AT"), .left("WHO"), .left("WHAT"), .left("NODE"),
                    .right("VERSION"), .right("MOVED"), .left("MESSAGE"),
                ],
                rows: changes.map { change in
                    let event = change.event
                    return [
                        Table.Cell("\(event.event)"), Table.Cell(event.at.toTheSecond), Table.Cell(event.actor.user),
                        Table.Cell(event.kind), Table.Cell(event.node ?? "-"),
                        Table.Cell(event.version.map(String.init) ?? "-"),
                        Table.Cell(change.movedShare?.percentText ?? "-"), Table.Cell(event.explanation),
                    ]
                }
            )
            let names = changes.map { "\($0.event.event)" }
            global.print(Report(json: answer.json.value, table: table, list: "changes", names: names))
        }
    }

    struct AsOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "asof",
            abstract: "The ring as it was then.",
            discussion: "Example: ringctl audit asof 2026-11-22T03:12:00Z"
        )

        @Argument(help: ArgumentHelp("RFC 3339, an age as 12h, or a version.", valueName: "when"))
        var when: String

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let moment = try VersionOrTime.parse(when, field: "when")
            let path = Path(pool: try global.poolName(), "ring")
                .query([moment.isVersion ? "version" : "at": moment.text])
            let answer: ControlClient.Answer<RingDetail> = try await global.client.get(path)
            global.print(answer.value.report(answer.json))
        }
    }

    struct Availability: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "availability",
            abstract: "How long each node was up and down.",
            discussion: "Example: ringctl audit availability --since 30d"
        )

        @Option(help: ArgumentHelp("From then on: RFC 3339, an age as 12h, or a version.", valueName: "when"))
        var since = "30d"

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer = try await global.availability(since: since)
            let nodes = answer.value.nodes
            let table = Table(
                columns: [
                    .left("NODE"), .right("UP"), .right("DOWN"), .right("NOT SEEN"), .right("AVAILABILITY"),
                    .right("FALLS"),
                ],
                rows: nodes.map { node in
                    [
                        Table.Cell(node.node), Table.Cell(node.up.lengthText), Table.Cell(node.down.lengthText),
                        Table.Cell(node.unknown.lengthText),
                        Table.Cell(node.availability?.finePercentText ?? "-", node.down == 0 ? .good : .warning),
                        Table.Cell("\(node.falls)"),
                    ]
                }
            )
            let heading = "\(answer.value.pool)  since \(answer.value.since.toTheSecond)"
            global.print(
                Report(json: answer.json.value, heading: heading, table: table, list: "nodes", names: nodes.map(\.node))
            )
        }
    }

    struct Flaps: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "flaps",
            abstract: "The nodes that fell, the most often fallen first.",
            discussion: "Example: ringctl audit flaps --since 24h"
        )

        @Option(help: ArgumentHelp("From then on: RFC 3339, an age as 12h, or a version.", valueName: "when"))
        var since = "24h"

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer = try await global.availability(since: since)
            var report = answer.value
            report.nodes = report.nodes.filter { $0.falls > 0 }.sorted { ($1.falls, $0.node) < ($0.falls, $1.node) }
            let table = Table(
                columns: [.left("NODE"), .right("FALLS"), .right("DOWN"), .left("LAST"), .left("WHY")],
                rows: report.nodes.map { node in
                    [
                        Table.Cell(node.node), Table.Cell("\(node.falls)", .warning), Table.Cell(node.down.lengthText),
                        Table.Cell(node.lastFall?.toTheSecond ?? "-"), Table.Cell(node.evidence ?? "-"),
                    ]
                }
            )
            let heading = "\(report.pool)  since \(report.since.toTheSecond)"
            let json = try JSONValue(encoding: report)
            let names = report.nodes.map(\.node)
            global.print(Report(json: json, heading: heading, table: table, list: "nodes", names: names))
        }
    }

    struct Moves: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "moves",
            abstract: "The versions that moved the most keys, the largest move first.",
            discussion: "Example: ringctl audit moves --since 30d --limit 5"
        )

        @OptionGroup var window: WindowOptions
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let path = try window.path(of: global.poolName(), "moves")
            let answer: ControlClient.Answer<History> = try await global.client.get(path)
            global.print(answer.value.report(answer.json))
        }
    }
}

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "How a node or a slot came to be as it is, in sentences.",
        discussion: "Example: ringctl why cache-4"
    )

    @Argument(help: ArgumentHelp("A node's name, or a slot's label.", valueName: "node|slot"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let path = Path(pool: try global.poolName(), "why").query(["name": name])
        let answer: ControlClient.Answer<Story> = try await global.client.get(path)
        let story = answer.value
        let table = Table(
            columns: [.left(""), .left("")],
            rows: story.sentences.map { [Table.Cell($0.at.toTheSecond, .faint), Table.Cell($0.text)] }
        )
        global.print(
            Report(
                json: answer.json.value,
                heading: story.now,
                table: table,
                list: "sentences",
                names: story.sentences.map(\.text)
            )
        )
    }
}

extension GlobalOptions {
    fileprivate func availability(since: String) async throws -> ControlClient.Answer<AvailabilityReport> {
        let path = Path(pool: try poolName(), "availability")
            .query(["since": try VersionOrTime.parse(since, field: "since").text])
        return try await client.get(path)
    }
}

extension Int64 {
    /// A length of so many milliseconds in its two largest units: `29d 23h`, `1m 5s`, `0.250s`.
    fileprivate var lengthText: String {
        let seconds = self / 1000
        return switch seconds {
        case ..<60: "\(seconds).\(String(1000 + self % 1000).dropFirst())s"
        case ..<3600: "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: "\(seconds / 3600)h \(seconds / 60 % 60)m"
        default: "\(seconds / 86_400)d \(seconds / 3600 % 24)h"
        }
    }
}

extension Share {
    /// Four decimals of a per cent, because availability is read by its nines.
    fileprivate var finePercentText: String {
        let digits = description.split(separator: ".").joined()
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        let whole = Int(padded.dropLast(4)) ?? 0
        return "\(whole).\(padded.suffix(4))%"
    }
}
