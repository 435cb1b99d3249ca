import RingCore
import RingSnapshots

extension PoolDirectory {
    /// Compares what is published with the database's newest version, at start.
    ///
    /// - Returns: Whether the version must be published: something is missing, torn, foreign or older.
    func needsPublication(of newest: Snapshot?, bytes: [UInt8]) throws(PublicationError) -> Bool {
        let directories = try open()
        try removeLeftovers(in: directories)
        let published = try current(in: directories)
        guard let newest else {
            if case .snapshot(let snapshot, _) = published { throw newerPublished(snapshot.place) }
            return false
        }
        guard case .snapshot(let snapshot, let currentBytes) = published else { return true }
        switch Snapshot.adoption(of: newest.place, over: snapshot.place) {
        case .adopt: return true
        case .ignoreOlder: throw newerPublished(snapshot.place)
        case .alarm: throw conflict(Self.currentName)
        case .keepSame: break
        }
        guard currentBytes == bytes, try hasVersion(newest, bytes: bytes, in: directories) else { return true }
        // The process before may have died between the rename and the sync.
        try disk.sync(.syncVersions, directories.versions.number)
        try syncEntries(directories)
        return false
    }

    private func hasVersion(
        _ snapshot: Snapshot,
        bytes: [UInt8],
        in directories: Directories
    ) throws(PublicationError) -> Bool {
        let file = try PublishedFile.reading(
            Self.versionName(snapshot.version),
            in: directories.versions,
            of: pool,
            step: .readVersion,
            disk: disk
        )
        if case .snapshot(_, let existing) = file { return existing == bytes }
        return false
    }

    /// Replaces the note that `ringd` is alive: not durable, because the next one comes in seconds.
    func note(_ alive: AliveNote) throws(PublicationError) {
        let directories = try open()
        let pool = directories.pool.number
        let name = Self.temporaryName()
        let file = Descriptor(try disk.createFile(.createAlive, name, in: pool), of: disk)
        do throws(PublicationError) {
            try disk.setMode(.setAliveMode, file.number, 0o644)
            try disk.writeAll(.writeAlive, file.number, alive.encoded())
            try file.close(.closeAlive)
            try disk.rename(.replaceAlive, name, in: pool, to: Self.aliveName, in: pool)
        } catch {
            try? disk.remove(.removeAliveTemporary, name, in: pool)
            throw error
        }
    }

    /// The note that the process before left; `nil` where there is none that can be read.
    func lastNote() throws(PublicationError) -> AliveNote? {
        let directories = try open()
        do throws(PublicationError) {
            let file = Descriptor(try disk.openFile(.readAlive, Self.aliveName, in: directories.pool.number), of: disk)
            return try? AliveNote.decoding(try disk.readAll(.readAlive, file.number, size: AliveNote.byteLimit))
        } catch {
            // It says nothing that decisions rest on, whatever stands in its place.
            return nil
        }
    }
}
