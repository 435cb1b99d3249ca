import ArgumentParser
import RingAPI
import RingCore

/// Waits until a pool has come to where a script wants it.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a version is published, or until every node serves.",
        discussion: """
            Example: ringctl wait --healthy --timeout 2m

            Exit status 75 when the time is up first.
            """
    )

    @Option(help: ArgumentHelp("Until the pool is at this version or a later one.", valueName: "n"))
    var version: Int64?

    @Flag(help: "Until every node is up, in the ring or spare, and the pool is not frozen.")
    var healthy = false

    @Option(help: ArgumentHelp("How long at most, as 500ms, 30s or 2m.", valueName: "duration"))
    var timeout = "30s"

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (version != nil) != healthy else {
            throw ArgumentParser.ValidationError("say what to wait for: --version N, or --healthy")
        }
    }

    func run() async throws {
        let limit = try checking { () throws(RingCore.ValidationError) in try Duration(policyText: timeout) }
        let name = try global.poolName()
        let client = global.client
        let start = ContinuousClock.now
        while true {
            let pool: ControlClient.Answer<PoolDetail> = try await client.get(Path(pool: name))
            guard let missing = try await missing(in: pool.value, client) else {
                global.print(pool.value.brief(pool.json))
                return
            }
            let left = limit - (ContinuousClock.now - start)
            guard left > .zero else {
                throw CommandFailure(
                    .tryAgain,
                    "\(missing), after \(timeout)",
                    hint: "'ringctl status \(pool.value.pool)' shows more; wait longer with --timeout"
                )
            }
            try await Task.sleep(for: min(left, Self.interval))
        }
    }

    private static let interval = Duration.milliseconds(200)

    /// What is not yet as it should be, as a sentence without a full stop; `nil` when nothing is.
    private func missing(in pool: PoolDetail, _ client: ControlClient) async throws -> String? {
        if let version {
            guard (pool.version ?? 0) < version else { return nil }
            return "pool '\(pool.pool)' is at version \(pool.version ?? 0), not at \(version)"
        }
        if pool.mode == .frozen || pool.mode == .needsAck {
            return "pool '\(pool.pool)' is \(pool.mode.rawValue)" + (pool.modeReason.map { ": \($0)" } ?? "")
        }
        let path = Path(pool: try PoolName(pool.pool), "nodes")
        let nodes: ControlClient.Answer<NodeList> = try await client.get(path)
        let waited = nodes.value.nodes.filter { $0.tone != .good }
        guard let first = waited.first else {
            return nodes.value.nodes.isEmpty ? "pool '\(pool.pool)' has no nodes" : nil
        }
        let others = waited.count > 1 ? ", and \(waited.count - 1) more" : ""
        return "node '\(first.name)' is \(first.state)\(others)"
    }
}

extension PoolDetail {
    /// The pool with its version: what a script waits for.
    fileprivate func brief(_ json: JSONDocument) -> Report {
        let columns: [Table.Column] = [.left("POOL"), .right("VERSION"), .left("MODE")]
        let row = [Table.Cell(pool), Table.Cell(version.map(String.init) ?? "-"), Table.Cell(mode.rawValue)]
        return Report(json: json.value, table: Table(columns: columns, rows: [row]), list: nil, names: [pool])
    }
}
