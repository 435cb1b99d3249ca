import ArgumentParser
import RingAPI

/// The operator's tool: one line a question, one line a change.
struct Ringctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringctl",
        abstract: "Look at and change the rings of ringd.",
        discussion: """
            Data goes to standard output, everything else to standard error. Global options may stand before or \
            after the command.

            Exit status: 0 done, 1 differences or a failed check, 2 refused, 3 version conflict, 64 usage, \
            65 bad input, 69 ringd not reachable, 75 try again, 77 not allowed, 78 bad configuration.
            """,
        version: "ringctl \(programVersion)",
        subcommands: [
            StatusCommand.self, CheckCommand.self, DoctorCommand.self, WaitCommand.self, PoolCommands.self,
            NodeCommands.self,
            SpareCommands.self, PlanCommand.self, FileDiffCommand.self, ApplyCommand.self, ExportCommand.self,
            RingCommands.self,
            EventsCommand.self,
            WhyCommand.self, AuditCommands.self, SQLCommand.self, SnapshotCommands.self, KeyCommands.self,
            ReplayCommand.self,
            DatabaseCommands.self,
            CompletionCommand.self, VersionCommand.self,
        ]
    )
}
