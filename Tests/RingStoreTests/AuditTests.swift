import Foundation
import GRDB
import RingCore
import RingPlanner
import RingSnapshots
import Testing

@testable import RingStore

@Suite struct AuditTests {
    /// A closed database with twelve changes and more events, made once.
    private static let original = Result {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 7)
        let first = try fleet.newPool("web", nodes: 4)
        _ = try store.commit(first)
        fleet.commit(first)
        for _ in 0..<11 {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
        }
        try store.close()
        return scratch
    }

    /// A copy of it.
    private func recorded() throws -> Scratch {
        let scratch = try Scratch()
        try FileManager.default.copyItem(atPath: try Self.original.get().path, toPath: scratch.path)
        return scratch
    }

    private func defect(in scratch: Scratch) throws -> AuditVerdict.Defect? {
        let store = try RingStore.open(at: scratch.path)
        defer { try? store.close() }
        return try store.verifyAudit().defect
    }

    private static let withoutTriggers = """
        DROP TRIGGER event_is_append_only_update; DROP TRIGGER event_is_append_only_delete;
        DROP TRIGGER event_continues_the_chain; PRAGMA foreign_keys = OFF;
        """

    @Test(arguments: [
        "UPDATE event SET reason = 'nothing' WHERE id = 3",
        "DELETE FROM event WHERE id = 3",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 3",
        "INSERT INTO event SELECT id + 100, at, actor, actor_uid, actor_pid, kind, pool, node, slot, reason, detail, "
            + "request_id, previous_hash, hash FROM event WHERE id = 3",
        "UPDATE ring_version SET moved_parts = 0 WHERE version = 1",
        "UPDATE ring_version SET rowid = 77 WHERE version = 1",
        "UPDATE ring_version SET published_at = NULL",
        "DELETE FROM ring_version",
        "INSERT OR REPLACE INTO ring_version SELECT * FROM ring_version WHERE version = 1",
        "UPDATE slot_version SET node = 'other'",
        "UPDATE slot_version SET to_version = NULL WHERE to_version IS NOT NULL",
        "DELETE FROM slot_version",
        "INSERT OR REPLACE INTO slot_version SELECT * FROM slot_version LIMIT 1",
        "DELETE FROM slot",
        "DELETE FROM pool",
        "DELETE FROM installation",
        "UPDATE installation SET epoch = 0",
        "UPDATE node SET host = 'a' || char(10) || 'b'",
        "UPDATE node SET host = 'a' || char(0) || 'b'",
        "UPDATE node SET name = '../x'",
        "UPDATE node SET zone = char(155) || 'x'",
        "UPDATE node SET port = 70000",
        "UPDATE slot SET label = ''",
        "UPDATE slot SET weight = 0",
        "UPDATE pool SET name = 'a..b'",
    ])
    func schemaRefuses(sql: String) throws {
        let scratch = try recorded()
        #expect(throws: DatabaseError.self) { try scratch.edit(sql) }
        #expect(try defect(in: scratch) == nil)
    }

    @Test func publicationIsMarkedOnce() throws {
        let scratch = try recorded()
        try scratch.edit("UPDATE ring_version SET published_at = 5 WHERE version = 1")
        #expect(throws: DatabaseError.self) {
            try scratch.edit("UPDATE ring_version SET published_at = 6 WHERE version = 1")
        }
        #expect(throws: DatabaseError.self) {
            try scratch.edit("UPDATE ring_version SET published_at = 6, epoch = 9 WHERE version = 2")
        }
    }

    @Test(arguments: [
        ("UPDATE event SET reason = reason || '.' WHERE id = 5", 5, "edited"),
        ("UPDATE event SET at = at + 1 WHERE id = 5", 5, "edited"),
        ("UPDATE event SET actor_uid = NULL, actor = 'ringd' WHERE id = 1", 1, "edited"),
        ("UPDATE event SET hash = zeroblob(32) WHERE id = 5", 5, "edited"),
        ("UPDATE event SET previous_hash = zeroblob(32) WHERE id = 5", 5, "continue"),
        ("DELETE FROM event WHERE id = 5", 5, "missing"),
        ("DELETE FROM event WHERE id = 1", 1, "missing"),
        ("DELETE FROM event WHERE id = (SELECT max(id) FROM event)", -1, "missing"),
        (
            "INSERT INTO event SELECT (SELECT max(id) + 1 FROM event), at, actor, actor_uid, actor_pid, kind, pool, node, "
                + "slot, reason, detail, request_id, previous_hash, hash FROM event WHERE id = 3", -2, "continue"
        ),
        ("UPDATE event SET actor = kind, kind = actor WHERE id = 4", 4, "edited"),
    ])
    func chainNamesWhatWasTamperedWith(sql: String, event: Int64, word: String) throws {
        let scratch = try recorded()
        let store = try RingStore.open(at: scratch.path)
        let verdict = try store.verifyAudit()
        #expect(verdict.defect == nil)
        #expect(verdict.count > 12)
        #expect(try store.auditHead()?.hash == verdict.head)
        try store.close()
        try scratch.edit(Self.withoutTriggers + sql)
        let defect = try #require(try defect(in: scratch))
        let expected = event == -1 ? verdict.count : event == -2 ? verdict.count + 1 : event
        #expect(defect.event == EventID(expected))
        #expect(defect.problem.contains(word), "\(defect.problem)")
    }

    /// Goal: anybody can check the chain.
    ///
    /// Method: the documented bytes, put together by hand.
    @Test func hashIsOverDocumentedBytes() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let event = AuditEvent(
            at: WallTime(milliseconds: 258),
            actor: Actor(user: "olga", uid: 1, pid: nil),
            kind: .start,
            pool: nil,
            reason: ""
        )
        _ = try store.commit(Change(id: ChangeID(1), events: [event]))
        func text(_ text: String) -> [UInt8] { [2, 0, 0, 0, 0, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
        var bytes = Array("ringd-event-v1\0\0".utf8) + [UInt8](repeating: 0, count: 32)
        bytes += [1, 0, 0, 0, 0, 0, 0, 0, 1] + [1, 0, 0, 0, 0, 0, 0, 1, 2] + text("olga")
        bytes += [1, 0, 0, 0, 0, 0, 0, 0, 1] + [0] + text("start") + [0, 0, 0] + text("") + text("{}") + [0]
        #expect(try store.auditHead()?.hash.bytes == SHA256.hash(bytes))
        try store.close()
    }

    @Test func editedSlotNoLongerHasItsDigest() throws {
        let scratch = try recorded()
        try scratch.edit(
            "DROP TRIGGER slot_version_ends_once; UPDATE slot_version SET host = 'evil' WHERE from_version = 1"
        )
        let store = try RingStore.open(at: scratch.path)
        let pool = try #require(try store.history(of: PoolName("web")).last)
        #expect {
            _ = try store.snapshot(pool: pool.pool, version: pool.version)
        } throws: { error in (error as? StoreError)?.code == .damaged }
        try store.close()
    }
}
