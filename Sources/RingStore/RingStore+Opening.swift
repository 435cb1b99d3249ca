import GRDB
import Glibc
import RingCore
package import RingMigrations

extension RingStore {
    /// Opens the database at `path`, making or migrating it where needed.
    ///
    /// In this order, so that nothing is touched that should not be: the lock; a look through a read-only connection that
    /// refuses what is damaged, somebody else's or newer; the connection that writes, its settings read back; a copy of a
    /// database that holds data, then the migrations.
    ///
    /// - Throws: `StoreError`; the database is as it was then.
    package static func open(
        at path: String,
        options: StoreOptions = StoreOptions(),
        migrations: [Migration] = Migration.all
    ) throws(StoreError) -> RingStore {
        let stem = path.hasSuffix(".db") ? String(path.dropLast(3)) : path
        let lock = try StoreLock(at: stem + ".lock", of: path)
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { db in
                try db.execute(sql: String(decoding: migration.sql, as: UTF8.self))
            }
        }
        let isEmpty = try prepareFile(at: path)
        do {
            if !isEmpty { try inspect(path, migrator) }
            let writer = try DatabaseQueue(path: path, configuration: .writing(busyTimeout: options.busyTimeout))
            try requireSettings(of: writer, at: path)
            let backup = try backUpBeforeMigration(writer, migrator, migrations, at: path)
            try migrator.migrate(writer)
            let now = options.now ?? .now()
            let installation = try writer.write { db in try identity(of: db, now: now) }
            let readers = try Readers(path: path)
            return RingStore(
                path: path,
                installation: installation,
                migrationBackup: backup,
                writer: writer,
                readers: readers,
                options: options,
                lock: lock
            )
        } catch {
            throw StoreError(error, doing: "open the database", at: path)
        }
    }

    /// Makes the file with its mode before SQLite does, and says whether there is nothing in it.
    ///
    /// SQLite gives the write-ahead log the mode of the database.
    private static func prepareFile(at path: String) throws(StoreError) -> Bool {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            guard code != EISDIR else {
                throw StoreError(.notADatabase, "is a directory", at: path, hint: "name the file in it")
            }
            throw StoreLock.failure(code, opening: path)
        }
        defer { Glibc.close(descriptor) }
        var header = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &header, header.count, 0)
        guard count > 0 else { return true }
        guard count == 16, header == Array("SQLite format 3\0".utf8) else {
            throw StoreError(
                .notADatabase,
                "is not an SQLite database",
                at: path,
                hint: "name another file, or move this one away"
            )
        }
        return false
    }

    /// Looks at an existing database without being able to change it.
    static func inspect(_ path: String, _ migrator: DatabaseMigrator) throws {
        let queue = try DatabaseQueue(path: path, configuration: .reading())
        defer { try? queue.close() }
        try queue.read { db in
            try quickCheck(db, at: path)
            if try migrator.hasBeenSuperseded(db) {
                throw StoreError(
                    .newerSchema,
                    "a newer ringd has migrated this database",
                    at: path,
                    hint: "start that ringd, or restore the copy made before its migration (\(path).before-…)"
                )
            }
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") ?? 0
            let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            guard tables == 0 || application == applicationID else {
                throw StoreError(
                    .notADatabase,
                    "is a database of another application",
                    at: path,
                    hint: "name another file, or move this one away"
                )
            }
        }
    }

    /// `ring` in ASCII, as the first migration sets it.
    private static let applicationID = 0x7269_6E67

    static func quickCheck(_ db: Database, at path: String) throws {
        let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(10)")
        guard findings != ["ok"] else { return }
        throw StoreError(
            .damaged,
            "the check found: \(findings.joined(separator: "; "))",
            at: path,
            hint: "restore a backup; clients keep the last published ring meanwhile"
        )
    }

    private static func requireSettings(of queue: DatabaseQueue, at path: String) throws {
        let violations = try queue.writeWithoutTransaction { db in try EffectiveSettings(of: db).violations }
        guard !violations.isEmpty else { return }
        throw StoreError(
            .settingsRefused,
            "SQLite did not take a setting: \(violations.joined(separator: ", "))",
            at: path,
            hint: "put the database on a local file system that supports shared memory maps"
        )
    }

    /// Copies a database that holds data before its first missing migration, through SQLite's backup.
    private static func backUpBeforeMigration(
        _ writer: DatabaseQueue,
        _ migrator: DatabaseMigrator,
        _ migrations: [Migration],
        at path: String
    ) throws -> String? {
        let applied = try writer.read { db in try migrator.appliedIdentifiers(db) }
        guard !applied.isEmpty, let next = migrations.first(where: { !applied.contains($0.name) }) else { return nil }
        let copy = "\(path).before-\(next.number)"
        let draft = "\(copy).draft"
        unlink(draft)
        let descriptor = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreLock.failure(errno, opening: draft) }
        defer { Glibc.close(descriptor) }
        let target = try DatabaseQueue(path: draft)
        try writer.backup(to: target)
        try target.read { db in try quickCheck(db, at: draft) }
        try target.close()
        guard fsync(descriptor) == 0, rename(draft, copy) == 0, syncDirectory(of: path) else {
            throw StoreLock.failure(errno, opening: copy)
        }
        return copy
    }

    static func syncDirectory(of path: String) -> Bool {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Which database this is; a new one is given its identity.
    private static func identity(of db: Database, now: WallTime) throws -> String {
        if let known = try String.fetchOne(db, sql: "SELECT id FROM installation") { return known }
        let id = String((0..<32).map { _ in Array("0123456789abcdef")[Int.random(in: 0..<16)] })
        try db.execute(
            sql: "INSERT INTO installation (one, id, epoch, created_at) VALUES (1, ?, 1, ?)",
            arguments: [id, now.milliseconds]
        )
        return id
    }
}

extension WallTime {
    /// The wall clock, for the shell: pure targets are told.
    static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
