import RingCore
import RingSnapshots

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is found under a name where a snapshot should be.
enum PublishedFile {
    /// No such name.
    case missing
    /// Something that no client would accept, and why: torn, foreign, another pool's, no regular file.
    case unusable(String)
    /// A whole snapshot, with its bytes.
    case snapshot(Snapshot, bytes: [UInt8])

    /// Reads and verifies the file as a client does.
    static func reading(
        _ name: String,
        in directory: Descriptor,
        of pool: PoolName,
        step: PublicationStep,
        disk: any PublicationDisk
    ) throws(PublicationError) -> PublishedFile {
        let file: Descriptor
        do throws(PublicationError) {
            file = Descriptor(try disk.openFile(step, name, in: directory.number), of: disk)
        } catch {
            switch error.code {
            case .system(_, ENOENT): return .missing
            // A symbolic link, a socket, a device without driver.
            case .notADirectory, .system(_, ENXIO): return .unusable("it is not a regular file")
            default: throw error
            }
        }
        let status = try disk.status(step, of: file.number)
        guard status.kind == .regular else { return .unusable("it is not a regular file") }
        let limit = SnapshotLimits().bytes
        guard status.size <= limit else { return .unusable("\(status.size) bytes, and \(limit) are the limit") }
        let bytes = try disk.readAll(step, file.number, size: Int(status.size))
        do throws(SnapshotError) {
            let snapshot = try Snapshot.decoding(bytes)
            try snapshot.verify(expectedPool: pool)
            return .snapshot(snapshot, bytes: bytes)
        } catch {
            return .unusable(error.description)
        }
    }
}

extension PublicationDisk {
    /// Reads a file to its end, or one byte beyond the size that it should have.
    func readAll(_ step: PublicationStep, _ descriptor: Int32, size: Int) throws(PublicationError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= size {
            let more = try read(step, descriptor, count: size + 1 - bytes.count)
            guard !more.isEmpty else { return bytes }
            bytes += more
        }
        return bytes
    }

    /// Writes all the bytes.
    func writeAll(_ step: PublicationStep, _ descriptor: Int32, _ bytes: [UInt8]) throws(PublicationError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try write(step, descriptor, rest)
            guard count > 0 else { throw PublicationError(step, EIO, path: "") }
            rest = rest.dropFirst(count)
        }
    }
}
