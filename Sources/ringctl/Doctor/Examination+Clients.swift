import RingAPI
import RingCore
import RingSnapshots

extension Examination {
    /// A client polls, so its copy may be so much older, in milliseconds.
    private static let patience: Int64 = 30_000

    /// Compares a copy that a client or an agent keeps with what the daemon published.
    func clientCopy(_ path: String, _ client: ControlClient) async throws -> Finding {
        let subject = "client \(path)"
        let snapshot: Snapshot
        do {
            snapshot = try Snapshot.decoding(try InputFile.contents(of: path, limit: SnapshotLimits().bytes))
            try snapshot.verify(expectedPool: snapshot.pool)
        } catch let failure as CommandFailure {
            return .failure(
                subject,
                failure.problem,
                hint: "a client that starts now has no ring: start its agent, or let it read ringd's own file"
            )
        } catch {
            return .failure(subject, "\(error)", hint: "remove it, so that whoever keeps it writes it anew")
        }
        let location: SnapshotLocation
        do {
            location = try await client.get(Path(pool: snapshot.pool, "snapshot", "location")).value
        } catch let failure as CommandFailure where failure.status == .refused {
            return .failure(subject, failure.problem, hint: "it is the copy of another ringd: see where its agent asks")
        }
        return Self.verdict(on: snapshot, at: subject, location)
    }

    static func verdict(on copy: Snapshot, at subject: String, _ location: SnapshotLocation) -> Finding {
        let newest = location.version ?? 0
        let version = copy.version.value
        if version == newest, copy.digest.description == location.digest {
            return .fine(subject, "pool \(copy.pool) at version \(version), the newest")
        }
        guard version < newest else {
            return .failure(
                subject,
                "has version \(version) of pool \(copy.pool), and this ringd published \(newest) with other content",
                hint: "it follows another ringd, or the database was put back by hand: see 'ringd restore --help'"
            )
        }
        let age = location.publishedAt.map { WallTime.now.milliseconds - $0.milliseconds } ?? .max
        guard age > patience else {
            return .fine(subject, "pool \(copy.pool) at version \(version); \(newest) was published just now")
        }
        let count = newest - version
        return .failure(
            subject,
            "lags by \(count) version\(count == 1 ? "" : "s"): pool \(copy.pool) at \(version), published is \(newest)",
            hint: "whoever keeps it does not run or cannot read: look at the log of that client or 'ringd agent'"
        )
    }
}
