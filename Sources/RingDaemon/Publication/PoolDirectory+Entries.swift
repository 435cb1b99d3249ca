import RingCore
import RingSnapshots

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension PoolDirectory {
    /// Opens the directories of the pool, and makes them where they are missing.
    func open() throws(PublicationError) -> Directories {
        let pool: Descriptor
        do throws(PublicationError) {
            pool = try directory(self.pool.text, in: try root.current(), make: .makePool, open: .openPool)
        } catch {
            throw error.below(root.path)
        }
        let versions = try directory("versions", in: pool, make: .makeVersions, open: .openVersions)
        return Directories(pool: pool, versions: versions)
    }

    private func directory(
        _ name: String,
        in parent: Descriptor,
        make: PublicationStep,
        open: PublicationStep
    ) throws(PublicationError) -> Descriptor {
        do throws(PublicationError) {
            try disk.makeDirectory(make, name, in: parent.number)
            versions = nil
        } catch {
            guard case .system(_, EEXIST) = error.code else { throw error }
        }
        let directory = Descriptor(try disk.openDirectory(open, name, in: parent.number), of: disk)
        if try disk.status(open, of: directory.number).mode != 0o755 {
            try disk.setMode(.setDirectoryMode, directory.number, 0o755)
        }
        return directory
    }

    /// What the current file is.
    func current(in directories: Directories) throws(PublicationError) -> PublishedFile {
        try PublishedFile.reading(
            Self.currentName,
            in: directories.pool,
            of: pool,
            step: .readCurrent,
            disk: disk
        )
    }

    // MARK: Names

    static let aliveName = "alive.json"

    /// The name of a version's file: ten digits, so that a listing is in order.
    static func versionName(_ version: RingVersion) -> String {
        let digits = String(version.value)
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + ".json"
    }

    /// The version of a file's name; `nil` for names that ``versionName(_:)`` does not give.
    static func version(ofName name: String) -> RingVersion? {
        guard name.hasSuffix(".json"), let value = Int64(name.dropLast(5)), value > 0 else { return nil }
        let version = RingVersion(value)
        return versionName(version) == name ? version : nil
    }

    /// A name that nobody else has and nobody can guess.
    static func temporaryName() -> String {
        ".ringd-" + String(UInt64.random(in: 0...UInt64.max), radix: 16) + ".tmp"
    }

    private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".ringd-") && name.hasSuffix(".tmp") }

    // MARK: What is not needed any more

    /// Removes what processes left behind that died while they published.
    ///
    /// Only at start, under the lock of the root: then no temporary file can belong to a living process.
    func removeLeftovers(in directories: Directories) throws(PublicationError) {
        for directory in [directories.pool, directories.versions] {
            for name in try disk.list(.listLeftovers, directory.number) where Self.isTemporary(name) {
                try disk.remove(.removeLeftover, name, in: directory.number)
            }
        }
    }

    /// Keeps the newest versions as files, the current one among them in any case.
    ///
    /// A file that cannot be removed is tried again with the next version; the first such failure is the answer.
    func removeOldVersions(current: RingVersion, in directories: Directories) -> PublicationError? {
        do throws(PublicationError) {
            var kept = try listedVersions(in: directories)
            if !kept.contains(current) {
                kept.append(current)
                kept.sort()
            }
            var failure: PublicationError?
            for version in kept.prefix(max(0, kept.count - keptVersions)) where version != current {
                do throws(PublicationError) {
                    try disk.remove(.removeVersion, Self.versionName(version), in: directories.versions.number)
                } catch {
                    guard case .system(_, ENOENT) = error.code else {
                        failure = failure ?? error
                        continue
                    }
                }
                kept.removeAll { $0 == version }
            }
            versions = kept
            return failure
        } catch {
            return error
        }
    }

    private func listedVersions(in directories: Directories) throws(PublicationError) -> [RingVersion] {
        if let versions { return versions }
        return try disk.list(.listVersions, directories.versions.number).compactMap(Self.version(ofName:)).sorted()
    }

    // MARK: Errors

    func newerPublished(_ place: Snapshot.Place) -> PublicationError {
        PublicationError(
            .newerPublished(place),
            path: Self.currentName,
            problem: "epoch \(place.epoch), version \(place.version) is published, newer than the database",
            hint: "restore a newer database, or tell ringd with a restore which version comes next"
        )
    }

    func conflict(_ name: String) -> PublicationError {
        PublicationError(
            .conflict,
            path: name,
            problem: "the same version is published with another content",
            hint: "find the second ringd that publishes here, or compare the file with the database"
        )
    }
}

extension FileStatus {
    /// Whether both are the same file with the same content, as far as the system tells.
    func isSameContent(as other: FileStatus) -> Bool {
        (device, inode, size, modified) == (other.device, other.inode, other.size, other.modified)
    }
}
