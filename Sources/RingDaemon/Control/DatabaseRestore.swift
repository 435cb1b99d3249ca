import Glibc
import RingCore
import RingSnapshots
package import RingStore

/// Puts a copy of the database in the place of the one that a configuration names, while no daemon runs.
package struct DatabaseRestore: Sendable {
    private let configuration: RingdConfiguration

    package init(_ configuration: RingdConfiguration) { self.configuration = configuration }

    /// What the operator says about numbers that were used.
    private struct Floors {
        var byPool: [PoolName: RingVersion] = [:]
        var all: RingVersion?

        /// Parses `N` for every pool and `POOL=N` for one.
        init(parsing texts: [String]) throws(ValidationError) {
            for text in texts {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let number = parts.last.flatMap({ Int64($0) }), (0..<(1 << 53) - 1).contains(number) else {
                    throw ValidationError(
                        field: "version-floor",
                        problem: "'\(printable(text))' is no number of versions",
                        hint: "write it as 118, or as sessions=118"
                    )
                }
                if parts.count == 2 {
                    byPool[try PoolName(String(parts[0]))] = RingVersion(number)
                } else {
                    all = RingVersion(number)
                }
            }
        }
    }

    /// Restores, and says what came of it in lines for a person.
    ///
    /// - Parameters:
    ///   - texts: the numbers that were used, as `N` or `POOL=N`.
    ///   - report: hears how far it is.
    package func run(
        from file: String,
        floors texts: [String],
        isForced: Bool,
        report: (CopyStep) -> Void = { _ in }
    ) throws(DaemonError) -> [String] {
        let floors: Floors
        do throws(ValidationError) {
            floors = try Floors(parsing: texts)
        } catch {
            throw DaemonError(exitCode: 64, problem: "\(error.field): \(error.problem)", hint: error.hint)
        }
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
        var request = RestoreRequest(
            file: file,
            path: configuration.databasePath,
            actor: .init(user: user, uid: getuid(), pid: getpid()),
            now: DaemonClock.wall()
        )
        request.floors = floors.byPool
        request.floorOfAll = floors.all
        request.isForced = isForced
        request.signer = try configuration.loadSigningKey().map { StoreOptions.Signer($0) }
        request.published = published()
        do throws(StoreError) {
            let receipt = try RingStore.restore(request, report: report)
            var lines = ["restored \(configuration.databasePath) from \(file)"]
            if let aside = receipt.setAside { lines.append("the former database is \(aside)") }
            for pool in receipt.pools {
                let copied = pool.copied.map { "version \($0)" } ?? "an empty ring"
                let next = pool.next.map { "clients get version \($0)" } ?? "nothing is published"
                lines.append("pool \(pool.name): \(copied) was in the copy; \(next) when ringd starts")
            }
            return lines
        } catch {
            throw DaemonError(error)
        }
    }

    /// What lies on disk for clients: every directory that could be a pool's.
    private func published() -> [RestoreRequest.Published] {
        let root = configuration.snapshotDirectory
        guard let directory = opendir(root) else { return [] }
        defer { closedir(directory) }
        var found: [RestoreRequest.Published] = []
        while let entry = readdir(directory) {
            let text = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name = try? PoolName(text) else { continue }
            let snapshot = Self.snapshot(at: "\(root)/\(text)/ring.json", of: name)
            found.append(
                .init(
                    pool: name,
                    place: snapshot.map {
                        .init(version: $0.version, epoch: $0.epoch, createdAt: $0.createdAt)
                    }
                )
            )
        }
        return found.sorted { $0.pool < $1.pool }
    }

    private static func snapshot(at path: String, of pool: PoolName) -> Snapshot? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
            bytes += buffer[..<count]
            guard bytes.count <= SnapshotLimits().bytes else { return nil }
        }
        guard let snapshot = try? Snapshot.decoding(bytes), (try? snapshot.verify(expectedPool: pool)) != nil else {
            return nil
        }
        return snapshot
    }
}
