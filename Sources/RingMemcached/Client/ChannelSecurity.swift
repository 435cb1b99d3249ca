package import NIOCore
package import RingCore

/// How a connection is protected: what stands between the socket and the protocol.
///
/// The library of TLS stays with who makes one, so that a program without TLS does without it.
package struct ChannelSecurity: Sendable {
    /// Adds the handlers to a channel that is about to connect to an address.
    package let secure: @Sendable (any Channel, NodeAddress) throws -> Void
    /// Says in a few words what an error of these handlers means; `nil` for errors of others.
    package let describe: @Sendable (any Error) -> String?

    package init(
        secure: @escaping @Sendable (any Channel, NodeAddress) throws -> Void,
        describe: @escaping @Sendable (any Error) -> String?
    ) {
        self.secure = secure
        self.describe = describe
    }
}
