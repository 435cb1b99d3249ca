import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RingCore
import RingDaemon
import RingSnapshots

/// A pool's snapshot on a remote ringd, asked for over HTTP.
struct SnapshotSource: Sendable {
    /// The address that messages show.
    let address: String
    private let route: String

    /// One client for the process, never shut down: the process ends first.
    private static let http = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: .init(redirectConfiguration: .disallow)
    )

    /// What the remote ringd says.
    enum Answer {
        case snapshot([UInt8])
        /// What one has is the newest.
        case unchanged
        /// The pool has no version yet, or there is no such pool.
        case missing(String)
        /// It does not know how to wait.
        case cannotWait
        /// It did not answer as it should.
        case failed(String)
    }

    /// How long the remote end may wait with its answer, and the connection beyond that.
    private static let wait: TimeAmount = .seconds(30)
    private static let margin: TimeAmount = .seconds(10)

    /// - Throws: `ConfigurationError` for what is no address of a server.
    init(address: String, pool: PoolName?) throws(ConfigurationError) {
        let trimmed = address.hasSuffix("/") ? String(address.dropLast()) : address
        let scheme = ["http://", "https://"].first { trimmed.hasPrefix($0) }
        let rest = scheme.map { trimmed.dropFirst($0.utf8.count) } ?? ""
        guard !rest.isEmpty, !rest.utf8.contains(where: { $0 <= 0x20 || $0 == 0x3F || $0 == 0x23 }) else {
            throw ConfigurationError(
                place: "--from",
                problem: "'\(printable(address))' is not the address of a ringd",
                hint: "write it as http://10.0.0.5:9811"
            )
        }
        self.address = trimmed
        // No pool can have the name '-', so it stands for the only one there is.
        route = "\(trimmed)/v1/pools/\(pool?.text ?? "-")/snapshot"
    }

    /// Asks for what is newer than `known`; with `waits` the answer may take half a minute.
    func next(after known: Snapshot.Place?, waits: Bool) async -> Answer {
        let isWaiting = waits && known != nil
        let query = isWaiting ? "?after=\(known?.version.value ?? 0)&wait=30s" : ""
        var request = HTTPClientRequest(url: route + query)
        if let known { request.headers.add(name: "If-None-Match", value: "\"\(known.digest)\"") }
        do {
            let limit = isWaiting ? Self.wait + Self.margin : Self.margin
            let response = try await Self.http.execute(request, timeout: limit)
            switch response.status.code {
            case 200:
                let body = try await response.body.collect(upTo: SnapshotLimits().bytes)
                return .snapshot(Array(body.readableBytesView))
            case 304: return .unchanged
            case 400 where isWaiting: return .cannotWait
            case 404: return .missing("it has no such pool, or the pool has no version yet")
            default: return .failed("it answered with status \(response.status.code)")
            }
        } catch is NIOTooManyBytesError {
            return .failed("its answer is longer than \(SnapshotLimits().bytes >> 20) MiB")
        } catch {
            return .failed(printable("\(error)"))
        }
    }
}
