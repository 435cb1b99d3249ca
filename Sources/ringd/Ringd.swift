import ArgumentParser
import Glibc
import Logging
import RingDaemon

/// The daemon's command line.
@main
struct Ringd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringd",
        abstract: "Coordinates the ring membership of memcached fleets.",
        discussion: """
            Started without arguments it keeps its state in ./ringd-data and needs no configuration. Add a server with \
            'ringctl node add NAME HOST:PORT'; clients read ./ringd-data/snapshots/POOL/ring.json.
            """,
        version: ringdVersion,
        subcommands: [Run.self, CheckConfiguration.self, Restore.self],
        defaultSubcommand: Run.self
    )
}

/// Runs the daemon.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the daemon (the default).")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load()
        let isJSON =
            switch configuration.logFormat {
            case .json: true
            case .text: false
            case .auto: !logsGoToTerminal
            }
        let level = configuration.logLevel
        let logger = Logger(label: "ringd") { _ -> any LogHandler in
            isJSON ? JSONLogHandler(level: level) : TextLogHandler(level: level)
        }
        do {
            try await Daemon(configuration, version: ringdVersion, logger: logger).run { ready in
                let pools = ready.pools.isEmpty ? "none" : ready.pools.joined(separator: ",")
                print("ringd ready socket=\(ready.socket) http=\(ready.http ?? "off") pools=\(pools)")
                // A supervisor reads this line from a pipe, where output would wait in a buffer.
                fflush(nil)
            }
        } catch let error as DaemonError {
            throw complain(error.description, exitCode: error.exitCode)
        }
    }
}

/// Reads the configuration and says whether it is acceptable.
struct CheckConfiguration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Read the configuration, say what is wrong with it, and start nothing."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        do throws(DaemonError) {
            let signed = try configuration.signingKeyID().map { ", signed by key \($0)" } ?? ""
            print("configuration is good: data \(configuration.data), socket \(configuration.socketPath)\(signed)")
        } catch {
            throw complain(error.description, exitCode: error.exitCode)
        }
    }
}

/// Prints an error as `ringd: what` and gives the status to exit with.
func complain(_ message: String, exitCode: Int32) -> ExitCode {
    let bytes = Array("ringd: \(message)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return ExitCode(exitCode)
}
