/// An operation on a memcached server that failed.
///
/// Two errors are equal when their codes are. A cache miss, a condition that was not met and an item that is not there
/// are answers, not errors.
public struct MemcachedError: Error, Sendable {
    /// What kind of trouble it is; the set may grow.
    public let code: Code
    /// A sentence for people, without control characters.
    public let message: String
    /// The source file that found the trouble.
    public let file: String
    /// The line in that file.
    public let line: Int
    /// Whether nothing of the request was sent, so that it may be tried again whatever it does.
    package let isUnsent: Bool

    /// Creates an error.
    public init(_ code: Code, _ message: String, file: String = #fileID, line: Int = #line) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        isUnsent = false
    }

    /// Says that a connection took no more requests when this one came.
    package init(unsent message: String, file: String = #fileID, line: Int = #line) {
        code = .connectionClosed
        self.message = message
        self.file = file
        self.line = line
        isUnsent = true
    }

    /// Tells kinds of trouble apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// The key is empty, over 250 bytes, or has a space or control character.
        public static let invalidKey = Code("invalid_key")
        /// The value is larger than the server or the connection takes.
        public static let valueTooLarge = Code("value_too_large")
        /// The item to count is not a number.
        public static let notANumber = Code("not_a_number")
        /// No connection could be made.
        public static let connectionFailed = Code("connection_failed")
        /// The connection ended; whether a write was done is unknown.
        public static let connectionClosed = Code("connection_closed")
        /// No answer came in time; whether a write was done is unknown.
        public static let timedOut = Code("timed_out")
        /// Too many requests wait for this connection; nothing was sent.
        public static let overloaded = Code("overloaded")
        /// The task was cancelled; whether a write was done is unknown.
        public static let cancelled = Code("cancelled")
        /// The server refused the command: it is switched off, or not allowed.
        public static let refused = Code("refused")
        /// The server has a trouble of its own, such as no memory.
        public static let serverError = Code("server_error")
        /// The answer was none to the question; the connection has been closed.
        public static let protocolViolation = Code("protocol_violation")
        /// A certificate, a key or a file of trusted certificates cannot be used.
        public static let invalidTLS = Code("invalid_tls")
    }
}

extension MemcachedError: Hashable {
    /// Errors are equal when their codes are.
    public static func == (a: MemcachedError, b: MemcachedError) -> Bool { a.code == b.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension MemcachedError: CustomStringConvertible {
    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }
}
