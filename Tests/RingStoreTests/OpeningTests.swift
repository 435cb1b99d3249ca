import Foundation
import GRDB
import RingCore
import RingMigrations
import RingPlanner
import Testing

@testable import RingStore

@Suite struct OpeningTests {
    private func code(of error: any Error) -> StoreError.Code? { (error as? StoreError)?.code }

    @Test func runningConnectionIsDurable() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let settings = try store.effectiveSettings()
        #expect(settings.journalMode == "wal")
        #expect(settings.synchronous == 2)
        #expect(settings.foreignKeys)
        #expect(!settings.trustedSchema)
        #expect(settings.cellSizeCheck)
        #expect(settings.mmapSize == 0)
        #expect(settings.walAutocheckpoint == 0)
        #expect(settings.violations == [])
        try store.close()
    }

    /// Goal: the reading back would notice.
    ///
    /// Method: GRDB's own way of asking for WAL, which lowers `synchronous`.
    @Test func readingBackNoticesWeakerSettings() throws {
        let scratch = try Scratch()
        var configuration = Configuration.writing(busyTimeout: .seconds(1))
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: scratch.path, configuration: configuration)
        let violations = try queue.writeWithoutTransaction { db in try EffectiveSettings(of: db).violations }
        #expect(violations == ["synchronous is 1, not 2"])
        let plain = try DatabaseQueue(path: scratch.directory + "/plain.db")
        let names = try plain.writeWithoutTransaction { db in try EffectiveSettings(of: db).violations }
        #expect(names.contains { $0.hasPrefix("journal_mode is delete") })
        #expect(names.contains { $0.hasPrefix("wal_autocheckpoint is 1000") })
    }

    @Test func filesAreForTheirOwnerAlone() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        for name in ["ringd.db", "ringd.db-wal", "ringd.db-shm", "ringd.lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.directory + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        try store.close()
    }

    @Test func secondOpenerIsTurnedAwayWithProcessOfFirst() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in
            code(of: error) == .lockedByAnother(pid: getpid()) && "\(error)".contains("process \(getpid())")
        }
        try store.close()
        let again = try RingStore.open(at: scratch.path)
        #expect(again.installation == store.installation)
        try again.close()
    }

    @Test func newerSchemaIsRefusedAndLeftAsItWas() throws {
        let scratch = try Scratch()
        let newer = Migration.all + [Migration(name: "V9999__of_tomorrow", sql: Array("CREATE TABLE t (a);".utf8))]
        let store = try RingStore.open(at: scratch.path, migrations: newer)
        var fleet = Fleet(seed: 1)
        _ = try store.commit(fleet.newPool("web", nodes: 2))
        try store.close()
        let before = scratch.bytes()
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .newerSchema }
        #expect(scratch.bytes() == before)
        let again = try RingStore.open(at: scratch.path, migrations: newer)
        #expect(try again.loadRoster().nodes.count == 2)
        try again.close()
    }

    @Test func copyIsMadeBeforeMigrationOfDatabaseWithData() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        #expect(store.migrationBackup == nil)
        var fleet = Fleet(seed: 1)
        let change = try fleet.newPool("web", nodes: 3)
        _ = try store.commit(change)
        fleet.commit(change)
        try store.close()
        let newer = Migration.all + [Migration(name: "V0777__of_tomorrow", sql: Array("CREATE TABLE t (a);".utf8))]
        let migrated = try RingStore.open(at: scratch.path, migrations: newer)
        #expect(migrated.migrationBackup == scratch.path + ".before-V0777")
        #expect(try migrated.loadRoster() == fleet.roster)
        try migrated.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
        #expect(names == ["ringd.db", "ringd.db.before-V0777", "ringd.lock"])
        // The copy is a whole database of the schema before.
        try FileManager.default.removeItem(atPath: scratch.path)
        try FileManager.default.moveItem(atPath: scratch.path + ".before-V0777", toPath: scratch.path)
        let restored = try RingStore.open(at: scratch.path)
        #expect(try restored.loadRoster() == fleet.roster)
        try restored.close()
    }

    @Test func failedMigrationLeavesOldSchemaAndData() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        _ = try store.commit(fleet.newPool("web", nodes: 3))
        let roster = try store.loadRoster()
        try store.close()
        let broken = Migration(
            name: "V0777__broken",
            sql: Array("CREATE TABLE t (a); INSERT INTO nowhere VALUES (1);".utf8)
        )
        #expect(throws: StoreError.self) {
            _ = try RingStore.open(at: scratch.path, migrations: Migration.all + [broken])
        }
        let again = try RingStore.open(at: scratch.path)
        #expect(try again.loadRoster() == roster)
        try again.close()
    }

    @Test func damagedFileIsRefusedAndLeftAsItWas() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        _ = try store.commit(fleet.newPool("web", nodes: 6))
        try store.close()
        var bytes = try #require(scratch.bytes())
        let page = 4096 * (bytes.count / 4096 / 2)
        bytes.replaceSubrange(page..<(page + 4096), with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: scratch.path))
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .damaged }
        #expect(scratch.bytes() == bytes)
    }

    @Test func cutFileIsRefused() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        try store.close()
        let bytes = try #require(scratch.bytes())
        try bytes.prefix(bytes.count - 4096 - 100).write(to: URL(fileURLWithPath: scratch.path))
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .damaged }
    }

    @Test(arguments: ["hello, world: this is a text of more than sixteen bytes", "short"])
    func fileThatIsNoDatabaseIsRefusedAndLeftAsItWas(text: String) throws {
        let scratch = try Scratch()
        try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.path))
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .notADatabase }
        #expect(scratch.bytes() == Data(text.utf8))
    }

    @Test func databaseOfAnotherApplicationIsRefused() throws {
        let scratch = try Scratch()
        try scratch.edit("CREATE TABLE bookmarks (url TEXT)")
        let before = scratch.bytes()
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .notADatabase }
        #expect(scratch.bytes() == before)
    }

    @Test func directoryInPlaceOfFileIsRefused() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: false)
        #expect {
            _ = try RingStore.open(at: scratch.path)
        } throws: { error in code(of: error) == .notADatabase }
        #expect {
            _ = try RingStore.open(at: scratch.directory + "/missing/ringd.db")
        } throws: { error in code(of: error) == .ioError && "\(error)".contains("make the directory first") }
    }

    @Test func valueThatRingdDoesNotWriteIsNamed() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: 1)
        _ = try store.commit(fleet.newPool("web", nodes: 2))
        try store.close()
        try scratch.edit("UPDATE pool SET policy = '{\"interval\":\"1 fortnight\"}'")
        let again = try RingStore.open(at: scratch.path)
        #expect {
            _ = try again.loadRoster()
        } throws: { error in code(of: error) == .damaged && "\(error)".contains("table pool") }
        try again.close()
    }

    @Test func migrationsThatLandedStayAsTheyAre() throws {
        let url = try #require(Bundle.module.url(forResource: "migrations", withExtension: "sha256"))
        let landed = try String(contentsOf: url, encoding: .utf8)
        let now = Migration.all.map { migration in
            SHA256.hash(migration.sql).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                + "  \(migration.name).sql\n"
        }
        #expect(landed == now.joined())
        #expect(Migration.all.map(\.name) == Migration.all.map(\.name).sorted())
        for migration in Migration.all {
            #expect(String(decoding: migration.sql, as: UTF8.self).hasPrefix("-- Why: "), "\(migration.name)")
        }
    }

    @Test func schemaIsTheSumOfItsMigrations() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        try store.close()
        let queue = try DatabaseQueue(path: scratch.path)
        let objects = try queue.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sql || ';' FROM sqlite_schema
                    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%' ORDER BY rowid
                    """
            )
        }
        let sum = objects.joined(separator: "\n\n") + "\n"
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("schema.sql")
            try sum.write(to: file, atomically: true, encoding: .utf8)
        }
        let url = try #require(Bundle.module.url(forResource: "schema", withExtension: "sql"))
        #expect(try String(contentsOf: url, encoding: .utf8) == sum)
    }
}
