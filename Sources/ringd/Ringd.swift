import ArgumentParser
import Glibc
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

            SIGTERM ends it, SIGHUP makes it read its configuration again: all of it is taken, or nothing.
            """,
        version: ringdVersion,
        subcommands: [Run.self, CheckConfiguration.self, Migrate.self, Restore.self, Agent.self],
        defaultSubcommand: Run.self
    )
}

/// Runs the daemon.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon (the default).",
        discussion: "Example: ringd --config /etc/ringd/ringd.toml"
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let layers = options.layers
        let configuration = try options.load()
        let daemon = Daemon(
            configuration,
            version: ringdVersion,
            logs: LogSettings(configuration),
            link: SupervisorLink(environment: environmentVariables(), pid: getpid()),
            reload: { () throws(ConfigurationError) in try layers.read() }
        )
        do {
            try await daemon.run { ready in
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
        abstract: "Read the configuration, say what is wrong with it, and start nothing.",
        discussion: "Example: ringd check-config --config /etc/ringd/ringd.toml"
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        do throws(DaemonError) {
            let signed = try configuration.signingKeyID().map { ", signed by key \($0)" } ?? ""
            let http = configuration.http.map { ", http \($0)" } ?? ""
            let places = "data \(configuration.data), socket \(configuration.socketPath)\(http)"
            print("configuration is good: \(places)\(signed)")
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

/// The environment of the process.
func environmentVariables() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let pair = entry.pointee {
        let parts = String(cString: pair).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return result
}
