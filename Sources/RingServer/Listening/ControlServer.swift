import Glibc
import Hummingbird
package import Logging
import NIOCore
import RingAPI
import RingCore
import RingPlanner
import Synchronization

/// Serves the control API on a Unix socket: reads and writes, for root, the daemon's own user and one group.
package struct ControlServer: Sendable {
    private let plane: any ControlPlane
    private let configuration: Configuration
    private let logger: Logger
    private let onReady: @Sendable () async -> Void

    /// Where and for whom it serves.
    package struct Configuration: Sendable {
        /// The path of the socket.
        package var path: String
        /// The permissions of the socket.
        package var mode: UInt32
        /// The group that may use it beside root and the daemon's own user.
        package var group: UInt32?

        package init(path: String, mode: UInt32 = 0o660, group: UInt32? = nil) {
            self.path = path
            self.mode = mode
            self.group = group
        }
    }

    /// Sets up a server; nothing happens before ``run()``.
    ///
    /// - Parameter onReady: called once clients can connect.
    package init(
        plane: any ControlPlane,
        configuration: Configuration,
        logger: Logger,
        onReady: @escaping @Sendable () async -> Void = {}
    ) {
        self.plane = plane
        self.configuration = configuration
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until the task is cancelled or shut down gracefully; requests in flight are answered then.
    ///
    /// - Throws: ``ListenError`` when the socket cannot be made.
    package func run() async throws {
        let socket = try ControlSocket(
            path: configuration.path,
            mode: mode_t(configuration.mode),
            group: configuration.group
        )
        let limits = Limits()
        let router = Router(context: ControlContext.self)
        router.add(middleware: RequestMeters(registry: plane.metrics))
        router.add(middleware: FailureAnswers())
        router.add(middleware: PeerCheck(group: configuration.group, logger: logger))
        ReadRoutes(plane: plane, open: OpenRequests(limits: limits)).add(to: router)
        WriteRoutes(plane: plane, limits: limits).add(to: router)

        let outcome = Outcome()
        let application = Application(
            router: router,
            server: .http1(within: limits),
            configuration: .serving(at: .unixDomainSocket(path: socket.stagingPath), within: limits),
            onServerRunning: { channel in
                do {
                    try await channel.setOption(.maxMessagesPerRead, value: 1).get()
                    try socket.reveal()
                    outcome.identity.withLock { $0 = socket.identity }
                    logger.info("The control socket is open.", metadata: ["path": "\(configuration.path)"])
                    await onReady()
                } catch {
                    outcome.error.withLock { $0 = error }
                    channel.close(promise: nil)
                }
            },
            logger: logger.quiet
        )
        defer {
            socket.discard()
            socket.remove(outcome.identity.withLock { $0 })
        }
        do {
            try await application.run()
        } catch {
            // A socket that could not be shown ends the server as well; that is the error to tell then.
            throw outcome.error.withLock { $0 } ?? error
        }
        if let error = outcome.error.withLock({ $0 }) { throw error }
    }

    /// What the callback of the running server leaves behind.
    private final class Outcome: Sendable {
        let identity = Mutex<ControlSocket.Identity?>(nil)
        let error = Mutex<(any Error)?>(nil)
    }
}

extension Logger {
    /// The same logger without Hummingbird's word about where it listens, which is the staging path.
    var quiet: Logger {
        var logger = self
        logger.logLevel = max(logger.logLevel, .notice)
        return logger
    }
}
