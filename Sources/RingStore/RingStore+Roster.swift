import GRDB
import RingCore
package import RingPlanner

extension RingStore {
    /// Everything durable that decisions rest on, as of the newest commit.
    ///
    /// - Throws: `StoreError` with ``StoreError/Code/damaged`` for a value that this program cannot have written.
    package func loadRoster() throws(StoreError) -> Roster {
        try write("load the roster") { db in
            var place = "installation"
            do {
                var roster = Roster(epoch: Epoch(try Int64.fetchOne(db, sql: "SELECT epoch FROM installation") ?? 1))
                place = "pool"
                roster.pools = try Row.fetchAll(db, sql: Self.livePools).map { try RosterRows.pool($0, db) }
                roster.formerPools = try Row.fetchAll(db, sql: Self.formerPools).map(Self.formerPool)
                place = "node"
                roster.nodes = try Row.fetchAll(db, sql: Self.live("node")).map { try RosterRows.node($0, db) }
                place = "slot"
                roster.slots = try Row.fetchAll(db, sql: Self.live("slot")).map { try RosterRows.slot($0) }
                place = "ring_version"
                roster.charges = try roster.pools.flatMap { try Self.charges(of: $0.id, db) }
                place = "answered_request"
                roster.recentRequests = try Row.fetchAll(db, sql: Self.newestAnswers).map(Self.answer)
                roster.nextPool = PoolID(try Self.nextIdentifier(of: "pool", db))
                roster.nextNode = NodeID(try Self.nextIdentifier(of: "node", db))
                roster.nextSlot = SlotID(try Self.nextIdentifier(of: "slot", db))
                return roster
            } catch let error where !(error is DatabaseError) {
                throw StoreError(
                    .damaged,
                    "the table \(place) holds a value that ringd does not write: \(error)",
                    at: self.path,
                    hint: "if it was edited by hand, undo that; otherwise restore a backup"
                )
            }
        }
    }

    /// Live pools, each with its newest version.
    static let livePools = """
        SELECT pool.*, newest.version AS version, newest.created_at AS version_created_at
        FROM pool
        LEFT JOIN ring_version AS newest ON newest.pool_id = pool.id
            AND newest.version = (SELECT max(version) FROM ring_version WHERE pool_id = pool.id)
        WHERE pool.deleted_at IS NULL
        ORDER BY pool.id
        """

    private static func live(_ table: String) -> String {
        """
        SELECT \(table).* FROM \(table) JOIN pool ON pool.id = \(table).pool_id
        WHERE pool.deleted_at IS NULL ORDER BY \(table).id
        """
    }

    /// The newest deleted pool of each name that no live pool has, if a version of that name was ever made.
    private static let formerPools = """
        SELECT
            pool.name,
            max(coalesce(newest.version, 0), pool.version_floor) AS version,
            coalesce(newest.created_at, pool.created_at) AS created_at
        FROM pool
        LEFT JOIN ring_version AS newest ON newest.pool_id = pool.id
            AND newest.version = (SELECT max(version) FROM ring_version WHERE pool_id = pool.id)
        WHERE pool.id = (SELECT max(id) FROM pool AS last WHERE last.name = pool.name)
            AND pool.deleted_at IS NOT NULL
            AND max(coalesce(newest.version, 0), pool.version_floor) > 0
        ORDER BY pool.name
        """

    private static func formerPool(_ row: Row) throws -> FormerPool {
        FormerPool(
            name: try PoolName(row["name"]),
            version: RingVersion(row["version"]),
            createdAt: WallTime(milliseconds: row["created_at"])
        )
    }

    /// Automatic versions of the last day before the newest automatic one.
    private static func charges(of pool: PoolID, _ db: Database) throws -> [Charge] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT version, created_at, charge_parts FROM ring_version
                WHERE pool_id = ?1 AND is_automatic = 1 AND created_at >= (
                    SELECT max(created_at) FROM ring_version WHERE pool_id = ?1 AND is_automatic = 1
                ) - ?2
                ORDER BY version
                """,
            arguments: [pool.value, Charge.memoryMilliseconds]
        )
        return rows.map { row in
            Charge(
                pool: pool,
                version: RingVersion(row["version"]),
                at: WallTime(milliseconds: row["created_at"]),
                share: Share(parts: UInt64(row["charge_parts"] as Int64))
            )
        }
    }

    private static let newestAnswers = """
        SELECT * FROM (SELECT * FROM answered_request ORDER BY id DESC LIMIT \(Roster.recentRequestLimit)) ORDER BY id
        """

    private static func answer(_ row: Row) throws -> AnsweredRequest {
        AnsweredRequest(
            request: try RequestID(row["request_id"]),
            pool: try PoolName(row["pool"]),
            summary: row["summary"],
            version: (row["version"] as Int64?).map(RingVersion.init)
        )
    }

    /// Above every identifier that a row of the table ever had, whether the row is still there or not.
    private static func nextIdentifier(of table: String, _ db: Database) throws -> Int64 {
        let last = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = ?", arguments: [table])
        return (last ?? 0) + 1
    }
}
