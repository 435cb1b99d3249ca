import NIOCore

/// The limits of the connections to a server.
public struct MemcachedOptions: Hashable, Sendable {
    /// How long a connection may take to be made, with TLS where it is used.
    ///
    /// A request that finds none waits this long at most, and for its ``timeout`` besides.
    public var connectTimeout: Duration
    /// How long a request may take from when it has a connection to its answer.
    ///
    /// A connection whose oldest request has had no answer for twice as long is closed.
    public var timeout: Duration
    /// How many requests may be sent on a connection without an answer yet.
    ///
    /// Those on top wait in their tasks until there is room or their time is over.
    public var maximumInFlight: Int
    /// How many may wait so for a connection; what comes on top fails as ``MemcachedError/Code/overloaded``.
    public var maximumWaiting: Int
    /// The largest value that is sent or taken, in bytes.
    public var maximumValueLength: Int
    /// How many connections a client makes to each server, each on an event loop of its own, as they are needed.
    ///
    /// Of use where one event loop is not enough. Beware of the limit of a server: memcached takes 1,024 unless it is
    /// told otherwise.
    public var connectionsPerServer: Int

    /// One for each core, and so for each event loop of NIO, at most four.
    public static let defaultConnectionsPerServer = min(System.coreCount, 4)

    /// Creates limits; each has a default that suits a local network.
    public init(
        connectTimeout: Duration = .seconds(1),
        timeout: Duration = .seconds(1),
        maximumInFlight: Int = 1024,
        maximumWaiting: Int = 8192,
        maximumValueLength: Int = 16 * 1024 * 1024,
        connectionsPerServer: Int = MemcachedOptions.defaultConnectionsPerServer
    ) {
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumInFlight = max(1, maximumInFlight)
        self.maximumWaiting = max(1, maximumWaiting)
        self.maximumValueLength = maximumValueLength
        self.connectionsPerServer = max(1, connectionsPerServer)
    }
}
