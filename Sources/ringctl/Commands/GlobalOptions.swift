import ArgumentParser
import RingAPI
import RingCore

/// The options of every command; they may stand before or after it.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The control socket of ringd.", valueName: "path"))
    var socket: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The pool; the only one there is unless named.", valueName: "name")
    )
    var pool: String?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("How to print it.", valueName: "format")
    )
    var output = OutputFormat.table

    @Flag(help: "No colour, whatever the terminal can show.")
    var noColor = false

    /// The connection to the daemon.
    var client: ControlClient {
        ControlClient(socket: socket ?? environment("RINGCTL_SOCKET").flatMap { $0.isEmpty ? nil : $0 })
    }

    /// The pool that is named here, else by the environment; `nil` stands for the only one.
    func poolName() throws -> PoolName? {
        let name = pool ?? environment("RINGCTL_POOL").flatMap { $0.isEmpty ? nil : $0 }
        return try name.map { name in try checking { () throws(RingCore.ValidationError) in try PoolName(name) } }
    }

    /// The pool of a command that can also name it as an argument.
    func poolName(or argument: String?) throws -> PoolName? {
        guard let argument else { return try poolName() }
        let name = try checking { () throws(RingCore.ValidationError) in try PoolName(argument) }
        if let pool, pool != argument {
            throw CommandFailure(
                .refused,
                field: "pool",
                "'\(printable(argument))' and '\(printable(pool))' are both named",
                hint: "name one pool"
            )
        }
        return name
    }

    /// Prints a report in the form that was asked for.
    func print(_ report: Report) {
        let terminal = Terminal.output
        let text = report.text(
            as: output,
            hasColour: terminal.showsColour(unless: noColor),
            columns: terminal.columns
        )
        terminal.write(text)
    }

    /// The arguments with global options that stand before the command moved behind it, where the parser wants them.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        let groups = Ringctl.configuration.subcommands.filter { !$0.configuration.subcommands.isEmpty }
        let groupNames = groups.flatMap { [$0._commandName] + $0.configuration.aliases }
        var command: [String] = []
        var moved: [String] = []
        var rest = arguments[...]
        while let argument = rest.first {
            if argument == "--no-color" || isJoined(argument) {
                moved.append(argument)
                rest.removeFirst()
            } else if ["--socket", "--pool", "-p", "--output", "-o"].contains(argument), rest.count > 1 {
                moved += rest.prefix(2)
                rest.removeFirst(2)
            } else if !argument.hasPrefix("-") {
                command.append(argument)
                rest.removeFirst()
                guard command.count == 1, groupNames.contains(argument) else { break }
            } else {
                break
            }
        }
        // These talk to nobody, and take none of them.
        if let name = command.first, ["completion", "help"].contains(name) { moved = [] }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return command + rest[..<end] + moved + rest[end...]
    }

    /// Refuses a word that stands where a command must, and names the nearest: the parser would complain of an option.
    static func checkCommand(_ arguments: [String]) throws {
        var level: any ParsableCommand.Type = Ringctl.self
        for word in arguments {
            let commands = level.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            if let next = commands.first(where: { ([$0._commandName] + $0.configuration.aliases).contains(word) }) {
                level = next
                continue
            }
            let path = level == Ringctl.self ? "ringctl" : "ringctl \(level._commandName)"
            let nearest = nearestName(to: word, among: commands.map { $0._commandName })
            let suggestion = nearest.map { "did you mean '\(path) \($0)'? " } ?? ""
            throw CommandFailure(
                .usage,
                "'\(path)' has no command '\(printable(word))'",
                hint: suggestion + "Usage: \(path) <subcommand>; '\(path) --help' lists them"
            )
        }
    }

    private static func isJoined(_ argument: String) -> Bool {
        ["--socket=", "--pool=", "--output="].contains { argument.hasPrefix($0) }
            || (argument.count > 2 && ["-p", "-o"].contains { argument.hasPrefix($0) })
    }
}
