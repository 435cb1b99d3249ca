import GRDB

/// What SQLite says about the connection that writes: read back from it, never assumed.
package struct EffectiveSettings: Hashable, Sendable {
    package var journalMode: String
    /// 2 is FULL: each commit is on the disk when it returns.
    package var synchronous: Int
    package var foreignKeys: Bool
    package var trustedSchema: Bool
    package var cellSizeCheck: Bool
    package var mmapSize: Int
    package var walAutocheckpoint: Int
    package var lockingMode: String
    package var busyTimeoutMilliseconds: Int
    package var sqliteVersion: String

    /// Reads the settings of a connection.
    init(of db: Database) throws {
        func text(_ name: String) throws -> String { try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "" }
        // A build without memory mapping answers nothing at all.
        func number(_ name: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(name)") ?? 0 }
        journalMode = try text("journal_mode")
        synchronous = try number("synchronous")
        foreignKeys = try number("foreign_keys") == 1
        trustedSchema = try number("trusted_schema") == 1
        cellSizeCheck = try number("cell_size_check") == 1
        mmapSize = try number("mmap_size")
        walAutocheckpoint = try number("wal_autocheckpoint")
        lockingMode = try text("locking_mode")
        busyTimeoutMilliseconds = try number("busy_timeout")
        sqliteVersion = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
    }

    /// The settings that durability and safety rest on, as `(name, is, must be)` where they differ.
    package var violations: [String] {
        let checks: [(String, String, String)] = [
            ("journal_mode", journalMode, "wal"),
            ("synchronous", "\(synchronous)", "2"),
            ("foreign_keys", "\(foreignKeys)", "true"),
            ("trusted_schema", "\(trustedSchema)", "false"),
            ("cell_size_check", "\(cellSizeCheck)", "true"),
            ("mmap_size", "\(mmapSize)", "0"),
            ("wal_autocheckpoint", "\(walAutocheckpoint)", "0"),
            ("locking_mode", lockingMode, "normal"),
        ]
        return checks.filter { $0.1 != $0.2 }.map { "\($0.0) is \($0.1), not \($0.2)" }
    }
}

extension Configuration {
    /// The connection that writes.
    ///
    /// The journal mode stays at GRDB's default on purpose: asked for WAL, it sets `synchronous=NORMAL` after this runs,
    /// and a power cut then takes acknowledged changes with it. Automatic checkpoints are off because SQLite swallows
    /// their errors.
    static func writing(busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ringd.store.writer"
        configuration.busyMode = .timeout(busyTimeout.seconds)
        configuration.prepareDatabase { db in
            for statement in [
                "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
                "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0",
                "PRAGMA wal_autocheckpoint = 0", "PRAGMA temp_store = MEMORY",
            ] {
                try db.execute(sql: statement)
            }
        }
        return configuration
    }

    /// A connection that answers questions and never writes, nor moves the write-ahead log into the database.
    static func reading() -> Configuration {
        var configuration = Configuration()
        configuration.label = "ringd.store.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { db in
            for statement in [
                "PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
                "PRAGMA mmap_size = 0", "PRAGMA wal_autocheckpoint = 0", "PRAGMA temp_store = MEMORY",
            ] {
                try db.execute(sql: statement)
            }
        }
        return configuration
    }
}

extension Duration {
    /// For GRDB, which counts in seconds.
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1_000_000_000_000_000_000
    }
}
