import GRDB
import Glibc
import RingCore
import RingMigrations

/// A copy that is to be restored, open to be read, after every check.
struct RestoreSource {
    let queue: DatabaseQueue
    let installation: String
    /// The pools of the copy that live, whether their rings were ever filled.
    let pools: [PoolName]

    init(of file: String) throws {
        var header = [UInt8](repeating: 0, count: 16)
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError(
                .notADatabase,
                "cannot be read: \(String(cString: strerror(errno)))",
                at: file,
                hint: "name a copy made with 'ringctl db backup'"
            )
        }
        let count = pread(descriptor, &header, header.count, 0)
        Glibc.close(descriptor)
        guard count == 16, header == Array("SQLite format 3\0".utf8) else {
            throw StoreError(
                .notADatabase,
                "is not an SQLite database",
                at: file,
                hint: "name a copy made with 'ringctl db backup'"
            )
        }
        var migrator = DatabaseMigrator()
        for migration in Migration.all { migrator.registerMigration(migration.name) { _ in } }
        try RingStore.inspect(file, migrator)
        queue = try DatabaseQueue(path: file, configuration: .reading())
        (installation, pools) = try queue.read { db in
            guard try db.tableExists("installation"),
                let id = try String.fetchOne(db, sql: "SELECT id FROM installation")
            else {
                throw StoreError(
                    .notADatabase,
                    "is not a database of ringd",
                    at: file,
                    hint: "name a copy made with 'ringctl db backup'"
                )
            }
            let names = try String.fetchAll(db, sql: "SELECT name FROM pool WHERE deleted_at IS NULL ORDER BY name")
            return (id, try names.map { try PoolName($0) })
        }
    }

    func close() { try? queue.close() }
}

/// What the database says that is about to be replaced, if it still says anything.
struct FormerDatabase {
    let exists: Bool
    /// `nil` where it could not be read.
    private(set) var installation: String?
    private(set) var epoch = Epoch(1)
    /// The highest number that each name ever had.
    private(set) var numbers: [PoolName: RingVersion] = [:]

    init(at path: String) {
        var status = stat()
        exists = stat(path, &status) == 0
        guard exists, status.st_size > 0, let queue = try? DatabaseQueue(path: path, configuration: .reading()) else {
            return
        }
        defer { try? queue.close() }
        let found = try? queue.read { db -> (String?, Int64?, [PoolName: RingVersion]) in
            try RingStore.quickCheck(db, at: path)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT pool AS name, max(version) AS number FROM ring_version GROUP BY pool
                    UNION ALL SELECT name, max(version_floor) FROM pool GROUP BY name
                    """
            )
            let pairs = try rows.map { (try PoolName($0["name"] as String), RingVersion($0["number"])) }
            return (
                try String.fetchOne(db, sql: "SELECT id FROM installation"),
                try Int64.fetchOne(db, sql: "SELECT epoch FROM installation"),
                Dictionary(pairs) { max($0, $1) }
            )
        }
        guard let found else { return }
        installation = found.0
        epoch = Epoch(found.1 ?? 1)
        numbers = found.2
    }
}

/// The number that the versions of each pool must stay above, from everything that is known.
struct VersionFloors {
    let epoch: Epoch
    private let numbers: [PoolName: RingVersion]
    private let times: [PoolName: WallTime]

    /// - Throws: `StoreError` where neither the former database, nor what clients read, nor the operator knows the numbers of a
    ///   pool.
    init(_ request: RestoreRequest, former: FormerDatabase, copied: [PoolName]) throws {
        let published = request.published.compactMap { pool in pool.place.map { (pool.pool, $0) } }
        let places = Dictionary(published) { first, _ in first }
        let names = Set(copied).union(request.published.map(\.pool)).union(former.numbers.keys)
            .union(request.floors.keys)
        let isForeign = former.installation == nil
        var numbers: [PoolName: RingVersion] = [:]
        for name in names.sorted() {
            let said = request.floors[name] ?? request.floorOfAll
            guard !isForeign || places[name] != nil || said != nil else {
                throw StoreError(
                    .constraint,
                    "which versions of pool '\(name)' clients have seen cannot be known",
                    at: request.path,
                    hint: "give a number that is above all of them with --version-floor \(name)=N"
                )
            }
            let known = [former.numbers[name], places[name]?.version, said].compactMap(\.self)
            numbers[name] = known.max() ?? RingVersion(0)
        }
        self.numbers = numbers
        times = places.mapValues(\.createdAt)
        epoch = max(former.epoch, places.values.map(\.epoch).max() ?? former.epoch)
    }

    subscript(name: PoolName) -> RingVersion { numbers[name] ?? RingVersion(0) }

    func createdAt(of name: PoolName) -> WallTime? { times[name] }

    /// Every floor above nothing, by name.
    var sorted: [(PoolName, RingVersion)] {
        numbers.filter { $0.value > RingVersion(0) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
