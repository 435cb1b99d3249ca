/// Why a published ring could not be loaded.
///
/// Two errors are equal when their codes are. Only the first load may fail: afterwards the error is part of
/// ``LiveRing/State`` and the last good ring stays in use.
public struct RingClientError: Error, Sendable {
    /// What kind of trouble it is; the set may grow.
    public let code: Code
    /// A sentence for people, without control characters.
    public let message: String
    /// The source file that found the trouble.
    public let file: String
    /// The line in that file.
    public let line: Int

    /// Creates an error.
    public init(_ code: Code, _ message: String, file: String = #fileID, line: Int = #line) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
    }

    /// Tells kinds of trouble apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// The name of the pool cannot be one.
        public static let invalidPool = Code("invalid_pool")
        /// There is no file: nothing was published yet, or the path is wrong.
        public static let missing = Code("missing")
        /// The file cannot be read: permissions, a directory, or no regular file.
        public static let unreadable = Code("unreadable")
        /// The file is no whole snapshot of this pool: torn, altered, another format.
        public static let invalidSnapshot = Code("invalid_snapshot")
        /// None of the keys has signed the file.
        public static let untrusted = Code("untrusted")
        /// A file or text of public keys cannot be used.
        public static let invalidKeys = Code("invalid_keys")
        /// The file is older than the ring in use, which stays.
        public static let older = Code("older")
        /// The file has the version of the ring in use and another content: somebody else writes there.
        public static let conflict = Code("conflict")
        /// This library does not know the dialect or an option of the ring.
        public static let unsupportedRing = Code("unsupported_ring")
        /// This library computes another ring than the one that was published: never used, please report.
        public static let disagreement = Code("disagreement")
        /// The ring in use could not be kept for the next start; look-ups do not suffer.
        public static let notKept = Code("not_kept")
    }
}

extension RingClientError: Hashable {
    /// Errors are equal when their codes are.
    public static func == (a: RingClientError, b: RingClientError) -> Bool { a.code == b.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension RingClientError: CustomStringConvertible {
    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }
}
