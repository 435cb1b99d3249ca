import Hummingbird
import RingAPI
import RingCore
import Synchronization

/// Refuses requests that mean another server.
///
/// A page from elsewhere whose name was made to resolve to this machine could read the answers otherwise, since to the
/// browser it is the page's own server.
final class HostCheck: RouterMiddleware {
    private let names: Set<String>
    private let port = Mutex<UInt16>(0)

    init(names: [String]) {
        let loopback = ["localhost", "127.0.0.1", "::1"]
        self.names = Set((loopback + names).map { Self.normal($0) })
    }

    /// Tells the port, once it is known.
    func serve(port: UInt16) { self.port.withLock { $0 = port } }

    func handle(
        _ request: Request,
        context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        guard let authority = request.head.authority, accepts(authority) else {
            throw FailureAnswers.Answer(
                .misdirectedRequest,
                .wrongHost,
                field: "Host",
                "this server does not answer for that host",
                "use the address that ringd was told to serve at"
            )
        }
        return try await next(request, context)
    }

    /// Whether `HOST[:PORT]` is one of the names, at the right port.
    func accepts(_ authority: String) -> Bool {
        var host = Substring(authority)
        var port: Substring = "80"
        if let colon = authority.lastIndex(of: ":"), authority.last != "]" {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        return UInt16(port) == self.port.withLock { $0 } && names.contains(Self.normal(String(host)))
    }

    /// Lower case for names; one spelling for an IPv6 address.
    private static func normal(_ host: String) -> String {
        if let address = IPAddress(parsing: host), address.isIPv6 { return "\(address.groups)" }
        return host.lowercased()
    }
}
