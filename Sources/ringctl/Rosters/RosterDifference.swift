import RingAPI
import RingCore
import RingDocuments

/// What a roster file asks of a pool, and what of it was changed elsewhere since the file was exported.
struct RosterDifference {
    /// In the order of the file; what is only in the pool last.
    var lines: [Line] = []
    /// The changes that make the pool what the file says, in their order.
    var changes: [ChangeRequest] = []
    /// Servers that are only in the pool and stay there.
    var kept = 0

    /// One thing that differs.
    struct Line {
        var name: String
        var change: Change
        /// What of it differs: `weight`, or a key of the policy.
        var field: String?
        var before: String?
        var after: String?
        /// Who changed it since the file was exported.
        var conflict: EventRow?
    }

    /// What would be done about it.
    enum Change: String {
        case create
        case set
        case add
        case change
        case replace
        case remove
        /// Only in the pool, and it stays without `--prune`.
        case keep
    }

    /// What was changed elsewhere and would be overwritten.
    var conflicts: [Line] { lines.filter { $0.conflict != nil } }

    /// Whether there is anything to do.
    var isEmpty: Bool { changes.isEmpty }

    func count(_ change: Change) -> Int { Set(lines.filter { $0.change == change }.map(\.name)).count }
}

/// Compares a roster file with the pool as it is.
struct RosterComparison {
    let roster: RosterFile
    let live: LiveRoster
    let isPruning: Bool
    /// Whether servers that are new enter the ring without a probe.
    let isImmediate: Bool

    /// - Throws: ``RosterProblems`` for what the pool cannot become by a file, and for a file that would empty it.
    func difference() throws -> RosterDifference {
        var difference = RosterDifference()
        var problems: [DocumentError] = []
        compareSettings(&difference)
        let nodes = Dictionary(live.nodes.map { ($0.name, $0) }) { first, _ in first }
        for entry in roster.entries {
            guard let node = nodes[entry.name.text] else {
                add(entry, &difference)
                continue
            }
            guard node.isSpareOnRoster == entry.isSpare else {
                let (here, there) = entry.isSpare ? ("a spare", "a node") : ("a node", "a spare")
                problems.append(
                    .init(
                        at: entry.place,
                        "'\(entry.name)' is \(here) in the file and \(there) in the pool",
                        hint: "remove it from the pool first, or write it as \(there)"
                    )
                )
                continue
            }
            compare(entry, node, &difference)
        }
        let wanted = Set(roster.entries.map(\.name.text))
        for node in live.nodes where !wanted.contains(node.name) { leftOver(node, &difference) }
        if let problem = emptying(wanted) { problems.append(problem) }
        guard problems.isEmpty else { throw RosterProblems(file: roster.file, problems: problems) }
        return difference
    }

    /// A file without nodes is a file that was cut short, or a mistake.
    private func emptying(_ wanted: Set<String>) -> DocumentError? {
        guard !roster.entries.contains(where: { !$0.isSpare }), live.nodes.contains(where: { !$0.isSpareOnRoster })
        else { return nil }
        return .init(
            at: roster.place,
            "there is no node in the file, and the pool has \(live.nodes.count { !$0.isSpareOnRoster })",
            hint: "a file does not empty a pool; use 'ringctl pool delete' for that"
        )
    }

    private func compareSettings(_ difference: inout RosterDifference) {
        let current = live.settings
        let changed = roster.settings.filter { setting in
            current[setting.key].map { !Self.meansTheSame($0, setting.value) } ?? true
        }
        guard live.detail != nil else {
            let name = roster.pool?.text ?? "default"
            difference.lines.append(.init(name: name, change: .create))
            for setting in roster.settings {
                difference.lines.append(.init(name: name, change: .set, field: setting.key, after: setting.value))
            }
            difference.changes.append(ChangeRequest(.createPool, settings: Self.pairs(roster.settings)))
            return
        }
        guard !changed.isEmpty else { return }
        let conflict = live.elsewhere[nil]
        for setting in changed {
            difference.lines.append(
                .init(
                    name: live.name,
                    change: .set,
                    field: setting.key,
                    before: current[setting.key],
                    after: setting.value,
                    conflict: conflict
                )
            )
        }
        difference.changes.append(ChangeRequest(.setPool, settings: Self.pairs(changed)))
    }

    /// Whether two texts are one value: `60s` is `1m`, `10` is `10%`.
    static func meansTheSame(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        if let first = try? Duration(policyText: a), let second = try? Duration(policyText: b) {
            return first == second
        }
        let plain = [a, b].map { text in
            text.filter { $0 != " " }.split(separator: ",").map { $0.hasSuffix("%") ? $0.dropLast() : $0 }
        }
        return plain[0] == plain[1]
    }

    private static func pairs(_ settings: [RosterFile.Setting]) -> [ChangeRequest.Setting] {
        settings.map { .init(key: $0.key, value: $0.value) }
    }

    private func add(_ entry: RosterFile.Entry, _ difference: inout RosterDifference) {
        var request = ChangeRequest(entry.isSpare ? .addSpare : .addNode, node: entry.name.text)
        request.address = entry.address.description
        request.zone = entry.zone.flatMap { $0.isEmpty ? nil : $0 }
        if !entry.isSpare {
            request.weight = entry.weight?.value
            request.tags = entry.tags.flatMap { $0.isEmpty ? nil : $0 }
            request.wait = 0
            if isImmediate { request.now = true }
        }
        difference.changes.append(request)
        let weight = entry.weight.map { " weight \($0)" } ?? ""
        difference.lines.append(
            .init(
                name: entry.name.text,
                change: .add,
                after: "\(entry.address)\(weight)" + (entry.isSpare ? " spare" : ""),
                conflict: live.elsewhere[entry.name.text]
            )
        )
    }

    private func compare(_ entry: RosterFile.Entry, _ node: NodeRow, _ difference: inout RosterDifference) {
        let conflict = live.elsewhere[node.name]
        if entry.address.description != node.address {
            var request = ChangeRequest(.replaceNode, node: node.name)
            request.address = entry.address.description
            difference.changes.append(request)
            difference.lines.append(
                .init(
                    name: node.name,
                    change: .replace,
                    field: "address",
                    before: node.address,
                    after: entry.address.description,
                    conflict: conflict
                )
            )
        }
        var settings: [ChangeRequest.Setting] = []
        func set(_ key: String, _ before: String?, _ after: String?) {
            guard let after, after != before ?? "" else { return }
            settings.append(.init(key: key, value: after))
            difference.lines.append(
                .init(
                    name: node.name,
                    change: .change,
                    field: key,
                    before: before,
                    after: after,
                    conflict: conflict
                )
            )
        }
        if let weight = node.rosterWeight { set("weight", "\(weight)", entry.weight.map { "\($0)" }) }
        set("zone", node.zone, entry.zone)
        set("tags", node.tags.sorted().joined(separator: ","), entry.tags.map { $0.sorted().joined(separator: ",") })
        if !settings.isEmpty {
            difference.changes.append(ChangeRequest(.setNode, node: node.name, settings: settings))
        }
    }

    private func leftOver(_ node: NodeRow, _ difference: inout RosterDifference) {
        if isPruning {
            difference.changes.append(ChangeRequest(.removeNode, node: node.name))
        } else {
            difference.kept += 1
        }
        difference.lines.append(
            .init(
                name: node.name,
                change: isPruning ? .remove : .keep,
                before: node.address,
                conflict: isPruning ? live.elsewhere[node.name] : nil
            )
        )
    }
}
