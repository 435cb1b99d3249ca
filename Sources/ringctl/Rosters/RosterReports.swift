import RingAPI
import RingCore

extension RosterDifference {
    /// The differences as a table, what would be overwritten marked.
    func report(_ live: LiveRoster, _ roster: RosterFile) -> Report {
        let columns: [Table.Column] = [
            .left(""), .left("NAME"), .left("CHANGE"), .left("BEFORE"), .left("AFTER"), .left("NOTE"),
        ]
        let rows = lines.map { line -> [Table.Cell] in
            [
                Table.Cell(line.mark, line.tone), Table.Cell(line.name),
                Table.Cell(line.field ?? line.change.rawValue, line.tone), Table.Cell(line.before ?? "-"),
                Table.Cell(line.after ?? "-"), Table.Cell(line.note, line.conflict == nil ? .faint : .bad),
            ]
        }
        return Report(
            json: json(live, roster),
            heading: heading(live),
            table: Table(columns: columns, rows: rows),
            list: "differences",
            names: lines.map(\.name)
        )
    }

    /// `sessions  version 42  1 to add, 2 to change, 1 only in the pool`.
    private func heading(_ live: LiveRoster) -> String {
        let version =
            live.detail?.version.map { "version \($0)" } ?? (live.detail == nil ? "new pool" : "no version yet")
        let parts = [
            (count(.add), "to add"), (count(.change), "to change"), (count(.replace), "to replace"),
            (count(.remove), "to remove"), (lines.count { $0.change == .set }, "to set"), (kept, "only in the pool"),
        ]
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(live.name)  \(version)  " + (words.isEmpty ? "no differences" : words.joined(separator: ", "))
    }

    private func json(_ live: LiveRoster, _ roster: RosterFile) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("schema", .integer(1)), .init("pool", .string(live.name)),
            .init("version", live.detail?.version.map { .integer($0) } ?? .null),
        ]
        if let base = roster.base { members.append(.init("base_version", .integer(base.version))) }
        members.append(.init("differences", .array(lines.map(\.json))))
        return .object(members)
    }
}

extension RosterDifference.Line {
    fileprivate var mark: String {
        if conflict != nil { return "!" }
        return switch change {
        case .add, .create: "+"
        case .remove: "-"
        case .change, .replace, .set: "~"
        case .keep: "="
        }
    }

    fileprivate var tone: Table.Tone? {
        if conflict != nil { return .bad }
        return switch change {
        case .add, .create: .good
        case .remove: .bad
        case .change, .replace, .set: .warning
        case .keep: .faint
        }
    }

    fileprivate var note: String {
        if let conflict { return conflict.inWords }
        return change == .keep ? "stays; --prune removes it" : ""
    }

    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name)), .init("change", .string(change.rawValue))]
        for case (let key, let value?) in [("field", field), ("before", before), ("after", after)] {
            members.append(.init(key, .string(value)))
        }
        if let conflict {
            members.append(
                .init(
                    "conflict",
                    .object([
                        .init("event", .integer(conflict.event)), .init("at", .string(conflict.at.description)),
                        .init("by", .string(conflict.actor.user)), .init("kind", .string(conflict.kind)),
                        .init("reason", .string(conflict.reason)),
                    ])
                )
            )
        }
        return .object(members)
    }
}

extension EventRow {
    /// `changed elsewhere 5m ago by alice (set weight=150): more RAM`.
    var inWords: String {
        let facts = detail.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        let what = kind + (facts.isEmpty ? "" : " \(facts)")
        return "changed elsewhere \(at.age()) ago by \(actor.user) (\(what))" + (reason.isEmpty ? "" : ": \(reason)")
    }
}
