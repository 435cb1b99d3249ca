import GRDB
package import RingCore

/// The slots of one version in the order of its ring, with the ring that is built from them.
///
/// Points are not stored: in foreign dialects one change of weight changes those of every slot. They follow from the
/// slots, so they are found again by building the ring.
package struct PublishedSlots: Sendable {
    package let contents: [PublishedSlot]
    package let ring: Ring

    /// Reads a version's slots: for each slot of the pool, the newest interval that begins at or before the version.
    ///
    /// - Complexity: O(*n* log *m*) in slots ever made and in rows, and O(*p* log *p*) in points; the length of the history
    ///   does not count.
    static func read(pool: PoolID, version: RingVersion, dialect: DialectChoice, _ db: Database) throws -> Self {
        try Self(building: Rows.read(pool: pool, version: version, dialect: dialect, db))
    }

    /// Builds the ring, which needs the database no more.
    init(building rows: Rows) throws {
        let ring = try Ring(dialect: rows.dialect, slots: rows.ringSlots)
        var contents = rows.contents
        if let counts = ring.pointCounts {
            for (index, count) in counts.enumerated() { contents[index].points = count }
        }
        self.contents = contents
        self.ring = ring
    }

    /// Finds the slots of a pool and a version in the order of the dialect's ring: label, weight, state, ramp, node, host,
    /// port and zone of each.
    static func statement(in dialect: DialectChoice, _ db: Database) throws -> Statement {
        let order = try Dialect.named(dialect.name).ordersSlotsByLabel ? "label" : "position"
        return try db.cachedStatement(
            sql: """
                SELECT
                    slot_version.label, slot_version.weight, state, slot_version.ramp, node, host, port, zone
                FROM slot
                JOIN slot_version ON slot_version.rowid = (
                    SELECT rowid FROM slot_version AS newest
                    WHERE newest.slot_id = slot.id AND newest.from_version <= ?2
                    ORDER BY newest.from_version DESC LIMIT 1
                )
                WHERE slot.pool_id = ?1 AND (slot_version.to_version IS NULL OR slot_version.to_version > ?2)
                ORDER BY slot_version.\(order)
                """
        )
    }
}

extension PublishedSlots {
    /// The slots as they are stored: without points.
    struct Rows: Sendable {
        let dialect: DialectChoice
        let contents: [PublishedSlot]
        let ringSlots: [RingSlot]

        /// - Complexity: O(*n* log *m*) in slots ever made and in rows.
        static func read(pool: PoolID, version: RingVersion, dialect: DialectChoice, _ db: Database) throws -> Self {
            let statement = try PublishedSlots.statement(in: dialect, db)
            var contents: [PublishedSlot] = []
            var ringSlots: [RingSlot] = []
            // Columns by number: looking each up by its name takes as long as everything else here.
            let rows = try Row.fetchCursor(statement, arguments: [pool.value, version.value])
            while let row = try rows.next() {
                let state: String = row[2]
                let ramp: Int = row[3]
                let content = PublishedSlot(
                    label: row[0],
                    weight: try Weight(row[1]),
                    points: nil,
                    state: try known(PublishedSlot.State(rawValue: state), "slot_version.state", state),
                    node: try NodeName(row[4]),
                    address: try NodeAddress(host: row[5], port: (row[6] as Int64?).map { UInt16(clamping: $0) }),
                    zone: row[7]
                )
                contents.append(content)
                ringSlots.append(
                    RingSlot(label: content.label, weight: content.weight, limit: ramp == 100 ? .all : .percent(ramp))
                )
            }
            return Self(dialect: dialect, contents: contents, ringSlots: ringSlots)
        }
    }
}
