/// An answer of a server, in the meta protocol.
enum MetaReply: Hashable, Sendable {
    /// `VA`: bytes, with what the flags say.
    case value(MemcachedValue, token: UInt32?)
    /// A status without bytes.
    case status(Status, token: UInt32?)
    /// `MN`.
    case noop
    /// `OK`.
    case ok
    /// An error line.
    case trouble(Trouble, String)

    enum Status: Hashable, Sendable {
        /// `HD`
        case done
        /// `EN`
        case miss
        /// `NS`
        case notStored
        /// `EX`
        case changed
        /// `NF`
        case notFound
    }

    enum Trouble: Hashable, Sendable {
        /// `ERROR`
        case unknownCommand
        /// `CLIENT_ERROR`
        case client
        /// `SERVER_ERROR`
        case server
    }

    /// The token of the question, where the answer carries one.
    var token: UInt32? {
        switch self {
        case .value(_, let token), .status(_, let token): token
        case .noop, .ok, .trouble: nil
        }
    }
}
