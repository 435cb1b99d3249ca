import Hummingbird
import HummingbirdCore
import NIOCore

/// What a peer may ask of a server.
struct Limits: Sendable {
    /// The path and query and all header fields together, in bytes.
    ///
    /// NIO's decoder counts them while they arrive, so nothing longer is ever held.
    var head = 16 * 1024
    /// One header field, or the path and query, in bytes.
    var headerField = 8 * 1024
    var headerFields = 64
    /// A request's body, in bytes.
    var body = 1024 * 1024
    /// The body of a change, in bytes: a list of changes for 10,000 nodes fits in.
    var changes = 8 * 1024 * 1024
    /// Open connections; the next ones wait in the kernel's queue until one closes.
    var connections = 64
    /// Streams of events at once.
    var streams = 16
    /// Requests at once that wait for a version.
    var waiters = 16
    /// A connection that brings no request for this long is closed.
    var idle: TimeAmount = .seconds(15)
}

extension HTTPServerBuilder {
    /// HTTP/1.1 within limits.
    ///
    /// - Parameter ledger: where given, it watches every connection.
    static func http1(within limits: Limits, ledger: ConnectionLedger? = nil) -> HTTPServerBuilder {
        .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: ledger.map { [$0.makeHandler()] } ?? [],
                idleTimeout: limits.idle,
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.headerField,
                    maxHeaderListSize: limits.head,
                    maxHeaderFieldCount: limits.headerFields
                )
            )
        )
    }
}

extension ApplicationConfiguration {
    /// An address with at most so many connections as `limits` say.
    static func serving(at address: BindAddress, within limits: Limits) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: address,
            backlog: 128,
            availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)
        )
    }
}
