// The names below are constants of a test.
// swift-format-ignore-file: NeverUseForceTry

package import RingAPI
package import RingCore
package import RingPlanner
package import RingServer
import Synchronization

/// Stands in for the daemon: answers from canned values and remembers what it was asked.
///
/// It knows one pool, `sessions`, at version 41, with the nodes of ``FakeControlPlane/nodeRows``.
package final class FakeControlPlane: ControlPlane {
    private let state = Mutex(State())

    /// A command with where it came from.
    package struct Submission: Equatable, Sendable {
        package var command: Command
        package var request: RequestID
        package var actor: Actor
    }

    private struct State {
        var submissions: [Submission] = []
        var queries: [EventQuery] = []
        var moved = Share(1, of: 8)
        var reply: (@Sendable (Command) -> Reply)?
        var pools: [String] = ["sessions"]
        var published: Int64 = 41
        var reason = "connect timed out, 724 in a row"
    }

    package let announcer = Announcer()
    package let metrics = MetricRegistry()

    /// When everything happened that it tells of.
    let since: WallTime

    package init(since: WallTime = WallTime(milliseconds: 1_795_410_000_000)) { self.since = since }

    /// What was submitted so far.
    package var submissions: [Submission] { state.withLock(\.submissions) }

    /// What events were asked for so far.
    package var queries: [EventQuery] { state.withLock(\.queries) }

    /// After which event each of them asked, in order.
    package var followedFrom: [Int64?] { queries.map { $0.after?.value } }

    /// Decides the answers to changes from now on.
    package func reply(with reply: @escaping @Sendable (Command) -> Reply) { state.withLock { $0.reply = reply } }

    /// What a change moves from now on.
    package func move(_ share: Share) { state.withLock { $0.moved = share } }

    /// Which pools there are from now on.
    package func keepPools(_ names: [String]) { state.withLock { $0.pools = names } }

    /// Says from now on why the node that is out is out.
    package func tell(reason: String) { state.withLock { $0.reason = reason } }

    /// The version on disk.
    var publishedNumber: Int64 { state.withLock(\.published) }

    /// Publishes a version, and says so.
    package func publish(_ version: Int64) {
        state.withLock { $0.published = version }
        announcer.announce()
    }

    package func submit(_ command: Command, request: RequestID, actor: Actor) async -> Reply {
        let (reply, moved) = state.withLock { state in
            state.submissions.append(Submission(command: command, request: request, actor: actor))
            return (state.reply, state.moved)
        }
        if let reply { return reply(command) }
        if let version = command.ifVersion, version.value != 41 {
            return .refused(
                Refusal(
                    .versionConflict,
                    field: "if-version",
                    problem: "the pool is at version 41, not \(version)",
                    hint: "look again with 'ringctl ring history'"
                )
            )
        }
        var report = ChangeReport(
            pool: command.pool ?? Self.pool,
            summary: Self.summary(of: command.action),
            oldVersion: RingVersion(41),
            newVersion: RingVersion(42),
            movement: ChangeReport.MovementSummary(
                moved: moved,
                own: moved,
                collateral: .none,
                cold: moved,
                method: "exact"
            ),
            shares: [
                ChangeReport.SlotShare(
                    node: Self.node("cache-1"),
                    label: "cache-1",
                    before: .whole,
                    after: Share(7, of: 8)
                )
            ],
            notices: []
        )
        if command.isDryRun { Self.foresee(&report, moved: moved) }
        if let promised = command.ifOutcome, promised != Self.outcome(of: report, moved: moved) {
            return .refused(
                Refusal(
                    .versionConflict,
                    field: "if_outcome",
                    problem: "the change now comes to something else",
                    hint: "look again"
                )
            )
        }
        return command.isDryRun ? .preview(report) : .done(report)
    }

    /// One slot stays as it is, the budget is spent, and the outcome depends on what moves.
    private static func foresee(_ report: inout ChangeReport, moved: Share) {
        report.unchanged = [.init(node: node("cache-2"), label: "cache-2", before: .none, after: .none)]
        report.guards = [
            GuardVerdict(.floor, allows: true, "100% of the weight would serve, and the floor is 80%"),
            GuardVerdict(.budget, allows: false, "12.5% more would turn cold after 0.0%, and the budget is 10.0%"),
        ]
        report.outcome = outcome(of: report, moved: moved)
    }

    private static func outcome(of report: ChangeReport, moved: Share) -> Outcome {
        let digits = SHA256.hash("\(report.summary) \(moved)").map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return try! Outcome(parsing: "sha256:" + digits.joined())
    }

    private static func summary(of action: Command.Action) -> String {
        switch action {
        case .createPool: "created the pool"
        case .setPool(let settings): "set " + settings.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        case .deletePool: "deleted the pool"
        case .freeze: "froze the pool"
        case .thaw: "thawed the pool"
        case .acknowledge: "acknowledged"
        case .undamp(let node): "undamped \(node)"
        case .addSpare(let node): "added the spare \(node.name) \(node.address)"
        case .failback(let node): "failed back to \(node)"
        case .addNode(let node): "added \(node.name) \(node.address)"
        case .setNode(let node, let settings):
            "set \(node) " + settings.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        case .removeNode(let node): "removed \(node)"
        case .eject(let node): "ejected \(node)"
        case .drain(let node): "drained \(node)"
        case .maintenance(let node, _): "took out for maintenance \(node)"
        case .enable(let node, _): "enabled \(node)"
        case .replaceNode(let node, let address, _): "replaced \(node) by \(address)"
        case .readmit(let node, _): "readmitted \(node)"
        case .rollback(let version, _): "rolled back to version \(version)"
        case .batch(let actions): actions.map(summary).joined(separator: "; ")
        }
    }

    private static let pool = try! PoolName("sessions")
    static func node(_ name: String) -> NodeName { try! NodeName(name) }

    func resolve(_ pool: PoolName?) throws(Refusal) -> String {
        let pools = state.withLock(\.pools)
        if let pool {
            guard pools.contains(pool.text) else {
                let hint = nearestName(to: pool.text, among: pools).map { "did you mean '\($0)'?" }
                throw Refusal(
                    .notFound,
                    field: "pool",
                    problem: "there is no pool '\(pool)'",
                    hint: hint ?? "'ringctl pool list' lists them"
                )
            }
            return pool.text
        }
        guard pools.count == 1 else {
            let hint = pools.isEmpty ? "add a first node" : "name one with -p: \(pools.joined(separator: ", "))"
            throw Refusal(.notFound, field: "pool", problem: "there are \(pools.count) pools", hint: hint)
        }
        return pools[0]
    }
}

extension FakeControlPlane {
    /// Two nodes in the ring and one that is out.
    package var nodeRows: [NodeRow] {
        [
            NodeRow(
                name: "cache-1",
                host: "10.0.0.11",
                port: 11211,
                weight: 100,
                admin: "active",
                health: "up",
                placement: "in",
                share: Share(1, of: 2),
                label: "cache-1",
                points: 160,
                zone: "a",
                since: since,
                latencyP50: 312,
                latencyP99: 1093
            ),
            NodeRow(
                name: "cache-2",
                host: "2001:db8::2",
                port: 11211,
                weight: 100,
                admin: "active",
                health: "up",
                placement: "in",
                share: Share(1, of: 2),
                label: "cache-2",
                points: 160,
                since: since
            ),
            NodeRow(
                name: "cache-4",
                host: "10.0.0.14",
                port: 11211,
                weight: 100,
                admin: "active",
                health: "down",
                placement: "ejected",
                share: .none,
                label: "cache-4",
                since: since,
                reason: state.withLock(\.reason)
            ),
        ]
    }

    private static let counts = NodeCounts(total: 3, up: 2, suspect: 0, down: 1, ejected: 1, held: 0)

    package func pools() async throws(Refusal) -> PoolList {
        PoolList(
            pools: state.withLock(\.pools).map {
                PoolSummary(
                    pool: $0,
                    version: 41,
                    dialect: "pinned-ketama",
                    mode: .normal,
                    counts: Self.counts,
                    changedAt: since
                )
            }
        )
    }

    package func pool(_ pool: PoolName?) async throws(Refusal) -> PoolDetail {
        let policy = Policy()
        return PoolDetail(
            pool: try resolve(pool),
            version: 41,
            epoch: 1,
            createdAt: since,
            changedAt: since,
            dialect: DialectName(.pinnedKetama),
            mode: .normal,
            modeReason: nil,
            modeSince: nil,
            counts: Self.counts,
            policy: NamedValues(
                PolicyKey.all.map { NamedValues.Pair($0.name.replacing("-", with: "_"), $0.text(in: policy)) }
            ),
            overrides: [],
            snapshots: "/var/lib/ringd/snapshots/sessions"
        )
    }

    package func nodes(of pool: PoolName?) async throws(Refusal) -> NodeList {
        NodeList(pool: try resolve(pool), version: 41, nodes: nodeRows)
    }

    package func node(_ node: NodeName, of pool: PoolName?) async throws(Refusal) -> NodeDetail {
        let pool = try resolve(pool)
        guard let row = nodeRows.first(where: { $0.name == node.text }) else {
            let hint = nearestName(to: node.text, among: nodeRows.map(\.name)).map { "did you mean '\($0)'?" }
            throw Refusal(
                .notFound,
                field: "node",
                problem: "there is no node '\(node)' in \(pool)",
                hint: hint ?? "'ringctl node list' lists them"
            )
        }
        return NodeDetail(pool: pool, version: 41, node: row, events: [event])
    }

    package var event: EventRow {
        EventRow(
            event: 107,
            at: since,
            actor: EventRow.Who(user: "ringd"),
            kind: "eject",
            pool: "sessions",
            node: "cache-4",
            slot: "cache-4",
            reason: "2 hard failures: connection refused",
            detail: NamedValues([NamedValues.Pair("failures", "2")]),
            version: 41
        )
    }

    var change: HistoryRow {
        HistoryRow(
            version: 41,
            at: since,
            event: 107,
            kind: "eject",
            actor: "ringd",
            node: "cache-4",
            reason: "2 hard failures: connection refused",
            movedShare: Share(1, of: 8),
            coldShare: Share(1, of: 8),
            publishedAt: since
        )
    }

    package func ring(of pool: PoolName?, _ selection: RingSelection) async throws(Refusal) -> RingDetail {
        if case .version(let version) = selection, version.value > 41 {
            throw Refusal(
                .notFound,
                field: "version",
                problem: "there is no version \(version)",
                hint: "the newest is 41"
            )
        }
        let slots = nodeRows.prefix(2).map { row in
            RingSlotRow(
                PublishedSlot(
                    label: row.name,
                    weight: try! Weight(100),
                    points: 160,
                    state: .in,
                    node: Self.node(row.name),
                    address: try! NodeAddress(host: row.host, port: row.port),
                    zone: row.zone
                ),
                share: row.share
            )
        }
        return RingDetail(
            pool: try resolve(pool),
            version: 41,
            parent: 40,
            epoch: 1,
            createdAt: since,
            supersededAt: nil,
            dialect: DialectName(.pinnedKetama),
            digest: "sha256:00ff",
            agreement: "sha256:ff00",
            shareMethod: "exact",
            change: change,
            slots: slots
        )
    }

    package func locate(_ keys: [String], in pool: PoolName?) async throws(Refusal) -> Locations {
        Locations(
            pool: try resolve(pool),
            version: 41,
            locations: keys.map {
                Locations.Location(key: $0, label: "cache-1", node: "cache-1", address: "10.0.0.11:11211", state: "in")
            }
        )
    }

    package func history(of pool: PoolName?, _ page: HistoryPage) async throws(Refusal) -> History {
        History(pool: try resolve(pool), changes: [change])
    }

    package func events(_ query: EventQuery) async throws(Refusal) -> EventList {
        state.withLock { $0.queries.append(query) }
        let isNew = query.after.map { $0.value < event.event } ?? true
        return EventList(events: isNew ? [event] : [])
    }

    package func verifyAudit() async throws(Refusal) -> AuditVerification {
        AuditVerification(intact: true, events: 107, head: "sha256:abcd", defect: nil)
    }

    package func snapshotLocation(of pool: PoolName?) async throws(Refusal) -> SnapshotLocation {
        let pool = try resolve(pool)
        return SnapshotLocation(
            pool: pool,
            path: "/var/lib/ringd/snapshots/\(pool)/ring.json",
            version: 41,
            digest: "sha256:00ff",
            publishedAt: since
        )
    }

    package func snapshot(of pool: PoolName?, version: RingVersion?) async throws(Refusal) -> SnapshotFile {
        _ = try resolve(pool)
        return SnapshotFile(bytes: Array("{\n  \"format\": 1\n}\n".utf8), digest: "sha256:00ff")
    }

    package func version() async -> DaemonVersion {
        DaemonVersion(
            ringd: "0.1.0",
            epoch: 1,
            pid: 4242,
            startedAt: since,
            data: "/var/lib/ringd",
            migration: "V0001"
        )
    }

    package func readiness() async -> Readiness { Readiness(reasons: []) }
}
