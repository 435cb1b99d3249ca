import RingCore
import RingPlanner
import RingServer
import Testing

@testable import RingDaemon

@Suite struct DaemonMetersTests {
    private let registry = MetricRegistry()
    private let meters: DaemonMeters

    init() { meters = DaemonMeters(registry: registry) }

    private var text: String { Exposition(of: registry.measurements()).text }

    private func probe(_ node: Int64, _ outcome: ProbeOutcome = .success(latency: .microseconds(300), stats: nil))
        throws
    {
        let names = (pool: try PoolName("web"), node: try NodeName("cache-\(node)"))
        meters.count(outcome, of: NodeID(node)) { names }
    }

    @Test func countsProbesByResult() throws {
        try probe(1)
        try probe(1, .failure(ProbeFailure(.hard, "connection refused")))
        try probe(1, .failure(ProbeFailure(.soft, "no answer in time")))
        try probe(1)
        #expect(text.contains("ringd_probes_total{pool=\"web\",node=\"cache-1\",result=\"ok\"} 2\n"))
        #expect(text.contains("ringd_probes_total{pool=\"web\",node=\"cache-1\",result=\"hard\"} 1\n"))
        #expect(text.contains("ringd_probes_total{pool=\"web\",node=\"cache-1\",result=\"soft\"} 1\n"))
        #expect(text.contains("ringd_probes_total{pool=\"web\",node=\"cache-1\",result=\"local\"} 0\n"))
        #expect(text.contains("ringd_probe_duration_seconds_count{pool=\"web\"} 2\n"))
    }

    @Test func aNodeThatIsGoneTakesItsSeriesAlong() throws {
        try probe(1)
        try probe(2)
        meters.forget(NodeID(1))
        #expect(!text.contains("cache-1") && text.contains("cache-2"))
    }

    @Test func nodesBeyondTheBoundMakeNoSeries() throws {
        for node in 1...(Int64(DaemonMeters.nodeLimit) + 50) { try probe(node) }
        let series = text.split(separator: "\n").filter { $0.hasPrefix("ringd_probes_total{") }
        #expect(series.count == 4 * DaemonMeters.nodeLimit)
        #expect(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.count < 30_000)
    }

    @Test func countsVersionsByWhatMadeThemAndTheKeysTheyMoved() throws {
        meters.count(try change(.eject, moved: Share(1, of: 4)), took: .milliseconds(3))
        meters.count(try change(.eject, moved: Share(1, of: 4)), took: .milliseconds(3))
        meters.count(try change(.add, moved: Share(1, of: 2)), took: .milliseconds(3))
        #expect(text.contains("ringd_ring_changes_total{pool=\"web\",reason=\"eject\"} 2\n"))
        #expect(text.contains("ringd_ring_changes_total{pool=\"web\",reason=\"add\"} 1\n"))
        #expect(text.contains("ringd_keys_moved_ratio_total{pool=\"web\"} 1.0\n"))
        #expect(text.contains("ringd_db_write_duration_seconds_count 3\n"))
    }

    @Test func countsARestartOfItsNode() throws {
        try probe(1)
        meters.count(try change(.restart, node: "cache-1", moved: nil), took: .milliseconds(3))
        #expect(text.contains("ringd_node_restarts_total{pool=\"web\",node=\"cache-1\"} 1\n"))
    }

    @Test func aPoolThatIsDeletedIsForgotten() throws {
        try probe(1)
        meters.count(try change(.eject, moved: .whole), took: .milliseconds(1))
        var deletion = try change(.poolDelete, moved: nil)
        deletion.rows = [.poolDeleted(PoolID(1))]
        meters.count(deletion, took: .milliseconds(1))
        #expect(!text.contains("pool=\"web\""))
    }

    private func change(_ kind: AuditEvent.Kind, node: String? = nil, moved: Share?) throws -> Change {
        let at = WallTime(milliseconds: 1000)
        let event = AuditEvent(
            at: at,
            actor: .ringd,
            kind: kind,
            pool: try PoolName("web"),
            node: try node.map { try NodeName($0) },
            reason: "why"
        )
        let version = moved.map { moved in
            NewVersion(
                pool: PoolID(1),
                version: RingVersion(2),
                parent: RingVersion(1),
                epoch: Epoch(1),
                createdAt: at,
                dialect: .pinnedKetama,
                changedSlots: [],
                removedSlots: [],
                agreement: [],
                movedShare: moved,
                coldShare: moved,
                hasContinuum: false
            )
        }
        return Change(id: ChangeID(1), events: [event], version: version)
    }
}
