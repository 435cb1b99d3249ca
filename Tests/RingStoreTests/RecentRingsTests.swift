import GRDB
import RingCore
import RingPlanner
import Testing

@testable import RingStore

/// What the record says of the last rings, against a model that watches the changes as they are made.
struct RecentRingsTests {
    @Test(arguments: [UInt64(4), 11, 23])
    func areFoundInTheIntervalsOfTheSlots(seed: UInt64) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: seed)
        var model: [PoolID: RecentRings] = [:]
        var change = try fleet.newPool("web", nodes: 4)
        for _ in 0..<120 {
            _ = try store.commit(change)
            fleet.commit(change)
            let pool = fleet.roster.pools.first { $0.name == change.events.first?.pool }
            if let pool {
                model[pool.id, default: RecentRings()].append(change, ring: try fleet.ring(of: pool, after: change))
            }
            change = try fleet.anyChange()
        }
        let now = WallTime(milliseconds: fleet.clock)
        let found = try store.recentRings(of: fleet.roster, at: now)
        let live = fleet.roster.pools.filter { $0.version != nil }
        #expect(Set(found.keys) == Set(live.map(\.id)))
        for pool in live {
            let expected = try #require(model[pool.id])
            #expect(found[pool.id]?.versions == expected.versions)
            #expect(found[pool.id]?.isCut == false)
            #expect(found[pool.id].map(Self.newest) == Self.newest(expected))
        }
        #expect(found.values.contains { !$0.emptied.isEmpty })
        try checkYoung(store, fleet, model)
        let nextDay = WallTime(milliseconds: now.milliseconds + 86_400_000)
        #expect(try store.recentRings(of: fleet.roster, at: nextDay).isEmpty)
        try store.close()
    }

    /// Only what is young counts, and the version that was current when that time began.
    private func checkYoung(_ store: RingStore, _ fleet: Fleet, _ model: [PoolID: RecentRings]) throws {
        for pool in fleet.roster.pools {
            guard let versions = model[pool.id]?.versions, versions.count > 5 else { continue }
            let from = versions[versions.count - 3].createdAt.milliseconds - 500
            let found = try store.recentRings(of: fleet.roster, at: WallTime(milliseconds: from + 86_400_000))
            #expect(found[pool.id]?.versions == versions.suffix(4))
        }
    }

    /// Of each node the newest time that it was empty.
    private static func newest(_ recent: RecentRings) -> [NodeName: WallTime] {
        Dictionary(recent.emptied.map { ($0.node, $0.at) }) { max($0, $1) }
    }

    /// A start reads a day of events, and not the years before.
    @Test func readNoEventThatIsOlder() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let plan = try store.readers.read { db in
            try Row.fetchAll(
                db,
                sql: "EXPLAIN QUERY PLAN " + RingStore.emptyings,
                arguments: [0, "web", "emptied", "true", 1]
            )
            .map { $0["detail"] as String }
        }
        #expect(plan.filter { $0.contains("event") } == ["SEARCH event USING INDEX event_by_time (at>?)"], "\(plan)")
        try store.close()
    }

    @Test func areCutWhereThereAreTooMany() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        var change = try fleet.newPool("web", nodes: 2)
        for number in 0..<20 {
            _ = try store.commit(change)
            fleet.commit(change)
            change = try fleet.weightChange(number)
        }
        let pool = try #require(fleet.roster.pools.first)
        let now = WallTime(milliseconds: fleet.clock)
        for (limit, count, isCut) in [(12, 12, true), (20, 20, true), (21, 20, false)] {
            let found = try store.recentRings(of: fleet.roster, at: now) { _ in limit }[pool.id]
            #expect(found?.versions.count == count)
            #expect(found?.isCut == isCut)
            #expect(found?.versions.last?.createdAt == pool.versionCreatedAt)
        }
        #expect(RecentRings.versionLimit(slots: 10) == 1000 && RecentRings.versionLimit(slots: 10_000) == 10)
        try store.close()
    }

    /// Goal: a planner that starts on the record refuses what the one before would have refused.
    ///
    /// Method: two nodes lose keys to a third, and the third is to leave again.
    @Test func tellAPlannerWhatItKnewBefore() throws {
        let scratch = try Scratch()
        var fleet = Fleet(seed: 2)
        do {
            let store = try RingStore.open(at: scratch.path)
            for change in [try fleet.newPool("web", nodes: 2), nil] {
                let change = try change ?? fleet.arrival()
                _ = try store.commit(change)
                fleet.commit(change)
            }
            try store.close()
        }
        let store = try RingStore.open(at: scratch.path)
        let roster = try store.loadRoster()
        let now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: fleet.clock + 1000))
        let recent = try store.recentRings(of: roster, at: now.wall)
        try store.close()
        let pool = try #require(roster.pools.first)
        let full = try #require(try PublishedRing(pool: pool, roster: roster)).served
        var without = roster
        without.slots[2].placement = .ejected
        let after = try #require(try PublishedRing(pool: pool, roster: without)).served
        let memory = ArcMemory(recalling: try #require(recent[pool.id]), of: pool.id, in: roster, at: now)
        let back = memory.returns(from: full, to: after, at: now.instant, ttl: pool.policy.maxItemTTL)
        #expect(back.map(\.node) == roster.nodes.prefix(2).map(\.id))
        #expect(back.reduce(Share.none) { $0 + $1.share } == full.ring.shares[2])
        #expect(back.allSatisfy { $0.until < now.instant + pool.policy.maxItemTTL })
    }
}

extension Fleet {
    /// The ring that a version publishes, as the model has it.
    fileprivate func ring(of pool: PoolRecord, after change: Change) throws -> PublishedRing? {
        change.version == nil ? nil : try PublishedRing(pool: pool, roster: roster)
    }

    /// One of the first pool's slots with another weight.
    fileprivate mutating func weightChange(_ number: Int) throws -> Change {
        let pool = try #require(roster.pools.first)
        var slot = try #require(roster.slots.first)
        slot.weight = try Weight(100 + number % 2)
        return try self.change(of: slot, in: pool)
    }

    /// One more node in the first pool's ring.
    fileprivate mutating func arrival() throws -> Change {
        try addition(to: try #require(roster.pools.first))
    }
}
