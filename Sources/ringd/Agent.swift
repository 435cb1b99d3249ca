import ArgumentParser
import Glibc
import RingAgent
import RingCore
import RingDaemon

/// Follows the snapshot of a ringd on another machine.
struct Agent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Keep a pool's snapshot of a ringd on another machine in a file here, for clients that read it.",
        discussion: """
            Needs that ringd's 'http' address. What comes is checked; an older version is never written; while that \
            ringd is away the last good file stays.
            Example: ringd agent --from http://10.0.0.5:9811 --pool sessions --to /run/ringd/sessions/ring.json
            """
    )

    @Option(help: ArgumentHelp("Where that ringd serves HTTP.", valueName: "url"))
    var from: String

    @Option(help: ArgumentHelp("The file; its directory must exist.", valueName: "file"), completion: .file())
    var to: String

    @Option(name: [.short, .long], help: ArgumentHelp("The pool; the only one unless named.", valueName: "name"))
    var pool: String?

    @Option(
        help: ArgumentHelp(
            "Between two questions, from 200ms to 1m, where that ringd cannot wait with its answer.",
            valueName: "duration"
        )
    )
    var every = "2s"

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "text, json or auto.")
    var logFormat: String?

    func run() async throws {
        let link = SupervisorLink(environment: environmentVariables(), pid: getpid())
        do {
            let agent = try makeAgent(link)
            try await agent.follow()
            link?.send(.stopping)
        } catch let error as ConfigurationError {
            throw complain(error.description, exitCode: 78)
        } catch let error as DaemonError {
            throw complain(error.description, exitCode: error.exitCode)
        }
    }

    private func makeAgent(_ link: SupervisorLink?) throws(ConfigurationError) -> SnapshotAgent {
        var configuration = RingdConfiguration()
        for case (let name, let value?) in [("log-level", logLevel), ("log-format", logFormat)] {
            try configuration.apply(flag: name, value)
        }
        let pool: PoolName?
        let pause: Duration
        do throws(RingCore.ValidationError) {
            pool = try self.pool.map { name throws(RingCore.ValidationError) in try PoolName(name) }
            pause = try Duration(policyText: every)
        } catch {
            throw ConfigurationError(place: "--\(error.field)", problem: error.problem, hint: error.hint)
        }
        guard (.milliseconds(200) ... .seconds(60)).contains(pause) else {
            throw ConfigurationError(place: "--every", problem: "'\(every)' is out of range", hint: "use 200ms to 1m")
        }
        return try SnapshotAgent(
            from: from,
            to: to,
            pool: pool,
            pause: pause,
            logger: LogSettings(configuration).logger(label: "ringd-agent")
        ) { version, pool in
            link?.send(.ready)
            link?.send(.status("\(pool) version \(version)"))
            print("ringd agent wrote pool=\(pool) version=\(version)")
            fflush(nil)
        }
    }
}
