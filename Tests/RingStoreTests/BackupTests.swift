import Foundation
import GRDB
import RingCore
import Testing

@testable import RingStore

@Suite struct BackupTests {
    private func grown(_ fleet: inout Fleet, _ store: RingStore, changes: Int) throws {
        for _ in 0..<changes {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
        }
    }

    @Test func copyHoldsEverythingAndNeedsNoLog() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 21)
        try grown(&fleet, store, changes: 30)
        let file = scratch.directory + "/copy.db"
        let receipt = try store.backUp(to: file)
        #expect(receipt.event == (try store.auditHead()?.event.value))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.directory).filter { $0.hasPrefix("copy") } == [
                "copy.db"
            ]
        )
        let rosterThen = try store.loadRoster()
        try grown(&fleet, store, changes: 5)

        let copy = try RingStore.open(at: file)
        #expect(try copy.loadRoster() == rosterThen)
        #expect(try copy.verifyAudit().defect == nil)
        #expect(copy.installation == store.installation)
        try copy.close()
        try store.close()
    }

    /// Goal: a copy in steps is of one moment, and does not begin anew with each change that is committed between them.
    ///
    /// Method: a change at each report, up to a number that lets even a copy that begins anew come to an end.
    @Test func changesGoOnDuringACopyAndAreNotInIt() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 24)
        try grown(&fleet, store, changes: 10)
        try addBallast(pages: 8000, to: store)
        let roster = try store.loadRoster()
        let event = try store.auditHead()?.event.value
        let file = scratch.directory + "/copy.db"
        var steps: [CopyStep] = []
        let receipt = try store.backUp(to: file) { step in
            steps.append(step)
            guard steps.count <= 9 else { return }
            do { try grown(&fleet, store, changes: 1) } catch { Issue.record("no change during a copy: \(error)") }
        }
        let length = receipt.bytes
        #expect(length > 8000 * 4096 && steps.last == .checking(bytes: length))
        let step: Int64 = 1024 * 4096
        let copied = stride(from: step, to: length, by: Int.Stride(step)).map { $0 } + [length]
        #expect(steps.dropLast() == copied.map { .copying(bytes: $0, of: length) }[...])
        #expect(receipt.event == event)
        #expect(try #require(store.auditHead()?.event.value) >= #require(event) + 9, "no change had to wait")

        let copy = try RingStore.open(at: file)
        #expect(try copy.loadRoster() == roster)
        #expect(try copy.verifyAudit().defect == nil)
        try copy.close()
        try store.close()
    }

    @Test func neverWritesOverAFile() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let file = scratch.directory + "/taken"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: StoreError.self) { _ = try store.backUp(to: file) }
        #expect(error?.what == "exists already")
        #expect(scratch.bytes("taken") == Data("mine".utf8))
        #expect(throws: StoreError.self) { _ = try store.backUp(to: "relative.db") }
        #expect(throws: StoreError.self) { _ = try store.backUp(to: scratch.directory + "/no/such/copy.db") }
        #expect(throws: StoreError.self) { _ = try store.backUp(to: scratch.path) }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory)
        #expect(!names.contains { $0.contains("draft") })
        try store.close()
    }

    @Test func checkNamesWhatIsWrong() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 22)
        try grown(&fleet, store, changes: 10)
        #expect(try store.check().problems.isEmpty)
        try scratch.edit(
            "PRAGMA foreign_keys = OFF; INSERT INTO probe_run VALUES (1, 999, 'soft', 1, 1, 1, NULL, NULL, NULL)"
        )
        #expect(try store.check().problems == ["a row of probe_run refers to a row of node that is not there"])
        try store.close()
    }

    @Test func compactingKeepsEverythingAndGivesSpaceBack() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 23)
        _ = try store.commit(fleet.newPool("web", nodes: 3))
        try store.writer.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
                    INSERT INTO probe_run SELECT i, 1, 'soft', 1, i, i, NULL, NULL, NULL FROM n
                    """
            )
            try db.execute(sql: "DELETE FROM probe_run")
        }
        let roster = try store.loadRoster()
        let (before, after) = try store.compact()
        #expect(before > 1 << 20 && after < before / 4)
        #expect(try store.loadRoster() == roster && store.verifyAudit().defect == nil)
        #expect(try store.effectiveSettings().violations.isEmpty)
        try store.close()
    }

    /// Goal: what is said to be written in all is what is written, or else a bar would jump or stand still.
    @Test func aCompactionTellsHowFarItIs() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        try addBallast(pages: 8000, to: store)
        try store.writer.write { db in try db.execute(sql: "DELETE FROM ballast WHERE page % 2 = 0") }
        var gauges: [CompactionGauge] = []
        var early: Int64 = 0
        let (_, after) = try store.compact { gauge in
            gauges.append(gauge)
            early = gauges[0].done
        }
        try #require(gauges.count == 2)
        let (first, last) = (gauges[0], gauges[1])
        #expect(last.total <= first.total && last.total > 3 * after * 9 / 10)
        #expect(first.total < last.total * 11 / 10, "the estimate is \(first.total), and it came to \(last.total)")
        #expect(early > last.total * 6 / 10 && early < last.total * 7 / 10, "\(early) of \(last.total)")
        let place = try store.writer.read { db in try Int.fetchOne(db, sql: "PRAGMA temp_store") }
        #expect(place == 2, "what is temporary in a change stays in memory")
        #expect(last.done > last.total * 98 / 100, "\(last.done) of \(last.total) at the end")
        try store.close()
    }

    /// Makes the database that many pages longer.
    private func addBallast(pages: Int, to store: RingStore) throws {
        try store.writer.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE ballast AS
                    WITH RECURSIVE n (page) AS (SELECT 1 UNION ALL SELECT page + 1 FROM n WHERE page < ?)
                    SELECT page, zeroblob(4000) FROM n
                    """,
                arguments: [pages]
            )
        }
        try store.checkpoint()
    }
}
