import ArgumentParser
import RingAPI
import RingCore

extension RingCommands {
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "What differs between two versions, and what share of the keys moved.",
            discussion: """
                Each side is a version, or a time at which it was current.
                Example: ringctl ring diff 41 42
                Example: ringctl ring diff '15m ago' 0s
                """
        )

        @Argument(help: ArgumentHelp("The version before, or a time.", valueName: "v1"))
        var before: String

        @Argument(help: ArgumentHelp("The version after, or a time.", valueName: "v2"))
        var after: String

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let path = Path(pool: try global.poolName(), "diff")
                .query([
                    "from": try VersionOrTime.parse(before, field: "v1").text,
                    "to": try VersionOrTime.parse(after, field: "v2").text,
                ])
            let answer: ControlClient.Answer<RingDifference> = try await global.client.get(path)
            global.print(answer.value.report(answer.json))
        }
    }
}

extension RingDifference {
    fileprivate func report(_ json: JSONDocument) -> Report {
        var heading = "\(pool)  version \(from.version) -> \(to.version)  moved \(movedShare.percentText)"
        heading += " (own \(ownShare.percentText), collateral \(collateralShare.percentText); \(shareMethod))"
        if from.dialect != to.dialect { heading += "  dialect \(from.dialect.name) -> \(to.dialect.name)" }
        if slots.isEmpty { heading += "  no slot differs" }
        let table = Table(
            columns: [
                .left("SLOT"), .left("CHANGE"), .left("BEFORE"), .right("SHARE"), .left("AFTER"), .right("SHARE"),
                .left("WHAT"),
            ],
            rows: slots.map { slot in
                [
                    Table.Cell(slot.label), Table.Cell(slot.change.rawValue, slot.change.tone),
                    Table.Cell(slot.before?.inBrief ?? "-"), Table.Cell(slot.before?.share.percentText ?? "-"),
                    Table.Cell(slot.after?.inBrief ?? "-"), Table.Cell(slot.after?.share.percentText ?? "-"),
                    Table.Cell(slot.fields.isEmpty ? "-" : slot.fields.joined(separator: ", ")),
                ]
            }
        )
        return Report(json: json.value, heading: heading, table: table, list: "slots", names: slots.map(\.label))
    }
}

extension SlotDifference.Change {
    fileprivate var tone: Table.Tone {
        switch self {
        case .added: .good
        case .removed: .bad
        case .changed: .warning
        }
    }
}

extension RingSlotRow {
    /// The node, where it is, its weight, and its state where that is worth a word.
    fileprivate var inBrief: String { "\(node) \(address) w\(weight)" + (state == "in" ? "" : " \(state)") }
}
