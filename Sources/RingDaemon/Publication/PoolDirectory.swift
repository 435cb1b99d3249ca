import RingCore
import RingSnapshots

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The directory of one pool, and the order of calls by which a version gets there.
///
/// A reader may open any name in it at any moment, and the machine may stop after any call: at all times each name is
/// either absent or a whole snapshot, and what was announced is never lost.
final class PoolDirectory {
    let pool: PoolName
    let root: SnapshotRoot
    var keptVersions: Int
    /// What the current file was when it was last read or written here, so that it is not parsed again.
    var known: (status: FileStatus, place: Snapshot.Place)?
    /// The versions that are there as files, rising; `nil` until they were listed.
    var versions: [RingVersion]?
    /// A directory of the pool could not be made durable, so that its entries count as never written.
    var isPoisoned = false
    /// The entry of the pool in the root was made durable by this process.
    private var isRooted = false

    /// The open directories of one publication.
    struct Directories {
        let pool: Descriptor
        let versions: Descriptor
    }

    var disk: any PublicationDisk { root.disk }
    static let currentName = "ring.json"

    init(pool: PoolName, root: SnapshotRoot, keptVersions: Int) {
        self.pool = pool
        self.root = root
        self.keptVersions = keptVersions
    }

    // MARK: Publishing

    /// Makes the snapshot the current version, durable before this returns.
    ///
    /// The answer is what could not be cleared away afterwards, which harms nobody.
    func publish(_ snapshot: Snapshot, bytes: [UInt8]) throws(PublicationError) -> PublicationError? {
        let directories = try open()
        try refuseOlder(snapshot, in: directories)
        do throws(PublicationError) {
            let temporary = try writeTemporary(bytes, in: directories)
            do throws(PublicationError) {
                try keepVersion(snapshot, bytes: bytes, temporary: temporary.name, in: directories)
                try disk.sync(.syncVersions, directories.versions.number)
                // Once more, because nothing older may replace what came in between.
                try refuseOlder(snapshot, in: directories)
                try replaceCurrent(by: temporary.name, in: directories)
            } catch {
                try? disk.remove(.removeTemporary, temporary.name, in: directories.pool.number)
                throw error
            }
            known = (temporary.status, snapshot.place)
            try syncEntries(directories)
            isPoisoned = false
        } catch {
            // After a failed sync the system may forget what it said it could not write, and call a second sync a
            // success. So the next attempt makes new files and new entries for them.
            isPoisoned = true
            throw error
        }
        return removeOldVersions(current: snapshot.version, in: directories)
    }

    /// Writes a file of its own that is whole and durable before it gets a name that anybody reads.
    private func writeTemporary(
        _ bytes: [UInt8],
        in directories: Directories
    ) throws(PublicationError) -> (name: String, status: FileStatus) {
        let name = Self.temporaryName()
        let file = Descriptor(try disk.createFile(.createTemporary, name, in: directories.pool.number), of: disk)
        do throws(PublicationError) {
            try disk.setMode(.setTemporaryMode, file.number, 0o644)
            try disk.writeAll(.writeTemporary, file.number, bytes)
            try disk.sync(.syncTemporary, file.number)
            let status = try disk.status(.statTemporary, of: file.number)
            try file.close(.closeTemporary)
            let copy = Descriptor(try disk.openFile(.readBack, name, in: directories.pool.number), of: disk)
            guard try disk.readAll(.readBack, copy.number, size: bytes.count) == bytes else {
                throw PublicationError(.readBack, EIO, path: name)
            }
            return (name, status)
        } catch {
            try? disk.remove(.removeTemporary, name, in: directories.pool.number)
            throw error
        }
    }

    /// Gives the file its lasting name, or finds that the version is there with the same bytes.
    private func keepVersion(
        _ snapshot: Snapshot,
        bytes: [UInt8],
        temporary: String,
        in directories: Directories
    ) throws(PublicationError) {
        let name = Self.versionName(snapshot.version)
        let (pool, versions) = (directories.pool.number, directories.versions.number)
        do throws(PublicationError) {
            try disk.link(.linkVersion, temporary, in: pool, to: name, in: versions)
            return
        } catch {
            guard case .system(_, EEXIST) = error.code else { throw error }
        }
        let existing = try PublishedFile.reading(
            name,
            in: directories.versions,
            of: self.pool,
            step: .readVersion,
            disk: disk
        )
        switch existing {
        case .snapshot(_, let existingBytes) where existingBytes == bytes && !isPoisoned: return
        case .snapshot(_, let existingBytes) where existingBytes != bytes: throw conflict("versions/\(name)")
        case .missing, .unusable, .snapshot:
            let second = Self.temporaryName()
            try disk.link(.replaceVersion, temporary, in: pool, to: second, in: versions)
            try disk.rename(.replaceVersion, second, in: versions, to: name, in: versions)
        }
    }

    private func replaceCurrent(by temporary: String, in directories: Directories) throws(PublicationError) {
        known = nil
        let pool = directories.pool.number
        try disk.rename(.replaceCurrent, temporary, in: pool, to: Self.currentName, in: pool)
    }

    func syncEntries(_ directories: Directories) throws(PublicationError) {
        try disk.sync(.syncPool, directories.pool.number)
        guard !isRooted else { return }
        try disk.sync(.syncRoot, try root.current().number)
        isRooted = true
    }

    /// Refuses to replace a newer version, or the same one with another content.
    private func refuseOlder(_ next: Snapshot, in directories: Directories) throws(PublicationError) {
        guard let current = try currentPlace(in: directories) else { return }
        switch Snapshot.adoption(of: next.place, over: current) {
        case .adopt, .keepSame: return
        case .ignoreOlder: throw newerPublished(current)
        case .alarm: throw conflict(Self.currentName)
        }
    }

    private func currentPlace(in directories: Directories) throws(PublicationError) -> Snapshot.Place? {
        let status = try? disk.status(.statCurrent, of: Self.currentName, in: directories.pool.number)
        if let status, let known, known.status.isSameContent(as: status) { return known.place }
        switch try current(in: directories) {
        case .missing, .unusable: return nil
        case .snapshot(let snapshot, _):
            known = status.map { ($0, snapshot.place) }
            return snapshot.place
        }
    }
}
