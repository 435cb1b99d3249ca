import GRDB
package import RingCore
import RingPlanner
package import RingSnapshots

extension RingStore {
    /// The snapshot of a version, written from the rows: the same value, and so the same bytes, whenever it is asked for.
    ///
    /// - Throws: `StoreError` with ``StoreError/Code/notFound``, or with ``StoreError/Code/damaged`` where the rows no longer
    ///   have the digest that was committed.
    package func snapshot(pool: PoolID, version: RingVersion) throws(StoreError) -> Snapshot {
        try read("read version \(version)") { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT ring_version.*, event.kind, event.actor, event.node, event.reason, event.hash
                    FROM ring_version
                    JOIN event ON event.id = ring_version.event_id
                    WHERE ring_version.pool_id = ? AND ring_version.version = ?
                    """
            )
            guard let row = try Row.fetchOne(statement, arguments: [pool.value, version.value]) else {
                throw StoreError(
                    .notFound,
                    "there is no version \(version)",
                    at: self.path,
                    hint: "'ringctl ring history' lists the versions"
                )
            }
            let snapshot = try Self.snapshot(row, db)
            guard snapshot.computedDigest == snapshot.digest else {
                throw StoreError(
                    .damaged,
                    "version \(version) of \(snapshot.pool) no longer has the digest that was committed",
                    at: self.path,
                    hint: "run 'ringctl audit verify', and restore a backup"
                )
            }
            return snapshot
        }
    }

    private static func snapshot(_ row: Row, _ db: Database) throws -> Snapshot {
        let dialect = try RosterRows.dialect(row, db)
        let pool = PoolID(row["pool_id"])
        let version = RingVersion(row["version"])
        let slots = try PublishedSlots.read(pool: pool, version: version, dialect: dialect, db)
        let keyID: String? = row["signature_key_id"]
        let points = row["has_continuum"] ? slots.ring.searchableContinuum : nil
        return Snapshot(
            pool: try PoolName(row["pool"]),
            epoch: Epoch(row["epoch"]),
            version: version,
            parent: (row["parent"] as Int64?).map(RingVersion.init),
            createdAt: WallTime(milliseconds: row["created_at"]),
            change: Snapshot.Change(
                event: EventID(row["event_id"]),
                kind: row["kind"],
                actor: row["actor"],
                node: try (row["node"] as String?).map { try NodeName($0) },
                reason: row["reason"],
                movedShare: Share(parts: UInt64(row["moved_parts"] as Int64)),
                coldShare: Share(parts: UInt64(row["cold_parts"] as Int64))
            ),
            dialect: dialect,
            keyHash: row["key_hash"],
            slots: slots.contents,
            agreement: Digest(row.bytes("agreement")),
            auditHead: Digest(row.bytes("hash")),
            digest: Digest(row.bytes("digest")),
            continuum: points.map { Snapshot.Continuum(hashes: $0.hashes, slots: $0.slots) },
            signature: keyID.map { Snapshot.Signature(keyID: $0, ed25519: row.bytes("signature")) }
        )
    }

    /// A version that the publisher owes to the clients of a pool.
    package struct Unpublished: Hashable, Sendable {
        package let pool: PoolID
        package let name: PoolName
        package let version: RingVersion
    }

    /// The newest version of each live pool that was committed and not published, by rising pool.
    ///
    /// Earlier ones are skipped: clients need the newest only, and every version can be written out when it is asked for.
    package func unpublished() throws(StoreError) -> [Unpublished] {
        try write("read the outbox") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT pool.id, pool.name, max(ring_version.version) AS version FROM ring_version
                    JOIN pool ON pool.id = ring_version.pool_id
                    WHERE ring_version.published_at IS NULL AND pool.deleted_at IS NULL
                    GROUP BY pool.id ORDER BY pool.id
                    """
            )
            return try rows.map { row in
                Unpublished(
                    pool: PoolID(row["id"]),
                    name: try PoolName(row["name"]),
                    version: RingVersion(row["version"])
                )
            }
        }
    }

    /// Clears the mark of a version and of those before it, which need no publication any more.
    package func markPublished(pool: PoolID, version: RingVersion, at time: WallTime) throws(StoreError) {
        try requireUsable()
        try write("mark version \(version) as published") { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE ring_version SET published_at = ?
                    WHERE pool_id = ? AND version <= ? AND published_at IS NULL
                    """
            )
            try statement.execute(arguments: [time.milliseconds, pool.value, version.value])
        }
    }

    /// How many versions the pool keeps as files, as its policy says; `nil` where there is no such pool.
    package func keptSnapshots(of pool: PoolID) throws(StoreError) -> Int? {
        try read("read how many snapshots are kept") { db in
            let statement = try db.cachedStatement(
                sql: "SELECT coalesce(policy ->> 'keep_snapshots', ?) FROM pool WHERE id = ?"
            )
            return try Int.fetchOne(statement, arguments: [Policy().keepSnapshots, pool.value])
        }
    }
}
