import GRDB
package import RingCore

extension RingStore {
    /// Events by rising identifier: the newest that fit the query, or the next after a given one.
    package func events(_ query: AuditQuery) throws(StoreError) -> [StoredEvent] {
        try read("read events") { db in
            var conditions: [String] = []
            var arguments: [(any DatabaseValueConvertible)?] = []
            func require(_ condition: String, _ value: any DatabaseValueConvertible) {
                conditions.append(condition)
                arguments.append(value)
            }
            if let pool = query.pool { require("event.pool = ?", pool.text) }
            if let node = query.node { require("event.node = ?", node.text) }
            // The clock may have been set back, so a time alone bounds no identifiers; the first at or after it does.
            if let since = query.since {
                require("event.id >= (SELECT min(id) FROM event WHERE at >= ?)", since.milliseconds)
                require("event.at >= ?", since.milliseconds)
            }
            if let until = query.until {
                require("event.id <= (SELECT max(id) FROM event WHERE at < ?)", until.milliseconds)
                require("event.at < ?", until.milliseconds)
            }
            if let after = query.after { require("event.id > ?", after.value) }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT event.*, ring_version.version AS version FROM event
                    LEFT JOIN ring_version ON ring_version.event_id = event.id
                    \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
                    ORDER BY event.id \(query.after == nil ? "DESC" : "ASC") LIMIT ?
                    """,
                arguments: StatementArguments(arguments + [max(0, query.limit)])
            )
            let events = try rows.map { try StoredEvent($0, db) }
            return query.after == nil ? events.reversed() : events
        }
    }

    /// Versions of the pools that had a name, newest first.
    ///
    /// A pool that was deleted and made again goes on above its former numbers, so the list is one.
    package func history(
        of pool: PoolName,
        before: RingVersion? = nil,
        limit: Int = 20
    ) throws(StoreError) -> [StoredVersion] {
        try read("read the history of \(pool)") { db in
            try Self.versions(
                "ring_version.pool = ? AND ring_version.version < ? ORDER BY ring_version.version DESC LIMIT ?",
                [pool.text, before?.value ?? .max, max(0, limit)],
                db
            )
        }
    }

    /// A version of the pools that had a name; `nil` where there is none.
    package func version(_ version: RingVersion, of pool: PoolName) throws(StoreError) -> StoredVersion? {
        try read("read version \(version) of \(pool)") { db in
            try Self.versions(
                "ring_version.pool = ? AND ring_version.version = ?",
                [pool.text, version.value],
                db
            ).first
        }
    }

    /// The version that was current at a time; `nil` where the ring was not filled then.
    package func version(at time: WallTime, of pool: PoolName) throws(StoreError) -> StoredVersion? {
        try read("read the version of \(pool) at \(time)") { db in
            try Self.versions(
                "ring_version.pool = ? AND ring_version.created_at <= ? ORDER BY ring_version.created_at DESC LIMIT 1",
                [pool.text, time.milliseconds],
                db
            ).first
        }
    }

    /// The slots of a version in the order of its ring.
    package func slots(of version: StoredVersion) throws(StoreError) -> PublishedSlots {
        let what = "read the slots of version \(version.version)"
        let rows = try read(what) { db in
            try PublishedSlots.Rows.read(
                pool: version.pool,
                version: version.version,
                dialect: version.dialect,
                db
            )
        }
        do {
            // Others may read meanwhile.
            return try PublishedSlots(building: rows)
        } catch {
            throw StoreError(error, doing: what, at: path)
        }
    }

    static func versions(
        _ condition: String,
        _ arguments: StatementArguments,
        _ db: Database
    ) throws -> [StoredVersion] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT event.*, ring_version.* FROM ring_version
                JOIN event ON event.id = ring_version.event_id
                WHERE \(condition)
                """
        )
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            try StoredVersion(row, event: StoredEvent(row, db), db)
        }
    }
}
