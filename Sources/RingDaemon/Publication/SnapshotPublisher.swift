package import RingCore
package import RingSnapshots

/// Publishes versions as files that clients poll: durable before announced, never torn, never going back.
///
/// Its calls wait for the disk, and so run on a thread of their own instead of on those that tasks share. There is
/// one publisher for a directory, in this process and in all others.
package actor SnapshotPublisher {
    /// The fewest versions that are kept as files.
    package static let fewestKept = 10

    private let root: SnapshotRoot
    private let keptVersions: Int
    private let thread: BlockingThread
    /// The pools that were published or recovered; one for each, at most the pools of the database.
    private var pools: [PoolName: PoolDirectory] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// What was published.
    package struct Receipt: Hashable, Sendable {
        package let place: Snapshot.Place
        package let byteCount: Int
        /// What could not be cleared away afterwards; it harms nobody, and is tried again with the next version.
        package let leftBehind: PublicationError?
    }

    /// What was found at start.
    package enum Recovery: Hashable, Sendable {
        /// The pool has no version, and no file.
        case nothing
        /// The newest version is published already, byte for byte.
        case intact
        /// The newest version was missing, torn, foreign or older, and is published now.
        case published(Receipt)
    }

    /// Opens the directory, made where it is missing, and keeps others from publishing there.
    ///
    /// - Throws: ``PublicationError`` when it is no directory, not safe, or another process publishes there.
    package init(
        directory: String,
        keeping keptVersions: Int = 1000,
        disk: any PublicationDisk = PosixDisk()
    ) throws(PublicationError) {
        self.root = try SnapshotRoot(path: directory, disk: disk)
        self.keptVersions = max(Self.fewestKept, keptVersions)
        self.thread = BlockingThread()
    }

    /// Brings the pool's files in step with the database: once for each pool, before anything else.
    ///
    /// Whatever state a crash left, the newest committed version is published afterwards. A published version that is
    /// newer than the database is refused: numbers would be given twice.
    package func recover(_ pool: PoolName, newest: Snapshot?) throws(PublicationError) -> Recovery {
        let directory = directory(of: pool)
        do throws(PublicationError) {
            guard let newest else {
                _ = try directory.needsPublication(of: nil, bytes: [])
                return .nothing
            }
            let bytes = try acceptableBytes(of: newest)
            guard try directory.needsPublication(of: newest, bytes: bytes) else { return .intact }
            let leftBehind = try directory.publish(newest, bytes: bytes)
            return .published(Receipt(place: newest.place, byteCount: bytes.count, leftBehind: leftBehind))
        } catch {
            throw error.below("\(root.path)/\(pool)")
        }
    }

    /// When the process before last said that it was alive, about any of these pools.
    package func lastAlive(of pools: [PoolName]) throws(PublicationError) -> WallTime? {
        var last: WallTime?
        for pool in pools {
            if let note = try directory(of: pool).lastNote() { last = max(last ?? note.at, note.at) }
        }
        return last
    }

    /// Publishes a committed version, durable when this returns: only then may it be announced.
    ///
    /// May be called again with the same version after any failure. Versions may be left out, never go back.
    ///
    /// - Parameter keptVersions: how many versions the pool keeps as files; `nil` for as many as before.
    package func publish(
        _ snapshot: Snapshot,
        keeping keptVersions: Int? = nil
    ) throws(PublicationError) -> Receipt {
        if let keptVersions { directory(of: snapshot.pool).keptVersions = max(Self.fewestKept, keptVersions) }
        do throws(PublicationError) {
            let bytes = try acceptableBytes(of: snapshot)
            let leftBehind = try directory(of: snapshot.pool).publish(snapshot, bytes: bytes)
            return Receipt(place: snapshot.place, byteCount: bytes.count, leftBehind: leftBehind)
        } catch {
            throw error.below("\(root.path)/\(snapshot.pool)")
        }
    }

    /// Tells the pool's clients that `ringd` is alive.
    package func note(_ alive: AliveNote) throws(PublicationError) {
        do throws(PublicationError) {
            try directory(of: alive.pool).note(alive)
        } catch {
            throw error.below("\(root.path)/\(alive.pool)")
        }
    }

    /// Lets another process publish here; nothing may be published afterwards.
    package func close() {
        pools = [:]
        root.close()
    }

    private func directory(of pool: PoolName) -> PoolDirectory {
        if let directory = pools[pool] { return directory }
        let directory = PoolDirectory(pool: pool, root: root, keptVersions: keptVersions)
        pools[pool] = directory
        return directory
    }

    /// The bytes of the file, which every client with the shipped limits accepts.
    private func acceptableBytes(of snapshot: Snapshot) throws(PublicationError) -> [UInt8] {
        let bytes = snapshot.encoded()
        do throws(SnapshotError) {
            try Snapshot.decoding(bytes).verify(expectedPool: snapshot.pool)
        } catch {
            throw PublicationError(
                .unacceptable(error),
                path: PoolDirectory.currentName,
                problem: "version \(snapshot.version) would be refused by clients: \(error)",
                hint: "the version before stays published; change the pool so that its ring is acceptable"
            )
        }
        return bytes
    }
}
