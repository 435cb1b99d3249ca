import FoundationEssentials
import GRDB
import RingCore
import RingPlanner
import Testing

@testable import RingStore

@Suite struct LongHistoryTests {
    /// Goal: the length of history costs nothing to those who ask for one version.
    ///
    /// Method: 10,000 versions of 200 slots, written by SQL in one transaction; questions about early, middle and late
    /// versions, with a bound that a scan on a busy machine would break, and the plan of the query.
    @Test func tenThousandVersionsAreAsQuickAsTen() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        let modula = DialectChoice(name: "libmemcached-modula")
        _ = try store.commit(fleet.newPool("web", nodes: 200, dialect: modula))
        try store.writer.write { db in try Self.grow(to: 10_000, db) }

        let web = try PoolName("web")
        let clock = ContinuousClock()
        for number in [2, 100, 5_000, 9_999, 10_000] as [Int64] {
            let version = try #require(try store.version(RingVersion(number), of: web))
            var slots: [PublishedSlot] = []
            let time = try clock.measure { slots = try store.slots(of: version).contents }
            #expect(slots.count == 200)
            // Version v last changed slot (v - 2) % 200, to a weight that says so.
            #expect(slots[Int((number - 2) % 200)].weight.value == Int(number % 97) + 1)
            #expect(time < .milliseconds(500))
        }
        #expect(try store.history(of: web, limit: 20).count == 20)
        let time = WallTime(
            milliseconds: try #require(try store.version(RingVersion(777), of: web)).createdAt.milliseconds
        )
        #expect(try store.version(at: time, of: web)?.version.value == 777)
        let plan = try store.readers.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    EXPLAIN QUERY PLAN SELECT slot_version.* FROM slot JOIN slot_version ON slot_version.rowid = (
                        SELECT rowid FROM slot_version AS newest
                        WHERE newest.slot_id = slot.id AND newest.from_version <= 5
                        ORDER BY newest.from_version DESC LIMIT 1
                    ) WHERE slot.pool_id = 1
                    """
            ).map { $0["detail"] as String }
        }
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        try store.close()
    }

    private static func grow(to last: Int64, _ db: Database) throws {
        let event = try db.makeStatement(
            sql: """
                INSERT INTO event (id, at, actor, kind, pool, reason, detail, previous_hash, hash)
                SELECT id + 1, at + 1000, 'ringd', 'set', pool, '', '{}', hash, hash
                FROM event ORDER BY id DESC LIMIT 1
                """
        )
        let version = try db.makeStatement(
            sql: """
                INSERT INTO ring_version
                SELECT pool_id, pool, version + 1, epoch, version, created_at + 1000, event_id + 1, dialect, options, key_hash,
                    digest, agreement, moved_parts, cold_parts, is_automatic, charge_parts, has_continuum, NULL, NULL, NULL
                FROM ring_version ORDER BY rowid DESC LIMIT 1
                """
        )
        let close = try db.makeStatement(
            sql: "UPDATE slot_version SET to_version = ? WHERE slot_id = ? AND to_version IS NULL"
        )
        let open = try db.makeStatement(
            sql: """
                INSERT INTO slot_version
                SELECT slot_id, pool_id, ?1, NULL, position, label, ?2, ramp, state, node, host, port, zone
                FROM slot_version WHERE slot_id = ?3 ORDER BY from_version DESC LIMIT 1
                """
        )
        for number in 2...last {
            let slot = (number - 2) % 200 + 1
            try event.execute()
            try version.execute()
            try close.execute(arguments: [number, slot])
            try open.execute(arguments: [number, number % 97 + 1, slot])
        }
    }
}
