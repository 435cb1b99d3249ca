import RingCore
import RingSnapshots

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The published file, seen from outside.
struct SnapshotFile: Sendable {
    let path: String

    /// What tells one published file from the next, at the price of one system call.
    ///
    /// The number of the file alone does not: two numbers alternate when a file is replaced again and again.
    struct Signature: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        /// Nanoseconds since 1970, wrapping around: a file may say that it is of the year 3000.
        let modified: Int64
    }

    /// The signature of what is at the path now; symbolic links are followed.
    func signature() throws(RingClientError) -> Signature {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(errno) }
        return Signature(status)
    }

    /// Reads the whole file from one descriptor, so that the signature is that of what was read.
    func read(limit: Int) throws(RingClientError) -> (bytes: [UInt8], signature: Signature) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw RingClientError(.unreadable, "\(printable(path)) is not a regular file")
        }
        let signature = Signature(status)
        guard signature.size <= limit else { throw tooLarge(signature.size, limit) }
        var bytes: [UInt8] = []
        while true {
            // One byte more than there should be, to see a file that grows.
            let room = max(Int(signature.size) + 1 - bytes.count, 4096)
            var part = [UInt8](repeating: 0, count: room)
            let count = part.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            guard count > 0 else { return (bytes, signature) }
            part.removeLast(room - count)
            bytes = bytes.isEmpty ? part : bytes + part
            guard bytes.count <= limit else { throw tooLarge(Int64(bytes.count), limit) }
        }
    }

    private func tooLarge(_ size: Int64, _ limit: Int) -> RingClientError {
        RingClientError(.invalidSnapshot, "\(printable(path)) has \(size) bytes, at most \(limit) are read")
    }

    private func failure(_ number: Int32) -> RingClientError {
        let code: RingClientError.Code = number == ENOENT || number == ENOTDIR ? .missing : .unreadable
        return RingClientError(code, "\(printable(path)): \(String(cString: strerror(number)))")
    }

    /// Now, in nanoseconds since 1970, as the times of files are.
    static func wallClock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

extension SnapshotFile.Signature {
    fileprivate init(_ status: stat) {
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev),
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: Int64(modified.tv_sec) &* 1_000_000_000 &+ Int64(modified.tv_nsec)
        )
    }
}
