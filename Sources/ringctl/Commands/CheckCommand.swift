import ArgumentParser
import RingAPI
import RingCore

/// One line and an exit status, as monitoring plugins print them.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "For monitoring: one line, and 0 OK, 1 WARNING, 2 CRITICAL or 3 UNKNOWN.",
        discussion: """
            Example: ringctl check sessions --warning 1 --critical 3

            CRITICAL is also a pool that is frozen or needs an acknowledgement, one whose nodes are all out, and no \
            answer from ringd. The figures behind '|' are performance data.
            """
    )

    @Argument(help: "The pool; all of them unless named.")
    var pool: String?

    @Option(name: [.short, .long], help: ArgumentHelp("So many nodes out make a WARNING.", valueName: "n"))
    var warning = 1

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("So many nodes out make it CRITICAL; a quarter of the pool unless given.", valueName: "n")
    )
    var critical: Int?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard warning >= 1, (critical ?? warning) >= warning else {
            throw ArgumentParser.ValidationError(
                "--warning must be at least 1, and --critical not below it: try --warning 1 --critical 3"
            )
        }
    }

    func run() async throws {
        let verdict = await verdict()
        Terminal.output.write("RINGD \(verdict.level.word) - \(verdict.text.onOneLine)\(verdict.figures)\n")
        throw ExitCode(verdict.level.rawValue)
    }

    private func verdict() async -> HealthVerdict {
        do {
            let client = global.client
            let list: ControlClient.Answer<PoolList> = try await client.get(Path("v1", "pools"))
            let name = try global.poolName(or: pool)
            let pools = list.value.pools.filter { name == nil || $0.pool == name?.text }
            if let name, pools.isEmpty {
                return HealthVerdict(.unknown, "there is no pool '\(name)'; 'ringctl pool list' shows the pools")
            }
            var verdicts: [HealthVerdict] = []
            for pool in pools {
                let path = Path(pool: try PoolName(pool.pool), "nodes")
                let nodes: ControlClient.Answer<NodeList> = try await client.get(path)
                verdicts.append(
                    HealthVerdict(of: pool, nodes: nodes.value.nodes, warning: warning, critical: critical)
                )
            }
            return HealthVerdict(joining: verdicts)
        } catch let failure as CommandFailure where failure.status == .unreachable {
            return HealthVerdict(.critical, failure.problem)
        } catch let failure as CommandFailure {
            return HealthVerdict(.unknown, failure.problem)
        } catch {
            return HealthVerdict(.unknown, "\(error)")
        }
    }
}

/// What monitoring is told.
struct HealthVerdict: Equatable {
    var level: Level
    var text: String
    /// Performance data with its `|`, or nothing.
    var figures = ""

    /// The exit status of a monitoring plugin.
    enum Level: Int32 {
        case fine = 0
        case warning = 1
        case critical = 2
        case unknown = 3

        var word: String {
            switch self {
            case .fine: "OK"
            case .warning: "WARNING"
            case .critical: "CRITICAL"
            case .unknown: "UNKNOWN"
            }
        }
    }

    init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }

    /// Judges one pool.
    init(of pool: PoolSummary, nodes: [NodeRow], warning: Int, critical: Int?) {
        let out = nodes.filter { $0.tone == .bad }
        let critical = critical ?? max(warning + 1, (nodes.count + 3) / 4)
        let level: Level =
            if pool.mode == .frozen || pool.mode == .needsAck || out.count >= critical
                || (!nodes.isEmpty && out.count == nodes.count)
            {
                .critical
            } else if out.count >= warning || pool.mode != .normal {
                .warning
            } else {
                .fine
            }
        var parts: [String] = []
        if pool.mode != .normal { parts.append(pool.mode.rawValue) }
        if nodes.isEmpty {
            parts.append("no nodes")
        } else if out.isEmpty {
            parts.append(Self.service(of: nodes))
        } else {
            let named = out.prefix(5).map { "\($0.name) \($0.state)" }.joined(separator: ", ")
            parts.append("\(out.count) of \(nodes.count) nodes out (\(named)\(out.count > 5 ? ", …" : ""))")
        }
        self.init(level, "\(pool.pool): \(parts.joined(separator: ", "))")
        let name = pool.pool
        figures = " | '\(name)_nodes'=\(nodes.count) '\(name)_out'=\(out.count);\(warning);\(critical);0;\(nodes.count)"
        figures += " '\(name)_version'=\(pool.version ?? 0)"
    }

    /// Who serves, where nobody is out against everybody's will; spares are not meant to.
    private static func service(of nodes: [NodeRow]) -> String {
        let meant = nodes.filter { $0.state != "spare" }
        let others = meant.filter { $0.state != "up" }
        guard !others.isEmpty else { return "all \(meant.count) nodes serve" }
        let named = others.prefix(5).map { "\($0.name) \($0.state)" }.joined(separator: ", ")
        let rest = others.count > 5 ? ", …" : ""
        return "\(meant.count - others.count) of \(meant.count) nodes are up (\(named)\(rest))"
    }

    /// The worst first, so that a line cut short still says what matters.
    init(joining verdicts: [HealthVerdict]) {
        guard !verdicts.isEmpty else {
            self.init(.fine, "no pools yet")
            return
        }
        let ordered = verdicts.sorted { $0.level.rawValue > $1.level.rawValue }
        self.init(ordered[0].level, ordered.map(\.text).joined(separator: "; "))
        let joined = verdicts.map { $0.figures.dropFirst(" |".count) }.joined()
        figures = joined.isEmpty ? "" : " |" + joined
    }
}
