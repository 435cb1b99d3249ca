import RingAPI

/// One thing that the doctor looked at.
struct Finding {
    var level: Level
    /// What was looked at: `socket`, `snapshot web`.
    var subject: String
    /// What was seen, as a sentence without a full stop.
    var text: String
    /// What to do next; empty where all is well.
    var hint = ""

    enum Level: String {
        case fine = "ok"
        case warning = "WARN"
        case failure = "FAIL"

        fileprivate var tone: Table.Tone {
            switch self {
            case .fine: .good
            case .warning: .warning
            case .failure: .bad
            }
        }
    }

    static func fine(_ subject: String, _ text: String) -> Finding {
        Finding(level: .fine, subject: subject, text: text)
    }

    static func warning(_ subject: String, _ text: String, hint: String) -> Finding {
        Finding(level: .warning, subject: subject, text: text, hint: hint)
    }

    static func failure(_ subject: String, _ text: String, hint: String) -> Finding {
        Finding(level: .failure, subject: subject, text: text, hint: hint)
    }
}

extension [Finding] {
    /// All of them in the order of the examination, each hint below its finding.
    var report: Report {
        var rows: [[Table.Cell]] = []
        for finding in self {
            rows.append([
                Table.Cell(finding.level.rawValue, finding.level.tone), Table.Cell(finding.subject),
                Table.Cell(finding.text),
            ])
            if !finding.hint.isEmpty { rows.append(["", "", Table.Cell("→ " + finding.hint, .faint)]) }
        }
        var table = Table(columns: [.left(""), .left(""), .left("")], rows: rows)
        table.showsTitles = false
        let checks = map { finding -> JSONValue in
            var members: [JSONValue.Member] = [
                .init("level", .string(finding.level.rawValue.lowercased())),
                .init("subject", .string(finding.subject)),
                .init("finding", .string(finding.text)),
            ]
            if !finding.hint.isEmpty { members.append(.init("hint", .string(finding.hint))) }
            return .object(members)
        }
        return Report(
            json: .object([.init("schema", .integer(1)), .init("checks", .array(checks))]),
            table: table,
            list: "checks",
            names: filter { $0.level != .fine }.map(\.subject)
        )
    }

    /// `1 warning, 2 failures`, or that nothing is wrong.
    var verdict: String {
        let warnings = count { $0.level == .warning }
        let failures = count { $0.level == .failure }
        guard warnings + failures > 0 else { return "nothing is wrong" }
        let words = [(warnings, "warning"), (failures, "failure")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return words.joined(separator: ", ")
    }
}
