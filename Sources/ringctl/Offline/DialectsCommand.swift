import ArgumentParser
import RingAPI
import RingCore

struct DialectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dialects",
        abstract: "The rings that are spoken: whose they are, their options, and what a removal moves.",
        discussion: """
            Examples: ringctl ring dialects
                      ringctl ring dialects twemproxy-ketama
                      ringctl ring dialects --clients
            """
    )

    @Argument(help: "The dialect to tell all about.")
    var name: String?

    @Flag(help: "What the settings of real clients mean as a dialect.")
    var clients = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if clients, name != nil { throw ArgumentParser.ValidationError("Give a name or --clients, not both.") }
    }

    func run() throws {
        if clients {
            global.print(ClientSetting.report(ClientSetting.all))
        } else if let name {
            let dialect = try checking { () throws(RingCore.ValidationError) in try Dialect.named(name) }
            global.print(try dialect.report)
        } else {
            global.print(try Dialect.report(Dialect.all))
        }
    }
}

extension Dialect {
    fileprivate static func report(_ dialects: [Dialect]) throws -> Report {
        let removals = try dialects.map { try $0.removal(from: 10) }
        let rows = zip(dialects, removals).map { dialect, removal in
            [
                Table.Cell(dialect.name), Table.Cell(dialect.hasContinuum ? "ring" : "-"),
                Table.Cell(removal.own.percentText),
                Table.Cell(removal.collateral.percentText, removal.collateral > Share(percent: 5) ? .warning : nil),
                Table.Cell(dialect.options.map(\.name).joined(separator: ", ")), Table.Cell(dialect.summary),
            ]
        }
        let json = JSONValue.object([
            .init("schema", .integer(1)),
            .init("dialects", .array(zip(dialects, removals).map { $0.json(removals: [(10, $1)]) })),
        ])
        return Report(
            json: json,
            heading: "OWN and COLLATERAL: keys that move when one of 10 equal servers is removed",
            table: Table(
                columns: [
                    .left("NAME"), Table.Column.left("KIND").wide, .right("OWN"), .right("COLLATERAL"),
                    Table.Column.left("OPTIONS").wide, .left("WHO USES IT"),
                ],
                rows: rows
            ),
            list: "dialects",
            names: dialects.map(\.name)
        )
    }

    fileprivate var report: Report {
        get throws {
            let removals = try [10, 50, 100].map { (servers: $0, movement: try removal(from: $0)) }
            let settings = ClientSetting.all.filter { $0.dialect.name == name }
            var facts: [(String, String, Table.Tone?)] = [
                ("dialect", name, nil), ("who uses it", summary, nil),
                ("points", hasContinuum ? "yes: a slot can ramp" : "none", nil),
                ("weights", "\(weightRange.lowerBound) to \(weightRange.upperBound), else \(defaultWeight)", nil),
                ("servers", "at most \(slotLimit)", nil),
            ]
            for (servers, movement) in removals {
                let text =
                    "moves \(movement.own.percentText) of its own and \(movement.collateral.percentText) collateral"
                facts.append(("1 of \(servers) removed", "\(text) (\(movement.method))", nil))
            }
            for option in options { facts.append(("option \(option.name)", option.valueHint, nil)) }
            for setting in settings {
                let options = setting.dialect.optionText
                facts.append((setting.client, setting.setting + (options.isEmpty ? "" : ": \(options)"), nil))
            }
            var json = json(removals: removals)
            if case .object(let members) = json {
                json = .object(
                    [.init("schema", .integer(1))] + members
                        + [.init("clients", .array(settings.map(\.json)))]
                )
            }
            return Report(json: json, table: .facts(facts), names: [name])
        }
    }

    private func json(removals: [(servers: Int, movement: Movement)]) -> JSONValue {
        .object([
            .init("name", .string(name)), .init("summary", .string(summary)),
            .init("has_points", .bool(hasContinuum)), .init("default_weight", .integer(Int64(defaultWeight.value))),
            .init("highest_weight", .integer(Int64(weightRange.upperBound))),
            .init("slot_limit", .integer(Int64(slotLimit))),
            .init(
                "removal",
                .array(
                    removals.map { servers, movement in
                        .object([
                            .init("servers", .integer(Int64(servers))),
                            .init("moved", .decimal(movement.moved.description)),
                            .init("own", .decimal(movement.own.description)),
                            .init("collateral", .decimal(movement.collateral.description)),
                            .init("method", .string(movement.method)),
                        ])
                    }
                )
            ),
            .init(
                "options",
                .array(
                    options.map {
                        .object([
                            .init("name", .string($0.name)), .init("accepts", .string($0.valueHint)),
                            .init("values", .array($0.values.map { .string($0) })),
                        ])
                    }
                )
            ),
        ])
    }
}

extension DialectChoice {
    /// The options as the command line gives them.
    fileprivate var optionText: String {
        options.map { "--option \($0.name)=\($0.value)" }.joined(separator: " ")
    }
}

extension ClientSetting {
    fileprivate var json: JSONValue {
        .object([
            .init("client", .string(client)), .init("setting", .string(setting)),
            .init("dialect", .string(dialect.name)),
            .init("options", .object(dialect.options.map { .init($0.name, .string($0.value)) })),
        ])
    }

    fileprivate static func report(_ settings: [ClientSetting]) -> Report {
        let rows = settings.map {
            [
                Table.Cell($0.client), Table.Cell($0.setting), Table.Cell($0.dialect.name),
                Table.Cell($0.dialect.optionText),
            ]
        }
        return Report(
            json: .object([.init("schema", .integer(1)), .init("clients", .array(settings.map(\.json)))]),
            table: Table(
                columns: [.left("CLIENT"), .left("SETTING"), .left("DIALECT"), .left("OPTIONS")],
                rows: rows
            ),
            list: "clients",
            names: settings.map(\.dialect.name)
        )
    }
}
