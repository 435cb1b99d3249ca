import ArgumentParser
import RingAPI
import RingCore

/// Writes a pool's roster as a file.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the roster of a pool as a file that 'apply' takes: TOML, or YAML and JSON with -o.",
        discussion: """
            Example: ringctl export sessions > sessions.toml

            The file remembers the version that it was exported from, so that 'apply' does not overwrite what others \
            changed meanwhile.
            """
    )

    @Argument(help: "The pool.")
    var pool: String?

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = global.client
        let newest: EventList = try await client.get(Path("v1", "events").query(["limit": "1"])).value
        let live = try await LiveRoster.fetching(try global.poolName(or: pool), client)
        guard let detail = live.detail else { return }
        let base = RosterFile.Base(
            version: detail.version ?? 0,
            event: newest.events.last?.event ?? 0,
            id: Self.freshID()
        )
        let writer = RosterWriter(pool: detail, nodes: live.nodes, base: base)
        switch global.output {
        case .table, .wide: Terminal.output.write(writer.toml)
        case .yaml: Terminal.output.write(writer.json.yaml)
        case .json: Terminal.output.write(writer.json.prettyText + "\n")
        case .csv: Terminal.output.write(writer.json.csv(list: "node"))
        case .name: Terminal.output.write(live.nodes.map { $0.name.onOneLine + "\n" }.joined())
        }
    }

    private static func freshID() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next() >> 24, radix: 36)
    }
}

/// The options of a command that reads a roster file.
struct RosterOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp("The roster as TOML, YAML or JSON; '-' is standard input.", valueName: "file"),
        completion: .file(extensions: ["toml", "yaml", "yml", "json"])
    )
    var file: String

    @Flag(help: "Remove from the pool what is not in the file.")
    var prune = false

    @Flag(help: "Put new nodes into the ring without a probe; the first ring of a pool is always made so.")
    var now = false

    /// Reads the file and the pool, and compares them.
    func comparison(_ global: GlobalOptions) async throws -> (RosterFile, LiveRoster, RosterDifference) {
        try await RosterComparison.reading(file, isPruning: prune, isImmediate: now, global)
    }
}

extension RosterComparison {
    /// Reads a file and the pool that it is about, and compares them; what is wrong with the file is printed.
    static func reading(
        _ file: String,
        isPruning: Bool,
        isImmediate: Bool,
        _ global: GlobalOptions
    ) async throws -> (RosterFile, LiveRoster, RosterDifference) {
        do {
            let roster = try RosterFile.reading(file)
            let live = try await LiveRoster.fetching(roster, global)
            let comparison = RosterComparison(
                roster: roster,
                live: live,
                isPruning: isPruning,
                isImmediate: isImmediate || live.detail?.version == nil
            )
            return (roster, live, try comparison.difference())
        } catch let problems as RosterProblems {
            problems.report()
            throw ExitCode(ExitStatus.badData.rawValue)
        }
    }
}

/// Shows what a roster file would change.
struct FileDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what 'apply' of a roster file would change; exit 1 when there is something.",
        discussion: """
            Example: ringctl diff -f sessions.toml

            Lines with '!' were changed elsewhere since the file was exported: 'apply' refuses to overwrite them.
            """
    )

    @OptionGroup var roster: RosterOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let (file, live, difference) = try await roster.comparison(global)
        global.print(difference.report(live, file))
        if !difference.isEmpty { throw ExitCode(ExitStatus.differences.rawValue) }
    }
}
