import Foundation
import GRDB
import RingCore
import RingPlanner
import Testing

@testable import RingStore

@Suite struct QuestionTests {
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

    @Test func listsWhatPeopleDidNewestFirst() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 11)
        for _ in 0..<60 {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let pool = try #require(fleet.roster.pools.first?.name)
        let everything = try store.events(AuditQuery(pool: pool, limit: 1000))
        let byPeople = everything.filter { $0.actor.uid != nil }
        let found = try store.operatorChanges(of: pool, since: nil, limit: 1000)
        #expect(found.map(\.event.id) == byPeople.reversed().map(\.id) && !found.isEmpty)
        #expect(found.allSatisfy { ($0.movedShare != nil) == ($0.event.version != nil) })
        let middle = byPeople[byPeople.count / 2].at
        let since = try store.operatorChanges(of: pool, since: middle, limit: 1000)
        #expect(since.map(\.event.id) == byPeople.filter { $0.at >= middle }.reversed().map(\.id))
        #expect(
            try store.operatorChanges(of: pool, since: nil, limit: 1).map(\.event.id) == found.prefix(1).map(\.event.id)
        )
        try store.close()
    }

    @Test func ordersVersionsByWhatTheyMoved() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 12)
        for number in 0..<40 {
            var change = try number == 0 ? fleet.newPool("web", nodes: 4) : fleet.anyChange()
            change.version?.movedShare = Share(UInt64(number * 37 % 40), of: 40)
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let web = try PoolName("web")
        let versions = try store.history(of: web, limit: 1000)
        let expected = versions.sorted { ($0.movedShare, $0.version) > ($1.movedShare, $1.version) }
        #expect(try store.largestMoves(of: web, since: nil, limit: 1000).map(\.version) == expected.map(\.version))
        let since = versions[versions.count / 2].createdAt
        let later = expected.filter { $0.createdAt >= since }
        #expect(
            try store.largestMoves(of: web, since: since, limit: 3).map(\.version) == later.prefix(3).map(\.version)
        )
        try store.close()
    }

    @Test func tellsWhoHadASlot() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 13)
        for number in 0..<80 {
            let change = try number == 0 ? fleet.newPool("web", nodes: 4) : fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let relabelled = try store.reader.read { db in
            try Int64.fetchSet(
                db,
                sql: """
                    SELECT slot_id FROM slot_version JOIN slot ON slot.id = slot_id WHERE slot_version.label <> slot.label
                    """
            )
        }
        // The view knows a slot by the label of its time, a person by the one of today.
        for slot in fleet.roster.slots where !relabelled.contains(slot.id.value) {
            let pool = try #require(fleet.roster.pool(slot.pool)?.name)
            let found = try store.tenancies(ofSlot: slot.label, in: slot.pool, limit: 1000)
            let view = try store.reader.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT node, from_version, to_version FROM slot_occupants
                        WHERE pool = ? AND label = ? ORDER BY from_version
                        """,
                    arguments: [pool.text, slot.label]
                )
            }
            #expect(found.map(\.node) == view.map { $0["node"] as String })
            #expect(found.map(\.from.value) == view.map { $0["from_version"] as Int64 })
        }
        #expect(try store.tenancies(ofSlot: "nobody", in: PoolID(1), limit: 10).isEmpty)
        try store.close()
    }
}
