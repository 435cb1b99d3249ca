import Glibc
package import RingCore
package import RingSnapshots

/// The file that an agent keeps in step with a remote pool: replaced by rename, so nobody sees half of it.
package struct FollowedFile: Sendable {
    private let directory: String
    private let name: String
    private let disk = PosixDisk()

    /// - Throws: `ConfigurationError` for a path that names no file.
    package init(path: String) throws(ConfigurationError) {
        let slash = path.lastIndex(of: "/")
        directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard !name.isEmpty, ![".", ".."].contains(name) else {
            throw ConfigurationError(
                place: "--to",
                problem: "'\(printable(path, limit: 4096))' names no file",
                hint: "name the file that clients read, as /run/ringd/sessions/ring.json"
            )
        }
    }

    /// The path as messages show it.
    package var path: String { directory == "/" ? "/\(name)" : "\(directory)/\(name)" }

    /// What is there now: `nil` where there is nothing, or nothing that a client would accept.
    ///
    /// - Throws: `PublicationError` for a directory that cannot be read.
    package func current(of pool: PoolName?) throws(PublicationError) -> Snapshot? {
        let folder = try open()
        let file: Descriptor
        do throws(PublicationError) {
            file = Descriptor(try disk.openFile(.readCurrent, name, in: folder.number), of: disk)
        } catch {
            guard case .system(_, ENOENT) = error.code else { throw error.below(directory) }
            return nil
        }
        let status = try located { () throws(PublicationError) in try disk.status(.statCurrent, of: file.number) }
        guard status.kind == .regular else {
            throw PublicationError(
                .system(.statCurrent, EISDIR),
                path: path,
                problem: "is not a regular file",
                hint: "move it away, or name another file with --to"
            )
        }
        guard status.size <= SnapshotLimits().bytes else { return nil }
        let bytes = try located { () throws(PublicationError) in
            try disk.readAll(.readCurrent, file.number, size: Int(status.size))
        }
        guard let snapshot = try? Snapshot.decoding(bytes) else { return nil }
        let isWhole: Void? = try? snapshot.verify(expectedPool: pool ?? snapshot.pool)
        return isWhole.map { snapshot }
    }

    /// Replaces the file; it is durable when this returns.
    package func replace(by bytes: [UInt8]) throws(PublicationError) {
        let folder = try open()
        let temporary = PoolDirectory.temporaryName()
        do throws(PublicationError) {
            let file = Descriptor(
                try disk.createFile(.createTemporary, temporary, in: folder.number),
                of: disk
            )
            do throws(PublicationError) {
                try disk.setMode(.setTemporaryMode, file.number, 0o644)
                try disk.writeAll(.writeTemporary, file.number, bytes)
                try disk.sync(.syncTemporary, file.number)
                try file.close(.closeTemporary)
                try disk.rename(.replaceCurrent, temporary, in: folder.number, to: name, in: folder.number)
                try disk.sync(.syncPool, folder.number)
            } catch {
                try? disk.remove(.removeTemporary, temporary, in: folder.number)
                throw error
            }
        } catch {
            throw error.below(directory)
        }
    }

    private func open() throws(PublicationError) -> Descriptor {
        do throws(PublicationError) {
            return Descriptor(try disk.openDirectory(.openPool, directory, in: nil), of: disk)
        } catch {
            throw error.below(directory)
        }
    }

    private func located<Value>(
        _ body: () throws(PublicationError) -> Value
    ) throws(PublicationError) -> Value {
        do throws(PublicationError) {
            return try body()
        } catch {
            throw error.below(path)
        }
    }
}
