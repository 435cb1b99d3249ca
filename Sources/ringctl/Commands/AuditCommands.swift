import ArgumentParser
import Glibc
import NIOCore
import RingAPI
import RingCore

struct AuditCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The record of everything that happened.",
        subcommands: [Changes.self, AsOf.self, Availability.self, Flaps.self, Moves.self, Verify.self]
    )

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check that nothing in the record was edited, removed or put in; exit 1 when something was.",
            discussion: "Example: ringctl audit verify"
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<AuditVerification> = try await global.client.get(
                Path("v1", "audit", "verify")
            )
            let result = answer.value
            var facts: [(String, String, Table.Tone?)] = [
                ("record", result.intact ? "intact" : "broken", result.intact ? .good : .bad),
                ("events", "\(result.events)", nil),
            ]
            if let head = result.head { facts.append(("head", head, nil)) }
            if let defect = result.defect { facts.append(("event \(defect.event)", defect.problem, .bad)) }
            let names = [result.intact ? "intact" : "broken"]
            global.print(Report(json: answer.json.value, table: .facts(facts), names: names))
            if !result.intact { throw ExitCode(ExitStatus.differences.rawValue) }
        }
    }
}

struct SnapshotCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "What clients read.",
        subcommands: [PathCommand.self, Show.self, SnapshotVerifyCommand.self]
    )

    struct PathCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "path",
            abstract: "The path of the file that clients follow.",
            discussion: "Example: ringctl snapshot path sessions"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<SnapshotLocation> =
                try await global.client.get(Path(pool: try global.poolName(or: pool), "snapshot", "location"))
            let location = answer.value
            let table = Table(columns: [.left("")], rows: [[Table.Cell(location.path)]])
            global.print(Report(json: answer.json.value, table: table, names: [location.path]))
            if location.version == nil {
                Terminal.error.write("note: the ring was never filled, so there is no such file yet\n")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "A snapshot, byte for byte as clients read it.",
            discussion: "Example: ringctl snapshot show --version 41"
        )

        @Argument(help: "The pool.")
        var pool: String?

        @Option(help: ArgumentHelp("This version in place of the newest.", valueName: "n"))
        var version: Int64?

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let path = Path(pool: try global.poolName(or: pool), "snapshot").query(["version": version.map(String.init)]
            )
            let bytes = try await global.client.bytes(path)
            switch global.output {
            case .yaml:
                guard let json = try? JSONValue(parsing: bytes.readableBytesView) else {
                    throw CommandFailure(.badData, "the snapshot is not JSON", hint: "look at it with -o json")
                }
                Terminal.output.write(json.yaml)
            case .table, .wide, .json, .name, .csv:
                // The bytes as they are: their digest is checked by whoever reads them.
                Terminal.output.write(String(decoding: bytes.readableBytesView, as: UTF8.self))
            }
        }
    }
}

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "The versions of ringctl and of the ringd that answers.",
        discussion: "Example: ringctl version"
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let daemon: ControlClient.Answer<DaemonVersion>
        do {
            daemon = try await global.client.get(Path("v1", "version"))
        } catch let failure as CommandFailure where failure.status == .unreachable {
            let json = JSONValue.object([.init("schema", .integer(1)), .init("ringctl", .string(programVersion))])
            let facts: [(String, String, Table.Tone?)] = [("ringctl", programVersion, nil)]
            global.print(Report(json: json, table: .facts(facts), names: [programVersion]))
            Terminal.error.write("note: \(failure.problem.onOneLine)\n")
            return
        }
        var json = daemon.json.value
        if case .object(let members) = json { json = .object(members + [.init("ringctl", .string(programVersion))]) }
        let value = daemon.value
        let facts: [(String, String, Table.Tone?)] = [
            ("ringctl", programVersion, nil),
            ("ringd", "\(value.ringd), pid \(value.pid), up \(value.startedAt.age())", nil),
            ("data", value.data, nil), ("epoch", "\(value.epoch)", nil),
            ("database", value.migration ?? "-", nil),
        ]
        global.print(Report(json: json, table: .facts(facts), names: [programVersion]))
    }
}
