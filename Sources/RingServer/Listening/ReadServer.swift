import Hummingbird
package import Logging
import NIOCore
import RingAPI
package import RingCore
import Synchronization

/// Serves the routes that change nothing over TCP: for other hosts, and for programs without access to the socket.
package struct ReadServer: Sendable {
    private let plane: any ControlPlane
    private let configuration: Configuration
    private let logger: Logger
    private let onReady: @Sendable (UInt16) async -> Void

    /// Where it serves, and under which names.
    package struct Configuration: Sendable {
        /// A host name or IP address, without brackets.
        package var host: String
        /// 0 takes a free port.
        package var port: UInt16
        /// Names that a `Host` header may have beside `localhost`, the loopback addresses and ``host``.
        package var names: [String]

        package init(host: String = "127.0.0.1", port: UInt16, names: [String] = []) {
            self.host = host
            self.port = port
            self.names = names
        }

        /// Parses `HOST:PORT` or `[IPV6]:PORT`, as `--http` takes it.
        package init(parsing text: String) throws(ValidationError) {
            guard let colon = text.lastIndex(of: ":"), text.last != "]" else {
                throw ValidationError(
                    field: "http",
                    problem: "'\(printable(text))' has no port",
                    hint: "write HOST:PORT, as in 127.0.0.1:8080, or off"
                )
            }
            var host = String(text[..<colon])
            if host.first == "[", host.last == "]" { host = String(host.dropFirst().dropLast()) }
            let portText = String(text[text.index(after: colon)...])
            let port = portText == "0" ? 0 : try NodeAddress.port(parsing: portText)
            // The rules for hosts are those of node addresses; the port stands in for one where it is 0.
            let address = try NodeAddress(host: host, port: port == 0 ? 1 : port)
            self.init(host: address.host, port: port)
        }
    }

    /// Sets up a server; nothing happens before ``run()``.
    ///
    /// - Parameter onReady: called with the port once clients can connect.
    package init(
        plane: any ControlPlane,
        configuration: Configuration,
        logger: Logger,
        onReady: @escaping @Sendable (UInt16) async -> Void = { _ in }
    ) {
        self.plane = plane
        self.configuration = configuration
        self.logger = logger
        self.onReady = onReady
    }

    /// What all peers together may ask for.
    private static let limits = Limits(connections: 640, streams: 64, waiters: 256)
    /// Beyond so many connections, the one that has been idle the longest makes room for the next.
    ///
    /// Below the limit of connections, so that the kernel's queue is never where somebody waits for the idle; above all
    /// places for open requests, so that there is always one to close.
    private static let evictionLimit = 512

    /// Serves until the task is cancelled or shut down gracefully.
    package func run() async throws {
        let limits = Self.limits
        let hostCheck = HostCheck(names: configuration.names + [configuration.host])
        let router = Router(context: ControlContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestMeters(registry: plane.metrics))
        router.add(middleware: FailureAnswers())
        router.add(middleware: hostCheck)
        ReadRoutes(plane: plane, open: OpenRequests(limits: limits)).add(to: router)
        DashboardRoutes(plane: plane).add(to: router)
        let application = Application(
            router: router,
            server: .http1(within: limits, ledger: ConnectionLedger(limit: Self.evictionLimit)),
            configuration: .serving(
                at: .hostname(configuration.host, port: Int(configuration.port)),
                within: limits
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? configuration.port
                hostCheck.serve(port: port)
                logger.info("HTTP is open.", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
                await onReady(port)
            },
            logger: logger.quiet
        )
        try await application.run()
    }
}
