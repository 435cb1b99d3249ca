import ArgumentParser
import RingAPI
import RingCore

/// The options of a command that takes a roster file, and something else without one.
struct RosterChoice: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp("The roster as TOML, YAML or JSON; '-' is standard input.", valueName: "file"),
        completion: .file(extensions: ["toml", "yaml", "yml", "json"])
    )
    var file: String?

    @Flag(help: "Remove from the pool what is not in the file.")
    var prune = false

    @Flag(help: "Put new nodes into the ring without a probe; the first ring of a pool is always made so.")
    var now = false

    @Flag(help: "Also overwrite what was changed elsewhere since the file was exported.")
    var overwrite = false

    /// The first of the options that mean nothing without a file.
    var strayOption: String? {
        guard file == nil else { return nil }
        return [("--prune", prune), ("--now", now), ("--overwrite", overwrite)].first { $0.1 }?.0
    }

    /// The change that makes the pool what the file says.
    struct Change {
        var request: ChangeRequest
        /// Names the file in the requests that are made of it.
        var origin: String
    }

    /// Compares the file with its pool; says so and returns `nil` where nothing differs.
    ///
    /// - Throws: `CommandFailure` of status 3 where others changed what would be overwritten.
    func change(_ file: String, _ global: GlobalOptions) async throws -> Change? {
        let (roster, live, difference) = try await RosterComparison.reading(
            file,
            isPruning: prune,
            isImmediate: now,
            global
        )
        guard !difference.isEmpty else {
            let kept = difference.kept > 0 ? "; \(difference.kept) only in the pool (--prune removes them)" : ""
            switch global.output {
            case .table, .wide: Terminal.output.write("\(live.name.onOneLine): no changes\(kept)\n")
            case .json, .yaml, .csv, .name: global.print(difference.report(live, roster))
            }
            return nil
        }
        try refuseConflicts(of: difference, roster)
        var request = ChangeRequest(.batch, pool: live.name)
        request.changes = difference.changes
        request.ifVersion = live.detail.map { $0.version ?? 0 }
        return Change(request: request, origin: roster.base?.id ?? "file")
    }

    private func refuseConflicts(of difference: RosterDifference, _ roster: RosterFile) throws {
        let conflicts = difference.conflicts
        guard !overwrite, !conflicts.isEmpty else { return }
        for line in conflicts.prefix(20) {
            Terminal.error.write("  \(line.name.onOneLine): \((line.conflict?.inWords ?? "").onOneLine)\n")
        }
        throw CommandFailure(
            .conflict,
            "\(conflicts.count) of the differences were changed elsewhere since version \(roster.base?.version ?? 0)",
            hint: "export again and write your changes into the new file, or give --overwrite"
        )
    }
}
