import ArgumentParser
import RingAPI
import RingCore

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "What another policy would have done with the probes on record.",
        discussion: """
            The file has KEY = VALUE lines, or TOML with the same keys; what it leaves out is at its default. The ring \
            begins as it was published then, all nodes well; nothing is changed.
            Example: ringctl replay --policy calmer.toml --since 7d
            """
    )

    @Option(help: ArgumentHelp("The policy to try; - reads standard input.", valueName: "file"))
    var policy: String

    @Option(help: ArgumentHelp("From then on: RFC 3339, an age as 12h, or a version.", valueName: "when"))
    var since: String

    @Option(help: ArgumentHelp("Up to then: RFC 3339 or an age; now, unless given.", valueName: "when"))
    var until: String?

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let values = try PolicyFile(path: policy).values
        let since = try VersionOrTime.parse(since, field: "since")
        let until = try until.map { text in
            try checking { () throws(RingCore.ValidationError) in try WallTime(operatorText: text, field: "until") }
        }
        let answer: ControlClient.Answer<ReplayReport> = try await global.client.post(
            Path(pool: try global.poolName(), "replay"),
            ReplayRequest(since: since.text, until: until, policy: values)
        )
        let report = answer.value
        let table = Table(
            columns: [.left("AT"), .left("WOULD"), .left("NODE"), .right("MOVED"), .right("COLD"), .left("BECAUSE")],
            rows: report.decisions.map { decision in
                [
                    Table.Cell(decision.at.toTheSecond), Table.Cell(decision.kind), Table.Cell(decision.node ?? "-"),
                    Table.Cell(decision.movedShare?.percentText ?? "-"),
                    Table.Cell(decision.coldShare?.percentText ?? "-"), Table.Cell(decision.reason),
                ]
            }
        )
        global.print(
            Report(
                json: answer.json.value,
                heading: report.heading,
                table: table,
                list: "decisions",
                names: report.decisions.map { "\($0.at.toTheSecond) \($0.kind) \($0.node ?? "-")" }
            )
        )
        guard global.output == .table || global.output == .wide else { return }
        Terminal.output.write("would have: \(report.wouldHave.sentence)\ndid:        \(report.did.sentence)\n")
        for notice in report.notices { Terminal.error.write("note: \(notice.onOneLine)\n") }
    }
}

extension ReplayReport {
    fileprivate var heading: String {
        "\(pool)  version \(version), \(since.toTheSecond) to \(until.toTheSecond)  \(nodes) nodes, \(runs) runs of probes"
    }
}

extension ReplayReport.Totals {
    fileprivate var sentence: String {
        let tenths = (movedMillionths + 500) / 1000
        return "\(ejections) ejected, \(promotions) spares promoted, \(holds) held, \(rejoins) back, "
            + "\(freezes) frozen; moved \(tenths / 10).\(tenths % 10)%"
    }
}
