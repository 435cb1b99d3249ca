import ArgumentParser
import RingAPI
import RingCore

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What moves between two lists of servers; needs no daemon.",
        discussion: """
            Moved are all keys whose owner changes; own of these leave or reach a server that only one list has, or \
            whose weight differs; collateral are the rest. Servers are the same where the dialect hashes the same text \
            for them.

            Example: ringctl ring compare --servers now.txt --with next.txt --dialect libmemcached-ketama-weighted
            """
    )

    @OptionGroup var dialect: DialectOptions

    @Option(help: ArgumentHelp("The servers before; - is standard input.", valueName: "file"))
    var servers: String

    @Option(name: .customLong("with"), help: ArgumentHelp("The servers after.", valueName: "file"))
    var next: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if servers == "-", next == "-" { throw ArgumentParser.ValidationError("Standard input can be read once.") }
    }

    func run() throws {
        let choice = try dialect.choice()
        let before = try ServerList(path: servers).ring(choice)
        let after = try ServerList(path: next).ring(choice)
        let shares = before.slotShares(beside: after)
        global.print(before.movement(to: after).report(choice, shares, shareMethod: after.shareMethod))
    }
}

extension Movement {
    fileprivate func report(_ choice: DialectChoice, _ shares: [SlotShares], shareMethod: String) -> Report {
        let json = JSONValue.object([
            .init("schema", .integer(1)), .init("dialect", .string(choice.name)),
            .init("options", .object(choice.options.map { .init($0.name, .string($0.value)) })),
            .init("moved", .decimal(moved.description)), .init("own", .decimal(own.description)),
            .init("collateral", .decimal(collateral.description)), .init("method", .string(method)),
            .init("share_method", .string(shareMethod)),
            .init(
                "shares",
                .array(
                    shares.map { slot in
                        .object([
                            .init("label", .string(slot.label)), .init("before", .decimal(slot.before.description)),
                            .init("after", .decimal(slot.after.description)),
                        ])
                    }
                )
            ),
        ])
        let rows = shares.map { slot in
            let difference =
                slot.after >= slot.before
                ? "+" + (slot.after - slot.before).percentText : "-" + (slot.before - slot.after).percentText
            return [
                Table.Cell(slot.label), Table.Cell(slot.before.percentText), Table.Cell(slot.after.percentText),
                Table.Cell(difference),
            ]
        }
        var heading =
            "moved \(moved.percentText)  own \(own.percentText)  collateral \(collateral.percentText)  (\(method))"
        if shareMethod != "exact" { heading += "  shares: \(shareMethod)" }
        return Report(
            json: json,
            heading: heading,
            table: Table(
                columns: [.left("SERVER"), .right("BEFORE"), .right("AFTER"), .right("CHANGE")],
                rows: rows
            ),
            list: "shares",
            names: shares.filter { $0.before != $0.after }.map(\.label)
        )
    }
}
