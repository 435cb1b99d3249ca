import ArgumentParser
import Glibc
import RingAPI

struct DatabaseCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Look after the database of ringd.",
        subcommands: [Check.self, Backup.self, Compact.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check every page, reference and event; exit 1 when something is wrong.",
            discussion: "Example: ringctl db check"
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let answer: ControlClient.Answer<DatabaseCheck> = try await WaitingLine.showing(
                "looking at every page of the database"
            ) {
                try await global.client.post(Path("v1", "db", "check"), NoBody(), isLong: true)
            }
            let check = answer.value
            var facts: [(String, String, Table.Tone?)] = [
                ("database", check.sound ? "sound" : "damaged", check.sound ? .good : .bad),
                ("events", "\(check.events)", nil), ("size", "\(check.databaseBytes) bytes", nil),
                ("log", "\(check.logBytes) bytes", nil),
            ]
            facts += check.problems.map { ("problem", $0, .bad) }
            let names = [check.sound ? "sound" : "damaged"]
            global.print(Report(json: answer.json.value, table: .facts(facts), names: names))
            if !check.sound { throw ExitCode(ExitStatus.differences.rawValue) }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copy the database to a new file and check the copy; changes go on meanwhile.",
            discussion: """
                ringd writes the file, so its user needs the right to; put it back with 'ringd restore'.
                Example: ringctl db backup /var/backups/ringd.db
                """
        )

        @Argument(help: "The file, which must not exist yet.", completion: .file())
        var file: String

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let request = BackupRequest(file: try Self.absolute(file))
            let client = global.client
            let id = ControlClient.newRequestID()
            let answer: ControlClient.Answer<DatabaseBackup> = try await WaitingLine.showing(
                "copying the database",
                glance: DatabaseGlance(client: client, request: id).callAsFunction
            ) {
                try await client.post(Path("v1", "db", "backup"), request, id: id, isLong: true)
            }
            let backup = answer.value
            let facts: [(String, String, Table.Tone?)] = [
                ("backup", backup.file, .good), ("size", "\(backup.bytes) bytes", nil),
                ("newest event", "\(backup.event)", nil),
            ]
            global.print(Report(json: answer.json.value, table: .facts(facts), names: [backup.file]))
        }

        /// The path as it is meant here, since the daemon has another working directory.
        private static func absolute(_ path: String) throws -> String {
            guard !path.isEmpty else { throw CommandFailure(.refused, field: "file", "is empty", hint: "name a file") }
            guard path.utf8.first != 0x2F, let current = getcwd(nil, 0) else { return path }
            defer { free(current) }
            let directory = String(cString: current)
            return (directory == "/" ? "" : directory) + "/" + path
        }
    }

    struct Compact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compact",
            abstract: "Write the database anew without holes; changes wait meanwhile.",
            discussion: "Example: ringctl db compact"
        )

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let client = global.client
            let id = ControlClient.newRequestID()
            let answer: ControlClient.Answer<DatabaseCompaction> = try await WaitingLine.showing(
                "compacting the database",
                glance: DatabaseGlance(client: client, request: id).callAsFunction
            ) {
                try await client.post(Path("v1", "db", "compact"), NoBody(), id: id, isLong: true)
            }
            let facts: [(String, String, Table.Tone?)] = [
                ("before", "\(answer.value.before) bytes", nil), ("after", "\(answer.value.after) bytes", nil),
            ]
            global.print(Report(json: answer.json.value, table: .facts(facts), names: ["\(answer.value.after)"]))
        }
    }
}

/// The body of a request that says all by its path.
struct NoBody: Encodable {}
