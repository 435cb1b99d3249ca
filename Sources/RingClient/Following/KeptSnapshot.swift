import RingCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file in which the ring in use outlives the process.
///
/// It holds the bytes of the snapshot as they were published, so that it is verified like one. It is replaced whole but
/// not synced: after a power failure it may be gone or torn, which is found out, and then the published file is all.
struct KeptSnapshot: Sendable {
    let path: String

    /// The bytes that were kept; `nil` when nothing was.
    func read(limit: Int) throws(RingClientError) -> [UInt8]? {
        do throws(RingClientError) {
            return try SnapshotFile(path: path).read(limit: limit).bytes
        } catch {
            guard error.code == .missing else { throw error }
            return nil
        }
    }

    /// Replaces what was kept.
    ///
    /// - Throws: ``RingClientError/Code/notKept``; what was kept before is still there.
    func write(_ bytes: [UInt8]) throws(RingClientError) {
        let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(errno) }
        var number: Int32 = 0
        var rest = bytes[...]
        while !rest.isEmpty, number == 0 {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0 {
                if errno != EINTR { number = errno }
            } else {
                rest = rest.dropFirst(count)
            }
        }
        if close(descriptor) != 0, number == 0 { number = errno }
        if number == 0, rename(temporary, path) != 0 { number = errno }
        guard number != 0 else { return }
        unlink(temporary)
        throw failure(number)
    }

    private func failure(_ number: Int32) -> RingClientError {
        RingClientError(.notKept, "\(printable(path)): \(String(cString: strerror(number)))")
    }
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
    write(descriptor, buffer.baseAddress, buffer.count)
}
