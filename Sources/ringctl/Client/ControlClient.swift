import AsyncHTTPClient
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import RingAPI
import RingCore

/// Talks to the daemon over its Unix socket.
struct ControlClient {
    /// The socket that is used.
    let socket: String
    /// The sockets that were looked for, where none was named.
    private let candidates: [String]
    private let http: HTTPClient

    /// An answer as it came and as its type.
    struct Answer<Value> {
        var json: JSONDocument
        var value: Value
    }

    /// Takes the socket that was named, else the first of the standard ones that exists.
    init(socket named: String?) {
        let standard = ["./ringd-data/ringd.sock", "/run/ringd/ringd.sock"]
        candidates = named.map { [$0] } ?? standard
        socket = candidates.first { access($0, F_OK) == 0 } ?? candidates[candidates.count - 1]
        http = Self.shared
    }

    /// One client for the process, never shut down: the process ends first.
    private static let shared: HTTPClient = {
        NIOSingletons.groupLoopCountSuggestion = 1
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A daemon that is not there must be told at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// No answer takes longer, the wait of `node add` included, unless it is long work on the database.
    private static let timeout: TimeAmount = .seconds(70)
    /// Nobody knows how slow a disk is; where ringd ends, the connection tells.
    private static let longTimeout: TimeAmount = .hours(24)
    /// The largest snapshot, and more than any other answer.
    private static let answerLimit = 64 * 1024 * 1024

    /// Reads something.
    func get<Value: Decodable>(_ path: Path, as type: Value.Type = Value.self) async throws -> Answer<Value> {
        try Self.decode(try await read(request(path, method: .GET)))
    }

    /// Reads bytes as they are.
    func bytes(_ path: Path) async throws -> ByteBuffer { try await read(request(path, method: .GET)) }

    /// Sends a message that changes nothing.
    ///
    /// - Parameters:
    ///   - id: names the request to ringd; `nil` leaves that to it.
    ///   - isLong: whether the answer may take as long as the disk needs for the whole database.
    func post<Value: Decodable>(
        _ path: Path,
        _ body: some Encodable,
        id: String? = nil,
        isLong: Bool = false
    ) async throws -> Answer<Value> {
        let timeout = isLong ? Self.longTimeout : Self.timeout
        return try Self.decode(try await read(try request(path, body: body, id: id), within: timeout))
    }

    /// An identifier that no other request has.
    static func newRequestID(prefix: String = "ctl-") -> String {
        var generator = SystemRandomNumberGenerator()
        return prefix + String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    }

    /// Sends what may be sent twice: once more when the connection breaks.
    private func read(_ request: HTTPClientRequest, within timeout: TimeAmount = timeout) async throws -> ByteBuffer {
        for _ in 0..<2 {
            do {
                return try await exchange(request, within: timeout)
            } catch let failure as Failure {
                throw CommandFailure(failure)
            } catch is TimedOut {
                throw CommandFailure(.tryAgain, "ringd did not answer in time", hint: "look at its log, and try again")
            } catch is BrokenConnection {
                continue
            }
        }
        throw CommandFailure(
            .unreachable,
            "the connection to \(socket) broke before the answer came",
            hint: "look at the log of ringd, and try again"
        )
    }

    /// Asks for a change, again with the same identifier when the connection breaks or the outcome is not known.
    ///
    /// One identifier has one effect, so asking again is safe.
    func change(_ change: ChangeRequest, id: String) async throws -> Answer<ChangeResult> {
        let request = try request(Path("v1", "changes"), body: change, id: id)
        var wasSent = false
        for pause in Self.pauses {
            do {
                return try Self.decode(try await exchange(request))
            } catch let failure as CommandFailure where failure.status == .unreachable {
                guard wasSent else { throw failure }
            } catch let failure as Failure where failure.error.code == .unknownOutcome {
                wasSent = true
            } catch is BrokenConnection {
                wasSent = true
            } catch is TimedOut {
                break
            }
            try await Task.sleep(for: pause)
        }
        throw CommandFailure(
            .tryAgain,
            "whether the change was made is not known",
            hint: "once ringd runs again, give the same command with --request-id \(id) -y: it has one effect"
        )
    }

    /// Between the attempts: together longer than a restart of the daemon takes.
    private static let pauses: [Duration] = [
        .milliseconds(100), .milliseconds(400), .seconds(1), .seconds(2), .seconds(2),
    ]

    /// The connection ended before the answer was whole.
    private struct BrokenConnection: Error {}

    /// No answer came in time.
    private struct TimedOut: Error {}

    private func request(_ path: Path, method: HTTPMethod) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: URL(httpURLWithSocketPath: socket, uri: path.text)?.absoluteString ?? "")
        request.method = method
        request.headers.add(name: "Host", value: "localhost")
        return request
    }

    private func request(_ path: Path, body: some Encodable, id: String?) throws -> HTTPClientRequest {
        var request = request(path, method: .POST)
        request.body = .bytes(ByteBuffer(bytes: try JSONBytes.encoding(body)))
        request.headers.add(name: "Content-Type", value: "application/json")
        if let id { request.headers.add(name: "X-Request-Id", value: id) }
        return request
    }

    private func exchange(
        _ request: HTTPClientRequest,
        within timeout: TimeAmount = timeout
    ) async throws -> ByteBuffer {
        try checkSocket()
        let response: HTTPClientResponse
        let body: ByteBuffer
        do {
            response = try await http.execute(request, timeout: timeout)
            body = try await response.body.collect(upTo: Self.answerLimit)
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw TimedOut()
        } catch let error as IOError where error.errnoCode == ECONNREFUSED || error.errnoCode == ENOENT {
            throw unreachable()
        } catch let error as IOError where error.errnoCode == EACCES {
            throw notAllowed()
        } catch is NIOTooManyBytesError {
            throw CommandFailure(.badData, "the answer is too long", hint: "ask for less at once")
        } catch {
            throw BrokenConnection()
        }
        guard (200..<300).contains(response.status.code) else {
            let json = try? JSONDocument(parsing: body.readableBytesView)
            guard let failure = try? json?.decode(Failure.self) else {
                throw CommandFailure(
                    .badData,
                    "the answer with status \(response.status.code) cannot be read",
                    hint: "is it a ringd that serves at \(socket)?"
                )
            }
            if failure.error.code == .unknownOutcome { throw failure }
            throw CommandFailure(failure)
        }
        return body
    }

    private static func decode<Value: Decodable>(_ body: ByteBuffer) throws -> Answer<Value> {
        do {
            let json = try JSONDocument(parsing: body.readableBytesView)
            return Answer(json: json, value: try json.decode())
        } catch {
            throw CommandFailure(.badData, "the answer cannot be read: \(error)", hint: "use the ringctl of that ringd")
        }
    }

    private func checkSocket() throws {
        guard access(socket, R_OK | W_OK) != 0 else { return }
        switch errno {
        case EACCES, EPERM: throw notAllowed()
        default: throw unreachable()
        }
    }

    private func unreachable() -> CommandFailure {
        // Where the package put a service, that is how it is meant to be started.
        let service = "/lib/systemd/system/ringd.service"
        let start = access(service, F_OK) == 0 ? "'systemctl start ringd'" : "'ringd'"
        return CommandFailure(
            .unreachable,
            "no ringd answers at \(candidates.joined(separator: " or "))",
            hint: "start it with \(start), or name its socket with --socket or RINGCTL_SOCKET"
        )
    }

    private func notAllowed() -> CommandFailure {
        CommandFailure(
            .notAllowed,
            "you may not use the socket \(socket)",
            hint: "ask for membership in the socket's group, or run this as its owner"
        )
    }
}
