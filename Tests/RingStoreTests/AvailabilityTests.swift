import Foundation
import GRDB
import RingCore
import RingMigrations
import RingPlanner
import Testing

@testable import RingStore

@Suite struct AvailabilityTests {
    private static let day: Int64 = 86_400_000

    private func withHealth(_ body: (RingStore, PoolID) throws -> Void) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 3)
        let change = try fleet.newPool("web", nodes: 2)
        _ = try store.commit(change)
        fleet.commit(change)
        try body(store, fleet.roster.pools[0].id)
        try store.close()
    }

    private func transition(_ node: Int64, _ from: Health, _ to: Health, at time: Int64, _ why: String)
        -> HealthTransition
    {
        HealthTransition(node: NodeID(node), from: from, to: to, at: WallTime(milliseconds: time), evidence: why)
    }

    @Test func tellsTheHealthOfADayStayByStay() throws {
        try withHealth { store, pool in
            try store.record([
                transition(1, .unknown, .up, at: 1000, "answered"),
                transition(1, .up, .down, at: 6000, "three time-outs"),
                transition(1, .down, .up, at: 8000, "answered"),
                transition(2, .unknown, .up, at: 9000, "answered"),
            ])
            let stays = try store.healthStays(
                in: pool,
                from: WallTime(milliseconds: 2000),
                until: WallTime(milliseconds: 10_000)
            )
            func stay(_ node: String, _ health: String, _ from: Int64, _ until: Int64) -> HealthStay {
                HealthStay(
                    node: node,
                    health: health,
                    from: WallTime(milliseconds: from),
                    until: WallTime(milliseconds: until)
                )
            }
            #expect(
                stays.filter { $0.node == "cache-1" } == [
                    stay("cache-1", "up", 2000, 6000), stay("cache-1", "down", 6000, 8000),
                    stay("cache-1", "up", 8000, 10_000),
                ]
            )
            #expect(stays.last == stay("cache-2", "up", 9000, 10_000))
            #expect(
                try store.healthStays(in: PoolID(9), from: WallTime(milliseconds: 0), until: .now()).isEmpty,
                "another pool has none"
            )
        }
    }

    @Test func countsTimesWithinTheWindowAlone() throws {
        try withHealth { store, pool in
            try store.record([
                transition(1, .unknown, .up, at: 1000, "answered"),
                transition(1, .up, .suspect, at: 5000, "one time-out"),
                transition(1, .suspect, .down, at: 6000, "three time-outs"),
                transition(1, .down, .recovering, at: 8000, "answered"),
                transition(1, .recovering, .up, at: 8500, "answered twice"),
                transition(2, .unknown, .up, at: 1000, "answered"),
                transition(2, .up, .unknown, at: 9000, "ringd stopped"),
            ])
            let found = try store.availability(
                in: pool,
                from: WallTime(milliseconds: 2000),
                until: WallTime(milliseconds: 10_000)
            )
            #expect(found.map(\.node) == ["cache-1", "cache-2"])
            #expect(found[0].up == .milliseconds(4000 + 1500) && found[0].down == .milliseconds(2500))
            #expect(found[0].falls == 1 && found[0].lastFall?.at.milliseconds == 6000)
            #expect(found[0].lastFall?.evidence == "three time-outs")
            #expect(found[1].up == .milliseconds(7000) && found[1].unknown == .milliseconds(1000))
            #expect(found[1].falls == 0 && found[1].lastFall == nil)

            // A node that was down before the window began is down in it, and did not fall in it.
            let late = try store.availability(
                in: pool,
                from: WallTime(milliseconds: 7000),
                until: WallTime(milliseconds: 7500)
            )
            #expect(late[0].down == .milliseconds(500) && late[0].up == .zero && late[0].falls == 0)
            #expect(try store.availability(in: PoolID(9), from: WallTime(milliseconds: 0), until: .now()).isEmpty)
        }
    }

    @Test func agreesWithTheViewOnWholeDays() throws {
        try withHealth { store, pool in
            let start = 20_000 * Self.day
            var transitions: [HealthTransition] = []
            var random = SplitMix(state: 9)
            var state = Health.unknown
            var time = start
            for number in 0..<200 {
                let next: Health = [.up, .down, .suspect, .recovering][number % 4]
                transitions.append(transition(1, state, next, at: time, "fact \(number)"))
                state = next
                time += Int64.random(in: 1...(Self.day / 3), using: &random)
            }
            transitions.append(transition(1, state, .unknown, at: time, "end"))
            try store.record(transitions)
            let days = try store.readOnlyQuery.run(
                "SELECT day, seconds_up, seconds_down, flaps FROM node_availability WHERE node = 'cache-1' AND day < '2024-12-01'"
            ).rows
            #expect(days.count > 20)
            for row in days {
                guard case .text(let text) = row[0], case .real(let up) = row[1], case .real(let down) = row[2],
                    case .integer(let falls) = row[3], let from = WallTime(rfc3339: "\(text)T00:00:00Z")
                else {
                    Issue.record("another shape: \(row)")
                    continue
                }
                let until = WallTime(milliseconds: from.milliseconds + Self.day)
                let node = try #require(try store.availability(in: pool, from: from, until: until).first)
                #expect(Double(node.up.wholeMilliseconds) / 1000 == up)
                #expect(Double(node.down.wholeMilliseconds) / 1000 == down)
                #expect(Int64(node.falls) == falls)
            }
        }
    }

    /// Goal: the sums that intervals carry say what adding all of them up would say.
    ///
    /// Method: two nodes with hundreds of intervals, some of no length, and windows at random, whose ends often meet an
    /// interval's; the reference adds up every interval.
    @Test func agreesWithAddingUpEveryInterval() throws {
        try withHealth { store, pool in
            try store.record(Self.history(of: [1, 2], intervals: 400))
            try requireSums(store, pool)
        }
    }

    /// Goal: a database from before the sums answers the same after its migration.
    @Test func olderDatabaseIsSummedUpWhenItIsMigrated() throws {
        let scratch = try Scratch()
        let sums = try #require(Migration.all.firstIndex { $0.name == "V0006__bound_history" })
        let older = try RingStore.open(at: scratch.path, migrations: Array(Migration.all.prefix(upTo: sums)))
        try older.close()
        var sql = """
            INSERT INTO pool (id, name, dialect, options, policy, version_floor, created_at)
                VALUES (1, 'web', 'pinned-ketama', '{}', '{}', 0, 0);
            """
        for node in 1...2 {
            sql += """
                INSERT INTO node (id, pool_id, name, host, port, tags, admin, admin_reason, flap_penalty, is_damped,
                    may_be_stale, created_at) VALUES (\(node), 1, 'cache-\(node)', '10.0.0.\(node)', 11211, '[]', 'active', '', 0, 0, 0, 0);
                """
        }
        for node in [1, 2] as [Int64] {
            let steps = Self.history(of: [node], intervals: 400)
            for (step, next) in zip(steps, steps.dropFirst()) {
                sql += "INSERT INTO health_interval (node_id, state, from_at, to_at, evidence) VALUES "
                sql += "(\(node), '\(step.to.rawValue)', \(step.at.milliseconds), \(next.at.milliseconds), 'x');"
            }
            sql += "INSERT INTO health_interval (node_id, state, from_at) VALUES "
            sql += "(\(node), '\(steps[steps.count - 1].to.rawValue)', \(steps[steps.count - 1].at.milliseconds));"
        }
        try scratch.edit(sql)
        let migrated = try RingStore.open(at: scratch.path)
        #expect(migrated.migrationBackup != nil)
        try requireSums(migrated, PoolID(1))
        // And it goes on from there.
        try migrated.record([transition(1, .up, .down, at: 90_000_000, "refused")])
        try requireSums(migrated, PoolID(1))
        try migrated.close()
    }

    @Test func answersFromTheIndexAlone() throws {
        try withHealth { store, pool in
            let plan = try store.readers.read { db in
                try Row.fetchAll(
                    db,
                    sql: "EXPLAIN QUERY PLAN " + RingStore.availability,
                    arguments: [pool.value, 0, 1]
                )
                .map { $0["detail"] as String }
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN health_interval") || $0.hasPrefix("SCAN before") }, "\(plan)")
            #expect(plan.filter { $0.contains("health_interval_by_node (node_id=? AND from_at<?)") }.count == 3)
        }
    }

    private static func history(of nodes: [Int64], intervals: Int) -> [HealthTransition] {
        var random = SplitMix(state: 17)
        var transitions: [HealthTransition] = []
        for node in nodes {
            var state = Health.unknown
            var time: Int64 = 1_000_000
            for _ in 0..<intervals {
                let next = Health.allCases.filter { $0 != state }[Int.random(in: 0..<5, using: &random)]
                transitions.append(
                    HealthTransition(
                        node: NodeID(node),
                        from: state,
                        to: next,
                        at: WallTime(milliseconds: time),
                        evidence: "x"
                    )
                )
                state = next
                time += Int64.random(in: 0...3, using: &random) * 50_000
            }
        }
        return transitions
    }

    private func requireSums(_ store: RingStore, _ pool: PoolID) throws {
        let rows = try store.readers.read { db in try Row.fetchAll(db, sql: "SELECT * FROM health_interval") }
        var random = SplitMix(state: 23)
        for _ in 0..<200 {
            let from = Int64.random(in: 0...2000, using: &random) * 50_000
            let until = from + Int64.random(in: 1...1000, using: &random) * 50_000
            let found = try store.availability(
                in: pool,
                from: WallTime(milliseconds: from),
                until: WallTime(milliseconds: until)
            )
            for node in found {
                let id: Int64 = node.node == "cache-1" ? 1 : 2
                var (up, down, unknown, falls) = (Int64(0), Int64(0), Int64(0), 0)
                for row in rows where row["node_id"] == id {
                    let begin: Int64 = row["from_at"]
                    let length = max(0, min(row["to_at"] ?? until, until) - max(begin, from))
                    switch row["state"] as String {
                    case "up", "suspect": up += length
                    case "unknown": unknown += length
                    default: down += length
                    }
                    if row["state"] == "down", begin >= from, begin < until { falls += 1 }
                }
                #expect(node.up == .milliseconds(up) && node.down == .milliseconds(down))
                #expect(node.unknown == .milliseconds(unknown) && node.falls == falls)
                #expect((node.lastFall == nil) == (falls == 0))
            }
        }
    }
}
