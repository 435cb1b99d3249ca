/// What a request sees of a server that fails.
///
/// In both modes a wrong question fails: a key or value that no server takes, a number that is none, a command that is
/// switched off, a task that was cancelled.
public enum FailureMode: Hashable, Sendable, CaseIterable {
    /// A server that fails is a cache that misses: nothing is found, and what was to be stored or deleted is
    /// ``MemcachedOutcome/unavailable``. How often that happens is found in the metrics.
    case miss
    /// A server that fails throws ``MemcachedError``, for programs that tell a miss from a failure.
    ///
    /// A held slot is a miss here too: that is a decision of `ringd`, and no failure.
    case raise
}

extension MemcachedError {
    /// Whether it is the server's or the network's, and not about the question.
    var isOfTheServer: Bool {
        switch code {
        case .connectionFailed, .connectionClosed, .timedOut, .overloaded, .serverError, .protocolViolation: true
        default: false
        }
    }
}
