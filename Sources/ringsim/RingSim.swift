import ArgumentParser

@main
struct RingSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringsim",
        abstract: "Runs ringd's planner through simulated bad days.",
        discussion: """
            The planner is the one of ringd; the network, the disk, the clock, the servers, the clients and the
            operators are simulated. A seed reproduces a run exactly, on every machine.
            """,
        subcommands: [Run.self, Replay.self, Compare.self, Mutants.self, Bench.self],
        defaultSubcommand: Run.self
    )
}

/// What all subcommands ask for.
struct FleetOptions: ParsableArguments {
    @Option(name: .long, help: "Nodes of a fleet: a number, or a range such as 3-50.")
    var nodes = "3-50"

    @Option(name: .long, help: "Simulated minutes in which things go wrong.")
    var minutes: Int?

    @Option(name: .long, help: "Simulated hours in which things go wrong.")
    var hours: Int?

    var duration: Duration { .seconds(Int64((hours ?? 0) * 3600 + (minutes ?? (hours == nil ? 10 : 0)) * 60)) }

    func range() throws -> ClosedRange<Int> { try Self.range(nodes) }

    /// Reads a number of nodes, or a range of them.
    static func range(_ nodes: String) throws -> ClosedRange<Int> {
        let parts = nodes.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let low = parts.first ?? nil, let high = parts.count == 2 ? parts[1] : low, parts.count <= 2,
            low >= 1, high >= low, high <= 10_000
        else {
            throw ValidationError("'\(nodes)' is no number of nodes; use 1 to 10000, or a range such as 3-50")
        }
        return low...high
    }

    func validate() throws {
        guard (1...100_000).contains(minutes ?? 1), (1...1000).contains(hours ?? 1) else {
            throw ValidationError("a run takes 1 to 100000 minutes or 1 to 1000 hours")
        }
        _ = try range()
    }
}
