import GRDB
import Glibc
import RingCore
import RingMigrations
import RingPlanner
import RingSnapshots

extension RingStore {
    /// Puts a copy in the place of a database, with every next version above all that clients have ever seen.
    ///
    /// Nothing is touched until a checked and renumbered copy lies beside the database; then one rename puts it in place,
    /// and the former database stays beside it under another name.
    ///
    /// - Throws: `StoreError`: another `ringd` runs, the copy is no database, newer or another installation's, or the numbers
    ///   that were used cannot be known.
    package static func restore(
        _ request: RestoreRequest,
        report: (CopyStep) -> Void = { _ in }
    ) throws(StoreError) -> RestoreReceipt {
        let path = request.path
        let stem = path.hasSuffix(".db") ? String(path.dropLast(3)) : path
        let lock = try StoreLock(at: stem + ".lock", of: path)
        defer { lock.drop() }
        do {
            let source = try RestoreSource(of: request.file)
            defer { source.close() }
            let former = FormerDatabase(at: path)
            if let known = former.installation, known != source.installation, !request.isForced {
                throw StoreError(
                    .constraint,
                    "is a copy of another installation's database",
                    at: request.file,
                    hint: "name a copy of \(path), or insist with --force"
                )
            }
            let floors = try VersionFloors(request, former: former, copied: source.pools)
            let copy = try withoutActuallyEscaping(report) { report in
                try DatabaseCopy(of: source.queue, beside: path, report: report)
            }
            report(.numbering)
            let pools = try renumber(copy.draft, floors, request)
            let aside = former.exists ? try setAside(path) : nil
            guard rename(copy.draft, path) == 0, syncDirectory(of: path) else {
                throw StoreLock.failure(errno, opening: path)
            }
            return RestoreReceipt(setAside: aside, pools: pools)
        } catch {
            throw StoreError(error, doing: "restore the database", at: path)
        }
    }

    /// Brings the draft up to date and above the floors, and leaves it as one synced file.
    private static func renumber(
        _ draft: String,
        _ floors: VersionFloors,
        _ request: RestoreRequest
    ) throws -> [RestoreReceipt.Pool] {
        var options = StoreOptions()
        options.signer = request.signer
        let store = try RingStore.open(at: draft, options: options)
        defer { for suffix in [".lock", "-wal", "-shm"] { unlink(draft + suffix) } }
        if let backup = store.migrationBackup { unlink(backup) }
        try store.writer.write { db in
            try db.execute(sql: "UPDATE installation SET epoch = max(epoch, ?)", arguments: [floors.epoch.value])
        }
        var pools: [RestoreReceipt.Pool] = []
        let roster = try store.loadRoster()
        for pool in roster.pools.sorted(by: { $0.name < $1.name }) {
            let change = try store.renumbering(pool, epoch: roster.epoch, floors, request)
            _ = try store.commit(change)
            let next = change.version?.version ?? pool.version
            pools.append(.init(name: pool.name, copied: pool.version, next: next))
        }
        let names = Set(roster.pools.map(\.name))
        try store.writer.write { db in
            for (name, floor) in floors.sorted where !names.contains(name) {
                try db.execute(
                    sql: """
                        INSERT INTO pool (name, dialect, options, policy, version_floor, created_at, deleted_at)
                        VALUES (?1, ?2, '{}', '{}', ?3, ?4, ?4)
                        """,
                    arguments: [
                        name.text, DialectChoice.pinnedKetama.name, floor.value, request.now.milliseconds,
                    ]
                )
            }
        }
        try store.close()
        let descriptor = Glibc.open(draft, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw StoreLock.failure(errno, opening: draft) }
        Glibc.close(descriptor)
        return pools
    }

    /// The change that says in the record that a pool was restored, and lifts its numbers where others were used since.
    private func renumbering(
        _ pool: PoolRecord,
        epoch: Epoch,
        _ floors: VersionFloors,
        _ request: RestoreRequest
    ) throws -> Change {
        let floor = max(floors[pool.name], pool.version ?? RingVersion(0))
        var record = pool
        record.versionFloor = max(pool.versionFloor, floor)
        let actor = request.actor
        let event = AuditEvent(
            at: request.now,
            actor: Actor(user: actor.user, uid: actor.uid, pid: actor.pid),
            kind: .restore,
            pool: pool.name,
            reason: "restored from a copy at version \(pool.version.map(\.description) ?? "none")",
            detail: [.init("floor", "\(floor)")]
        )
        var change = Change(id: ChangeID(1), events: [event], rows: [.pool(record)])
        guard let newest = pool.version, floor > newest else { return change }
        let times = [request.now, floors.createdAt(of: pool.name)?.next].compactMap(\.self)
        change.version = try sameRing(as: newest, of: pool, number: floor.next, epoch: epoch, at: times.max())
        return change
    }

    /// Gives the former database and its log a name beside the one that they had.
    private static func setAside(_ path: String) throws -> String {
        var number = 1
        var aside = "\(path).before-restore"
        while link(path, aside) != 0 {
            guard errno == EEXIST, number < 1000 else { throw StoreLock.failure(errno, opening: aside) }
            number += 1
            aside = "\(path).before-restore-\(number)"
        }
        // A log beside a database that it does not belong to would be played into it.
        for suffix in ["-wal", "-shm"] where rename(path + suffix, aside + suffix) != 0 && errno != ENOENT {
            throw StoreLock.failure(errno, opening: aside + suffix)
        }
        return aside
    }
}
