import Foundation
import GRDB
import RingCore
import RingPlanner
import Testing

@testable import RingStore

@Suite struct QuestionTests {
    @Test func aLongQuestionDoesNotHoldUpAnother() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        for _ in 0..<3 {
            let answered = DispatchSemaphore(value: 0)
            try store.read("ask for long") { _ in
                DispatchQueue.global().async {
                    _ = try? store.events(AuditQuery(limit: 1))
                    answered.signal()
                }
                #expect(answered.wait(timeout: .now() + 30) == .success)
            }
        }
        try store.close()
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
        let relabelled = try store.readers.read { db in
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
            let view = try store.readers.read { db in
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

    /// A pool of three, in which the weight of the first changed by hand and by what was done to the whole pool.
    @Test func tellsWhatWasDoneToThePoolAndChangedASlot() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 14)
        let first = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(first)
        fleet.commit(first)
        let pool = try #require(fleet.roster.pools.first)
        let slots = fleet.roster.slots
        for (number, weight) in [200, 300, 400, 500].enumerated() {
            var slot = slots[0]
            slot.weight = try Weight(weight)
            var change = try fleet.change(of: slot, in: pool)
            let isWhole = number % 2 == 0
            change.events[0].kind = isWhole ? .rollback : .set
            change.events[0].node = isWhole ? nil : try NodeName("cache-1")
            _ = try store.commit(change)
            fleet.commit(change)
        }
        func versions(
            _ slot: SlotRecord,
            of node: String? = nil,
            intervals: Int = 100,
            limit: Int = 100
        ) throws -> [Int64?] {
            try store.poolEvents(
                changingSlot: slot.label,
                of: try node.map { try NodeName($0) },
                in: pool.id,
                intervals: intervals,
                limit: limit
            ).map { $0.version?.value }
        }
        // Two intervals meet in each version, which is told once.
        #expect(try versions(slots[0]) == [1, 2, 4])
        #expect(try versions(slots[1]) == [1], "nothing else changed it")
        #expect(try versions(slots[0], limit: 2) == [2, 4], "the newest")
        #expect(try versions(slots[0], intervals: 2) == [4], "those of versions 4 and 5")
        #expect(try versions(slots[0], of: "cache-1") == [1, 2, 4])
        #expect(try versions(slots[0], of: "cache-1", intervals: 1).isEmpty, "version 5 was made by hand")
        #expect(try versions(slots[0], of: "cache-2").isEmpty)
        let elsewhere = try store.poolEvents(
            changingSlot: slots[0].label,
            in: PoolID(pool.id.value + 1),
            intervals: 9,
            limit: 9
        )
        #expect(elsewhere.isEmpty)
        try store.close()
    }

    @Test func tellsOfEachSlotThatHadALabel() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 15)
        func commit(_ change: Change) throws {
            _ = try store.commit(change)
            fleet.commit(change)
        }
        try commit(try fleet.newPool("web", nodes: 2))
        let pool = try #require(fleet.roster.pools.first)
        var former = fleet.roster.slots[0]
        let label = former.label
        (former.placement, former.node) = (.absent, nil)
        try commit(try fleet.change(of: former, in: pool))
        try commit(try fleet.addition(to: pool))
        var latter = try #require(fleet.roster.slots.last)
        latter.label = label
        try commit(try fleet.change(of: latter, in: pool))
        let found = try store.poolEvents(changingSlot: label, in: pool.id, intervals: 100, limit: 100)
        // Version 3 added the second slot by name of its node.
        #expect(found.map { $0.version?.value } == [1, 2, 4])
        #expect(found.map(\.id) == found.map(\.id).sorted())
        try store.close()
    }
}
