#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The disk, through the system's own calls.
package struct PosixDisk: PublicationDisk {
    package init() {}

    package func makeDirectory(_ step: PublicationStep, _ name: String, in parent: Int32?) throws(PublicationError) {
        try check(step, name, mkdirat(parent ?? AT_FDCWD, name, 0o755))
    }

    package func openDirectory(
        _ step: PublicationStep,
        _ name: String,
        in parent: Int32?
    ) throws(PublicationError) -> Int32 {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (parent == nil ? 0 : O_NOFOLLOW)
        return try check(step, name, openat(parent ?? AT_FDCWD, name, flags))
    }

    package func createFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError)
        -> Int32
    {
        try check(step, name, openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
    }

    package func openFile(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError)
        -> Int32
    {
        try check(step, name, openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
    }

    package func setMode(_ step: PublicationStep, _ descriptor: Int32, _ mode: UInt32) throws(PublicationError) {
        try check(step, "", fchmod(descriptor, mode_t(mode)))
    }

    package func write(
        _ step: PublicationStep,
        _ descriptor: Int32,
        _ bytes: ArraySlice<UInt8>
    ) throws(PublicationError) -> Int {
        try check(step, "", bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) })
    }

    package func read(_ step: PublicationStep, _ descriptor: Int32, count: Int) throws(PublicationError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = try check(step, "", bytes.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, count) })
        bytes.removeLast(count - length)
        return bytes
    }

    package func sync(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        try check(step, "", fsync(descriptor))
    }

    package func status(_ step: PublicationStep, of descriptor: Int32) throws(PublicationError) -> FileStatus {
        var status = stat()
        try check(step, "", fstat(descriptor, &status))
        return FileStatus(status)
    }

    package func status(
        _ step: PublicationStep,
        of name: String,
        in directory: Int32?
    ) throws(PublicationError) -> FileStatus {
        var status = stat()
        try check(
            step,
            name,
            fstatat(directory ?? AT_FDCWD, name, &status, directory == nil ? 0 : AT_SYMLINK_NOFOLLOW)
        )
        return FileStatus(status)
    }

    package func lock(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        try check(step, "", flock(descriptor, LOCK_EX | LOCK_NB))
    }

    package func link(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError) {
        try check(step, name, linkat(directory, name, newDirectory, newName, 0))
    }

    package func rename(
        _ step: PublicationStep,
        _ name: String,
        in directory: Int32,
        to newName: String,
        in newDirectory: Int32
    ) throws(PublicationError) {
        try check(step, name, renameat(directory, name, newDirectory, newName))
    }

    package func remove(_ step: PublicationStep, _ name: String, in directory: Int32) throws(PublicationError) {
        try check(step, name, unlinkat(directory, name, 0))
    }

    package func list(_ step: PublicationStep, _ directory: Int32) throws(PublicationError) -> [String] {
        // A new descriptor, because the stream takes it over and moves its position.
        let copy = try check(step, "", openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard let stream = fdopendir(copy) else {
            let failure = errno
            abandon(copy)
            throw PublicationError(step, failure, path: "")
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw PublicationError(step, errno, path: "") }
        return names
    }

    package func close(_ step: PublicationStep, _ descriptor: Int32) throws(PublicationError) {
        // Interrupted, the descriptor is closed all the same; to close it again could hit another file.
        guard systemClose(descriptor) == 0 || errno == EINTR else { throw PublicationError(step, errno, path: "") }
    }

    package func abandon(_ descriptor: Int32) { _ = systemClose(descriptor) }

    /// Makes a call, again while a signal interrupts it.
    @discardableResult
    private func check<Result: SignedInteger>(
        _ step: PublicationStep,
        _ name: String,
        _ call: @autoclosure () -> Result
    ) throws(PublicationError) -> Result {
        while true {
            let result = call()
            guard result < 0 else { return result }
            guard errno == EINTR else { throw PublicationError(step, errno, path: name) }
        }
    }
}

// The methods above hide the system's functions of the same names.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

extension FileStatus {
    fileprivate init(_ status: stat) {
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            default: .other
            }
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        self.init(
            kind: kind,
            device: UInt64(truncatingIfNeeded: status.st_dev),
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: Int64(modified.tv_sec) &* 1_000_000_000 &+ Int64(modified.tv_nsec),
            mode: UInt32(status.st_mode & 0o7777),
            owner: UInt32(status.st_uid)
        )
    }
}
