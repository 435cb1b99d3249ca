import ArgumentParser
import RingAPI
import RingCore

/// Looks at everything that can be wrong and says what to do about it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find and explain what is wrong: daemon, permissions, database, disk, clock, snapshots, nodes.",
        discussion: """
            Example: ringctl doctor
            Example: ringctl doctor --client /run/ringd/sessions/ring.json

            Run it as root or as the user of ringd to see all of it. Exit status 1 when something is found.
            """
    )

    @Flag(help: "Leave the look at every page of the database out: it takes its time on a large one.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "A copy of a snapshot that a client or an agent keeps: does it lag? Again for more.",
            valueName: "file"
        ),
        completion: .file()
    )
    var client: [String] = []

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let findings = try await Examination(global: global, isQuick: quick, copies: client).run()
        global.print(findings.report)
        switch global.output {
        case .table, .wide: Terminal.output.write(findings.verdict + "\n")
        case .json, .yaml, .csv, .name: break
        }
        if findings.contains(where: { $0.level != .fine }) { throw ExitCode(ExitStatus.differences.rawValue) }
    }
}
