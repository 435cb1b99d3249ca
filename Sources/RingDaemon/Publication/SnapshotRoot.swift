#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The directory of all snapshots, open and locked.
///
/// One process writes below it: the lock is on the directory itself, so it leaves no file behind and ends with the
/// process.
final class SnapshotRoot {
    let path: String
    let disk: any PublicationDisk
    /// The open directory, and what it is; `nil` once closed.
    private var directory: (descriptor: Descriptor, status: FileStatus)?

    /// Makes the directory where it is missing, opens and locks it.
    init(path: String, disk: any PublicationDisk) throws(PublicationError) {
        self.path = path
        self.disk = disk
        directory = try Self.open(path, disk)
    }

    /// The open directory; made, opened and locked again when somebody removed or replaced it.
    func current() throws(PublicationError) -> Descriptor {
        guard let (descriptor, status) = directory else {
            preconditionFailure("published to \(path) after it was closed")
        }
        let found = try? disk.status(.statRoot, of: path, in: nil)
        if let found, found.inode == status.inode, found.device == status.device { return descriptor }
        let new = try Self.open(path, disk)
        directory = new
        return new.0
    }

    /// Gives the lock back.
    func close() { directory = nil }

    private static func open(
        _ path: String,
        _ disk: any PublicationDisk
    ) throws(PublicationError) -> (Descriptor, FileStatus) {
        do throws(PublicationError) {
            try make(path, disk)
            let directory = Descriptor(try disk.openDirectory(.openRoot, path, in: nil), of: disk)
            let status = try disk.status(.statRoot, of: directory.number)
            guard status.owner == geteuid(), status.mode & 0o022 == 0 else {
                throw PublicationError(
                    .unsafeDirectory,
                    path: path,
                    problem: "belongs to another user, or others may write to it",
                    hint: "make it the directory of ringd's user with mode 0755"
                )
            }
            try disk.lock(.lockRoot, directory.number)
            let parent = Descriptor(try disk.openDirectory(.openRootParent, parent(of: path), in: nil), of: disk)
            try disk.sync(.syncRootParent, parent.number)
            return (directory, status)
        } catch {
            throw error.below(path)
        }
    }

    /// Makes the directory and those above it, as far as they are missing.
    private static func make(_ path: String, _ disk: any PublicationDisk) throws(PublicationError) {
        do throws(PublicationError) {
            try disk.makeDirectory(.makeRoot, path, in: nil)
        } catch {
            switch error.code {
            case .system(_, EEXIST): return
            case .system(_, ENOENT) where parent(of: path) != path:
                try make(parent(of: path), disk)
                try disk.makeDirectory(.makeRoot, path, in: nil)
            default: throw error
            }
        }
        let made = Descriptor(try disk.openDirectory(.openRoot, path, in: nil), of: disk)
        try disk.setMode(.setDirectoryMode, made.number, 0o755)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.dropLast(path.utf8.count > 1 && path.utf8.last == 0x2F ? 1 : 0).lastIndex(of: 0x2F)
        else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
