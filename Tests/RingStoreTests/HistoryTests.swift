import GRDB
import RingCore
import RingPlanner
import RingSnapshots
import Testing

@testable import RingStore

@Suite struct HistoryTests {
    private func rows(_ scratch: Scratch, _ sql: String) throws -> [Row] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: scratch.path, configuration: configuration)
        return try queue.read { db in try Row.fetchAll(db, sql: sql) }
    }

    @Test func eventsAreFoundByPoolNodeTimeAndPlace() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let (web, api) = (try PoolName("web"), try PoolName("api"))
        for number in 0..<20 {
            let event = AuditEvent(
                at: WallTime(milliseconds: Int64(number) * 1000),
                actor: .ringd,
                kind: .down,
                pool: number % 2 == 0 ? web : api,
                node: try NodeName("cache-\(number % 4)"),
                slot: "label",
                reason: "\(number)"
            )
            _ = try store.commit(Change(id: ChangeID(1), events: [event]))
        }
        func reasons(_ query: AuditQuery) throws -> [String] { try store.events(query).map(\.reason) }
        #expect(try reasons(AuditQuery(limit: 3)) == ["17", "18", "19"])
        #expect(try reasons(AuditQuery(pool: api, limit: 2)) == ["17", "19"])
        #expect(try reasons(AuditQuery(pool: web, node: NodeName("cache-2"), limit: 2)) == ["14", "18"])
        #expect(try reasons(AuditQuery(since: WallTime(milliseconds: 18_000))) == ["18", "19"])
        #expect(try reasons(AuditQuery(since: WallTime(milliseconds: 99_000))) == [])
        #expect(try reasons(AuditQuery(until: WallTime(milliseconds: 6_000), limit: 2)) == ["4", "5"])
        let window = AuditQuery(since: WallTime(milliseconds: 4_000), until: WallTime(milliseconds: 6_000))
        #expect(try reasons(window) == ["4", "5"])
        #expect(try reasons(AuditQuery(until: WallTime(milliseconds: 0))) == [])
        #expect(try reasons(AuditQuery(after: EventID(5), limit: 2)) == ["5", "6"])
        #expect(try reasons(AuditQuery(limit: 0)) == [])
        let last = try #require(try store.events(AuditQuery(limit: 1)).first)
        #expect(last.actor == .ringd)
        #expect(last.kind == "down")
        #expect(last.slot == "label")
        try store.close()
    }

    @Test func versionsAreFoundByNumberAndTime() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        let web = try PoolName("web")
        #expect(try store.history(of: web) == [])
        let first = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(first)
        fleet.commit(first)
        var made = [try #require(first.version)]
        while made.count < 6 {
            let change = try fleet.anyChange()
            guard let version = change.version, version.pool == made[0].pool else { continue }
            _ = try store.commit(change)
            fleet.commit(change)
            made.append(version)
        }
        let history = try store.history(of: web)
        #expect(history.map(\.version) == made.map(\.version).reversed())
        #expect(history.map(\.agreement.bytes) == made.map(\.agreement).reversed())
        #expect(history.map(\.event.reason) == history.map { "change \($0.event.detail.last?.value ?? "")" })
        #expect(try store.history(of: web, before: RingVersion(4), limit: 2).map(\.version.value) == [3, 2])
        let third = try #require(try store.version(RingVersion(3), of: web))
        #expect(third.createdAt == made[2].createdAt)
        #expect(try store.version(at: made[3].createdAt, of: web)?.version.value == 4)
        let justBefore = WallTime(milliseconds: made[3].createdAt.milliseconds - 1)
        #expect(try store.version(at: justBefore, of: web)?.version.value == 3)
        #expect(try store.version(at: WallTime(milliseconds: 0), of: web) == nil)
        #expect(try store.version(RingVersion(7), of: web) == nil)
        #expect(try store.slots(of: third).contents == store.snapshot(pool: third.pool, version: third.version).slots)
        #expect {
            _ = try store.snapshot(pool: third.pool, version: RingVersion(7))
        } throws: { error in (error as? StoreError)?.code == .notFound }
        try store.close()
    }

    @Test func viewsTellWhoWhatWhyAndHowLong() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        let first = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(first)
        fleet.commit(first)
        for _ in 0..<12 {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let published = fleet.published.values.map(\.count).reduce(0, +)
        #expect(try rows(scratch, "SELECT * FROM current_ring").count == published)
        let history = try rows(scratch, "SELECT * FROM ring_history WHERE pool = 'web' ORDER BY version")
        #expect(history[0]["created"] == "2026-09-21T14:13:21.000Z")
        #expect(history[0]["moved_percent"] == 3.0)
        #expect(history[0]["parent"] == nil as Int64?)
        #expect(try rows(scratch, "SELECT * FROM ring_intervals WHERE to_at IS NULL").count == published)
        let operators = try rows(scratch, "SELECT DISTINCT actor FROM operator_changes")
        #expect(operators.map { $0["actor"] as String } == ["olga"])
        let moves = try rows(scratch, "SELECT moved_percent FROM largest_moves").map { $0[0] as Double }
        #expect(moves == moves.sorted(by: >))
        #expect(try rows(scratch, "SELECT * FROM node_timeline WHERE node = 'cache-1' ORDER BY at").count >= 1)
        try store.close()
    }

    @Test func slotOccupantsAreOneRowForEachTenancy() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        let first = try fleet.newPool("web", nodes: 2)
        _ = try store.commit(first)
        fleet.commit(first)
        // Weight changes are the same tenancy; another node at the same slot is a new one.
        for (weight, node) in [(120, nil), (130, "spare-1"), (140, nil), (150, "spare-1")] as [(Int, String?)] {
            var version = try #require(first.version)
            var slot = try #require(fleet.published[version.pool]?.first { $0.slot == SlotID(1) })
            slot.content.weight = try Weight(weight)
            slot.content.points = max(1, (160 * weight + 50) / 100)
            slot.content.node = try NodeName(node ?? "cache-1")
            let record = try #require(fleet.roster.pools.first)
            version.parent = record.version
            version.version = try #require(record.version).next
            version.createdAt = WallTime(milliseconds: try #require(record.versionCreatedAt).milliseconds + 1)
            version.changedSlots = [slot]
            let others = try #require(fleet.published[version.pool]).filter { $0.slot != slot.slot } + [slot]
            version.agreement = try Ring(
                dialect: version.dialect,
                slots: others.map { RingSlot(label: $0.content.label, weight: $0.content.weight) }
            ).agreement
            let change = Change(id: ChangeID(9), events: first.events, version: version)
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let occupants = try rows(
            scratch,
            """
            SELECT node || ' ' || from_version || ' ' || ifnull(to_version, 'now') FROM slot_occupants
            WHERE label = '10.0.0.1' ORDER BY from_version
            """
        )
        let expected = ["cache-1 1 3", "spare-1 3 4", "cache-1 4 5", "spare-1 5 now"]
        #expect(occupants.map { $0[0] as String } == expected)
        try store.close()
    }

    @Test func availabilityIsCountedByNodeAndDay() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        _ = try store.commit(fleet.newPool("web", nodes: 2))
        let node = NodeID(1)
        func step(_ from: Health, _ to: Health, _ hours: Int64) -> HealthTransition {
            HealthTransition(
                node: node,
                from: from,
                to: to,
                at: WallTime(milliseconds: hours * 3_600_000),
                evidence: "e\n"
            )
        }
        try store.record([step(.unknown, .up, 12), step(.up, .suspect, 20), step(.suspect, .down, 21)])
        try store.record([step(.down, .recovering, 30), step(.recovering, .up, 31), step(.up, .down, 40)])
        try store.forgetHealth(at: WallTime(milliseconds: 50 * 3_600_000), because: "ringd stopped")
        let days = try rows(
            scratch,
            """
            SELECT day, seconds_up, seconds_down, seconds_unknown > 0, flaps FROM node_availability
            WHERE node = 'cache-1' AND day < '1970-01-04' ORDER BY day
            """
        )
        #expect(days.map { $0[0] as String } == ["1970-01-01", "1970-01-02", "1970-01-03"])
        #expect(days.map { $0[1] as Double } == [32_400, 32_400, 0])
        #expect(days.map { $0[2] as Double } == [10_800, 54_000, 7_200])
        #expect(days.map { $0[3] as Bool } == [false, false, true])
        #expect(days.map { $0[4] as Int } == [1, 1, 0])
        try store.close()
    }

    @Test func healthOfEarlierProcessEndsWithLastProbe() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        _ = try store.commit(fleet.newPool("web", nodes: 1))
        let node = NodeID(1)
        let up = HealthTransition(node: node, from: .unknown, to: .up, at: WallTime(milliseconds: 1000), evidence: "ok")
        try store.record([up])
        var run = ProbeRun(
            node: node,
            outcome: .success,
            count: 3,
            firstAt: WallTime(milliseconds: 1000),
            lastAt: WallTime(milliseconds: 3000),
            latency: .init(minimum: .microseconds(80), median: .microseconds(90), maximum: .milliseconds(2))
        )
        try store.record([run])
        (run.count, run.lastAt) = (5, WallTime(milliseconds: 5000))
        try store.record([run])
        try store.forgetHealth(lastAlive: nil, because: "ringd was killed")
        let intervals = try rows(scratch, "SELECT state, from_at, to_at, evidence FROM health_interval ORDER BY id")
        #expect(intervals.map { $0[0] as String } == ["up", "unknown"])
        #expect(intervals.map { $0[2] as Int64? } == [5000, nil])
        #expect(intervals[0][3] == "ringd was killed")
        let runs = try rows(scratch, "SELECT count, last_at, latency_median FROM probe_run")
        #expect(runs.map { $0[0] as Int } == [5])
        #expect(runs.map { $0[1] as Int } == [5000])
        #expect(runs.map { $0[2] as Int } == [90])
        let now = WallTime(milliseconds: 9000)
        let events = try store.events(AuditQuery()).count
        #expect(try store.pruneProbeRuns(endedBefore: WallTime(milliseconds: 5000), at: now) == 0)
        #expect(try store.events(AuditQuery()).count == events, "nothing was forgotten, so nothing happened")
        #expect(try store.pruneProbeRuns(endedBefore: WallTime(milliseconds: 5001), at: now) == 1)
        let pruning = try #require(try store.events(AuditQuery()).last)
        #expect(pruning.kind == "prune" && pruning.detail.map(\.value) == ["1"])
        #expect(try store.verifyAudit().defect == nil)
        try store.close()
    }

    @Test(arguments: [(2000, 3000), (4000, 4000)] as [(Int64, Int64)])
    func healthOfKilledProcessEndsWhenItWasLastSeen(alive: Int64, end: Int64) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        _ = try store.commit(fleet.newPool("web", nodes: 1))
        let at = WallTime(milliseconds: 1000)
        try store.record([HealthTransition(node: NodeID(1), from: .unknown, to: .up, at: at, evidence: "ok")])
        let last = WallTime(milliseconds: 3000)
        try store.record([
            ProbeRun(node: NodeID(1), outcome: .success, count: 3, firstAt: at, lastAt: last, latency: nil)
        ])
        try store.forgetHealth(lastAlive: WallTime(milliseconds: alive), because: "ringd was not running")
        let intervals = try rows(scratch, "SELECT to_at FROM health_interval ORDER BY id")
        #expect(intervals.map { $0[0] as Int64? } == [end, nil])
        try store.close()
    }

    /// Ten thousand healthy nodes make 240,000 rows a day, one an hour each; fifty megabytes are the bar for all of them.
    @Test func dayOfTenThousandHealthyNodesIsUnderFiftyMegabytes() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        _ = try store.commit(fleet.newPool("web", nodes: 1))
        try store.checkpoint()
        let before = scratch.bytes()?.count ?? 0
        let tenth = 24_000
        let rows = (0..<Int64(tenth)).map { index in
            let begin: Int64 = 1_790_000_000_000 + index * 3600
            return ProbeRun(
                node: NodeID(1),
                outcome: .success,
                count: 3600,
                firstAt: WallTime(milliseconds: begin),
                lastAt: WallTime(milliseconds: begin + 3_599_000),
                latency: .init(
                    minimum: .microseconds(80),
                    median: .microseconds(255),
                    maximum: .microseconds(2000 + index)
                )
            )
        }
        try store.record(rows)
        try store.checkpoint()
        let bytes = (scratch.bytes()?.count ?? .max) - before
        #expect(bytes > 0 && bytes * 10 < 50_000_000, "\(bytes * 10) bytes a day")
        try store.close()
    }

    /// A batch of health is written up to a second late, and then its node may be gone.
    @Test func healthEndsWithTheNodesTimeOnTheRoster() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        let founding = try fleet.newPool("web", nodes: 2)
        _ = try store.commit(founding)
        fleet.commit(founding)
        func up(_ node: Int64, at time: Int64) -> HealthTransition {
            let at = WallTime(milliseconds: time)
            return HealthTransition(node: NodeID(node), from: .unknown, to: .up, at: at, evidence: "ok")
        }
        let begin = fleet.clock
        try store.record([up(1, at: begin), up(2, at: begin)])
        var leaver = fleet.roster.nodes[0]
        leaver.admin = .retired
        let removal = fleet.change(.remove, in: fleet.roster.pools[0], [.node(leaver)])
        _ = try store.commit(removal)
        try store.record([up(1, at: begin + 60_000), up(2, at: begin + 60_000)])
        try store.forgetHealth(at: WallTime(milliseconds: begin + 90_000), because: "ringd stopped")
        let intervals = try rows(scratch, "SELECT node_id, to_at IS NULL, evidence FROM health_interval ORDER BY id")
        #expect(intervals.filter { $0[0] == 1 }.map { $0[2] as String? } == ["removed"])
        #expect(intervals.filter { $0[0] == 2 }.map { $0[1] as Bool } == [false, false, true])
        try store.close()
    }

    @Test func transitionNeverEndsBeforeItBegan() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        _ = try store.commit(fleet.newPool("web", nodes: 1))
        for (time, health) in [(5000, Health.up), (3000, .suspect), (4000, .up)] as [(Int64, Health)] {
            let at = WallTime(milliseconds: time)
            try store.record([HealthTransition(node: NodeID(1), from: .up, to: health, at: at, evidence: "")])
        }
        let intervals = try rows(scratch, "SELECT from_at, to_at FROM health_interval ORDER BY id")
        #expect(intervals.map { $0[0] as Int64 } == [5000, 5000, 5000])
        try store.close()
    }
}

@Suite struct KeptSnapshotTests {
    @Test func policySaysHowManyFilesAreKept() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 41)
        let change = try fleet.newPool("web", nodes: 2)
        _ = try store.commit(change)
        fleet.commit(change)
        let pool = fleet.roster.pools[0]
        #expect(try store.keptSnapshots(of: pool.id) == 1000)
        var changed = pool
        try changed.policy.set("keep-snapshots", to: "25")
        _ = try store.commit(Change(id: ChangeID(2), events: change.events, rows: [.pool(changed)]))
        #expect(try store.keptSnapshots(of: pool.id) == 25)
        #expect(try store.keptSnapshots(of: PoolID(99)) == nil)
        try store.close()
    }
}
