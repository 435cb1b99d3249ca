import Testing

@testable import RingStore

@Suite struct ReadOnlyQueryTests {
    private func withStore(_ body: (RingStore, ReadOnlyQuery) throws -> Void) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 5)
        _ = try store.commit(fleet.newPool("web", nodes: 3))
        try body(store, store.readOnlyQuery)
        try store.close()
    }

    @Test func answersWithColumnsAndValues() throws {
        try withStore { _, query in
            let answer = try query.run("SELECT 1 AS a, 2.5 AS b, NULL, 'x' AS c, x'00ff' AS d; -- done")
            #expect(answer.columns == ["a", "b", "NULL", "c", "d"])
            #expect(answer.rows == [[.integer(1), .real(2.5), .null, .text("x"), .blob([0, 255])]])
            #expect(try query.run("SELECT node FROM current_ring").rows.count == 3)
            #expect(try query.run("EXPLAIN QUERY PLAN SELECT * FROM event").rows.isEmpty == false)
            #expect(try query.run("SELECT name FROM pragma_table_info('event')").rows.first == [.text("id")])
            #expect(try query.run("SELECT value FROM json_each('[7]')").rows == [[.integer(7)]])
            #expect(try query.run("PRAGMA user_version").rows == [[.integer(0)]])
        }
    }

    @Test(arguments: [
        ("INSERT INTO pool (name) VALUES ('x')", "only reading"),
        ("DELETE FROM probe_run", "only reading"),
        ("UPDATE installation SET epoch = 9", "only reading"),
        ("DROP TABLE event", "only reading"),
        ("CREATE TEMP TABLE t (a)", "only reading"),
        ("WITH a AS (SELECT 1) INSERT INTO pool SELECT * FROM a", "only reading"),
        ("VACUUM INTO '/tmp/copy.db'", "only"),
        ("ATTACH '/etc/passwd' AS a", "ATTACH"),
        ("DETACH main", "ATTACH"),
        ("BEGIN", "transactions"),
        ("SAVEPOINT a", "transactions"),
        ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode"),
        ("PRAGMA query_only = OFF", "PRAGMA query_only"),
        ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint"),
        ("PRAGMA writable_schema = 1", "PRAGMA writable_schema"),
        ("SELECT load_extension('/tmp/x.so')", "load_extension"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT 1; DROP TABLE event", "more than one statement"),
        ("SELECT ?", "parameters"),
        ("", "no statement"),
        ("-- nothing", "no statement"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nowhere", "no such table"),
        ("SELECT 1\u{0}; DROP TABLE event", "zero byte"),
        ("SELECT length(zeroblob(1 << 30))", "too long"),
    ])
    func refusesInWords(sql: String, problem: String) throws {
        try withStore { store, query in
            let before = try store.verifyAudit()
            let refusal = #expect(throws: ReadOnlyQuery.Refusal.self) { try query.run(sql) }
            #expect(refusal?.problem.contains(problem) == true, "\(String(describing: refusal))")
            #expect(refusal?.hint.isEmpty == false)
            #expect(try store.verifyAudit() == before)
        }
    }

    @Test func endsWhatRunsForEver() throws {
        try withStore { _, query in
            var query = query
            query.timeLimit = .milliseconds(200)
            let clock = ContinuousClock()
            let time = clock.measure {
                let refusal = #expect(throws: ReadOnlyQuery.Refusal.self) {
                    try query.run(
                        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
                    )
                }
                #expect(refusal?.problem.contains("took longer") == true)
            }
            #expect(time < .seconds(5))
        }
    }

    @Test func cutsABillionRows() throws {
        try withStore { _, query in
            let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
            let rows = try query.run(endless + "i FROM n")
            #expect(rows.rows.count == 10_000 && rows.isCut)
            var narrow = query
            narrow.byteLimit = 1 << 20
            let wide = try narrow.run(endless + "zeroblob(100000) FROM n")
            #expect(wide.rows.count == 11 && wide.isCut)
            #expect(try query.run(endless + "i FROM n LIMIT 10000").isCut == false)
        }
    }

    @Test func readsWhileTheStoreWrites() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 6)
        for number in 1...20 {
            let change = try fleet.anyChange()
            _ = try store.commit(change)
            fleet.commit(change)
            let counted = try store.readOnlyQuery.run("SELECT count(DISTINCT detail) > 0, max(id) FROM event").rows
            #expect(counted[0][0] == .integer(1), "after change \(number)")
        }
        try store.close()
    }
}
