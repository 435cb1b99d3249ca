import GRDB
import RingCore
import RingPlanner
import RingSnapshots
import Testing

@testable import RingStore

@Suite struct CommitTests {
    /// Goal: what the store loads is what the planner holds in memory.
    ///
    /// Method: random changes, seeded; after each, both.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func loadsWhatApplyingGives(seed: UInt64) throws {
        let scratch = try Scratch()
        var store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: seed)
        for step in 0..<80 {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
            if step % 10 == 0 { #expect(try store.loadRoster() == fleet.roster, "seed \(seed), step \(step)") }
            if step % 40 == 39 {
                try store.close()
                store = try RingStore.open(at: scratch.path)
            }
        }
        #expect(try store.loadRoster() == fleet.roster)
        #expect(try store.verifyAudit().defect == nil)
        try store.close()
    }

    @Test(arguments: [11, 12] as [UInt64])
    func everyVersionReadsBackAsItWasPublished(seed: UInt64) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: seed)
        var files: [(PoolID, RingVersion, [UInt8], [NewVersion.SlotContent])] = []
        for _ in 0..<60 {
            let change = try fleet.anyChange()
            let receipt = try store.commit(change)
            fleet.commit(change)
            guard let version = change.version else { continue }
            let snapshot = try store.snapshot(pool: version.pool, version: version.version)
            #expect(snapshot.digest == receipt.digest)
            #expect(snapshot.computedDigest == receipt.digest)
            #expect((snapshot.continuum != nil) == version.hasContinuum)
            let slots = fleet.published[version.pool]!
            #expect(Set(snapshot.slots) == Set(slots.map(\.content)))
            files.append((version.pool, version.version, snapshot.encoded(), slots))
        }
        #expect(files.count > 30)
        for (pool, version, bytes, _) in files {
            let again = try store.snapshot(pool: pool, version: version)
            #expect(again.encoded() == bytes)
            #expect(try Snapshot.decoding(bytes).digest == again.digest)
        }
        try store.close()
    }

    @Test func refusesChangeThatBreaksRuleAndKeepsNothingOfIt() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        let first = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(first)
        fleet.commit(first)
        let roster = try store.loadRoster()
        let head = try store.auditHead()?.event

        var sameName = roster.nodes[0]
        sameName.name = roster.nodes[1].name
        var dangling = roster.slots[0]
        dangling.node = NodeID(99)
        var skipping = first
        skipping.rows = []
        skipping.answer = nil
        skipping.version?.version = RingVersion(1)
        let event = first.events
        let bad: [Change] = [
            Change(id: ChangeID(1), events: event, rows: [.node(sameName)]),
            Change(id: ChangeID(2), events: event, rows: [.slot(dangling)]),
            Change(id: ChangeID(3), events: event, rows: [.poolDeleted(PoolID(77))]),
            Change(id: ChangeID(4), events: event, answer: first.answer),
            skipping,
        ]
        for change in bad {
            #expect {
                try store.commit(change)
            } throws: { error in
                guard case .refused(let cause) = error as? CommitError else { return false }
                return cause.code == .constraint
            }
        }
        #expect(try store.loadRoster() == roster)
        #expect(try store.auditHead()?.event == head)
        let next = try fleet.anyChange()
        _ = try store.commit(next)
        try store.close()
    }

    @Test func refusesVersionWhoseSlotsAreAnotherRing() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        var change = try fleet.newPool("web", nodes: 3)
        change.version?.agreement[0] ^= 1
        #expect(throws: CommitError.self) { try store.commit(change) }
        change.version?.agreement[0] ^= 1
        change.version?.changedSlots[1].content.points = 7
        #expect(throws: CommitError.self) { try store.commit(change) }
        #expect(try store.loadRoster() == Roster(epoch: Epoch(1)))
        try store.close()
    }

    @Test func keepsEventWhoseReasonHasControlCharacters() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let reason = "server said \u{1B}[2J\0\n" + String(repeating: "é", count: 4000)
        let event = AuditEvent(
            at: WallTime(milliseconds: 1),
            actor: .ringd,
            kind: .down,
            pool: nil,
            reason: reason,
            detail: [.init("answer", "\r\n")]
        )
        _ = try store.commit(Change(id: ChangeID(1), events: [event]))
        let stored = try #require(try store.events(AuditQuery()).first)
        #expect(stored.reason.hasPrefix("server said \\u{1b}[2J\\u{0}\\u{a}éé"))
        #expect(stored.reason.utf8.count <= 4096)
        #expect(stored.detail == [.init("answer", "\\u{d}\\u{a}")])
        #expect(try store.verifyAudit().defect == nil)
        try store.close()
    }

    @Test func remembersNewestAnswersOnly() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let pool = try PoolName("web")
        for number in 0..<(Roster.recentRequestLimit + 10) {
            let request = try RequestID("r-\(number)")
            let answer = AnsweredRequest(request: request, pool: pool, summary: "\(number)", version: nil)
            _ = try store.commit(Change(id: ChangeID(1), events: [], answer: answer))
        }
        let answers = try store.loadRoster().recentRequests
        #expect(answers.map(\.summary) == (10..<(Roster.recentRequestLimit + 10)).map { "\($0)" })
        try store.close()
    }

    @Test func outboxNamesNewestUnpublishedVersionOfEachPool() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 5)
        for name in ["web", "sessions"] {
            let change = try fleet.newPool(name, nodes: 2)
            _ = try store.commit(change)
            fleet.commit(change)
        }
        let pools = fleet.roster.pools.map(\.id)
        #expect(try store.unpublished().map(\.pool) == pools)
        try store.markPublished(pool: pools[0], version: RingVersion(1), at: WallTime(milliseconds: 9))
        #expect(try store.unpublished().map(\.name.text) == ["sessions"])
        // A second mark changes nothing, though the first one's time is what stays.
        try store.markPublished(pool: pools[0], version: RingVersion(1), at: WallTime(milliseconds: 10))
        #expect(try store.history(of: PoolName("web")).first?.publishedAt == WallTime(milliseconds: 9))
        try store.close()
    }

    @Test func numbersGoOnWhenPoolIsMadeAgain() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 5)
        func commit(_ change: Change) throws {
            _ = try store.commit(change)
            fleet.commit(change)
        }
        try commit(fleet.newPool("web", nodes: 2))
        let first = try #require(fleet.roster.pools.first)
        let event = AuditEvent(at: first.createdAt, actor: .ringd, kind: .poolDelete, pool: first.name, reason: "")
        try commit(Change(id: ChangeID(1), events: [event], rows: [.poolDeleted(first.id)]))
        #expect(try store.loadRoster().formerPools.map(\.version) == [RingVersion(1)])
        var again = try fleet.newPool("web", nodes: 2)
        if case .pool(var record)? = again.rows.first {
            record.versionFloor = RingVersion(0)
            again.rows[0] = .pool(record)
        }
        again.version?.version = RingVersion(1)
        #expect(throws: CommitError.self) { try store.commit(again) }
        try commit(fleet.newPool("web", nodes: 2))
        let history = try store.history(of: PoolName("web"))
        #expect(history.map(\.version.value) == [2, 1])
        #expect(Set(history.map(\.pool)).count == 2)
        #expect(try store.version(RingVersion(1), of: PoolName("web"))?.pool == first.id)
        try store.close()
    }
}
