/// The limits of a connection to a server.
public struct MemcachedOptions: Hashable, Sendable {
    /// How long a connection may take to be made, the first exchange included.
    public var connectTimeout: Duration
    /// How long a request may take, from the call to its answer.
    ///
    /// A connection whose oldest request has had no answer for twice as long is closed.
    public var timeout: Duration
    /// How many requests may be sent without an answer yet.
    public var maximumInFlight: Int
    /// How many more may wait to be sent; what comes on top fails as overloaded.
    public var maximumWaiting: Int
    /// The largest value that is sent or taken.
    public var maximumValueLength: Int

    /// Creates limits; each has a default that suits a local network.
    public init(
        connectTimeout: Duration = .seconds(1),
        timeout: Duration = .seconds(1),
        maximumInFlight: Int = 1024,
        maximumWaiting: Int = 8192,
        maximumValueLength: Int = 16 * 1024 * 1024
    ) {
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumInFlight = maximumInFlight
        self.maximumWaiting = maximumWaiting
        self.maximumValueLength = maximumValueLength
    }
}
