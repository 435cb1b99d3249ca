import ArgumentParser
import RingAPI
import RingCore

struct RingCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ring",
        abstract: "Versions of a ring: what they hold, and why they were made.",
        subcommands: [
            Show.self, Locate.self, HistoryCommand.self, Diff.self, Rollback.self, EvalCommand.self,
            CompareCommand.self,
            VectorsCommand.self,
            DialectsCommand.self,
        ]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "The slots of the current version, or of another.",
            discussion: "Example: ringctl ring show --at 2026-11-22T10:35:00Z"
        )

        @Option(help: ArgumentHelp("This version.", valueName: "n"))
        var version: Int64?

        @Option(help: ArgumentHelp("What was current then: RFC 3339, an age as 12h, or a version.", valueName: "when"))
        var at: String?

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if version != nil, at != nil { throw ArgumentParser.ValidationError("Give --version or --at, not both.") }
        }

        func run() async throws {
            let moment = try at.map { try VersionOrTime.parse($0, field: "at") }
            let isVersion = moment?.isVersion ?? false
            let path = Path(pool: try global.poolName(), "ring")
                .query([
                    "version": isVersion ? moment?.text : version.map(String.init),
                    "at": isVersion ? nil : moment?.text,
                ])
            let answer: ControlClient.Answer<RingDetail> = try await global.client.get(path)
            global.print(answer.value.report(answer.json))
        }
    }

    struct Locate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "locate",
            abstract: "Which node has a key.",
            discussion: "Example: ringctl ring locate user:1042 user:7"
        )

        @Argument(help: "The keys.")
        var keys: [String]

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<Locations> = try await global.client.post(
                Path(pool: try global.poolName(), "locate"),
                LocateRequest(keys: keys)
            )
            let locations = answer.value.locations
            let table = Table(
                columns: [
                    .left("KEY"), .left("NODE"), .left("ADDRESS"), Table.Column.left("LABEL").wide, .left("STATE"),
                ],
                rows: locations.map {
                    [
                        Table.Cell($0.key), Table.Cell($0.node), Table.Cell($0.address), Table.Cell($0.label),
                        Table.Cell($0.state, $0.state == "in" ? .good : .warning),
                    ]
                }
            )
            global.print(Report(json: answer.json.value, table: table, list: "locations", names: locations.map(\.node)))
        }
    }

    struct HistoryCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history",
            abstract: "Every version: who made it, why, and what it moved; newest first.",
            discussion: "Example: ringctl ring history --limit 5"
        )

        @Option(help: ArgumentHelp("How many, at most 1000.", valueName: "n"))
        var limit = 20

        @Option(help: ArgumentHelp("Only versions below this one.", valueName: "n"))
        var before: Int64?

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let path = Path(pool: try global.poolName(), "history")
                .query(["limit": "\(limit)", "before": before.map(String.init)])
            let answer: ControlClient.Answer<History> = try await global.client.get(path)
            global.print(answer.value.report(answer.json))
        }
    }
}

extension RingDetail {
    func report(_ json: JSONDocument) -> Report {
        var heading = "\(pool)  version \(version)  \(createdAt.withAge)  \(dialect.name)"
        if let supersededAt { heading += "  until \(supersededAt.toTheSecond)" }
        heading += "  \(change.kind) by \(change.actor)" + (change.reason.isEmpty ? "" : ": \(change.reason)")
        let table = Table(
            columns: [
                .left("NODE"), .left("ADDRESS"), .right("WEIGHT"), .right("SHARE"), .left("STATE"),
                Table.Column.right("POINTS").wide, .left("LABEL"), Table.Column.left("ZONE").wide,
            ],
            rows: slots.map { slot in
                [
                    Table.Cell(slot.node), Table.Cell(slot.address), Table.Cell("\(slot.weight)"),
                    Table.Cell(slot.share.percentText), Table.Cell(slot.state, slot.state == "in" ? .good : .warning),
                    Table.Cell(slot.points.map(String.init) ?? "-"), Table.Cell(slot.label),
                    Table.Cell(slot.zone ?? "-"),
                ]
            }
        )
        return Report(json: json.value, heading: heading, table: table, list: "slots", names: slots.map(\.node))
    }
}

extension History {
    func report(_ json: JSONDocument) -> Report {
        let table = Table(
            columns: [
                .right("VERSION"), .left("AT"), .left("WHY"), .left("WHO"), .right("MOVED"),
                Table.Column.right("COLD").wide, .left("NODE"), .left("MESSAGE"),
            ],
            rows: changes.map { change in
                [
                    Table.Cell("\(change.version)"), Table.Cell(change.at.toTheSecond), Table.Cell(change.kind),
                    Table.Cell(change.actor), Table.Cell(change.movedShare.percentText),
                    Table.Cell(change.coldShare.percentText), Table.Cell(change.node ?? "-"),
                    Table.Cell(change.reason),
                ]
            }
        )
        return Report(json: json.value, table: table, list: "changes", names: changes.map { "\($0.version)" })
    }
}
