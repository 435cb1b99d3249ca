import Synchronization

/// Where calls from any thread leave their requests for the event loop.
///
/// The first one wakes the loop; those that come until it has woken ride along.
final class RequestInbox: Sendable {
    private let contents = Mutex(Contents())
    private let maximumCount: Int

    private struct Contents {
        var submissions: [Submission] = []
        var ids: UInt64 = 0
        var isDraining = false
        /// Why it ended; `nil` while it has not.
        var end: String?
    }

    struct Submission: Sendable {
        let id: UInt64
        let content: Content

        enum Content: Sendable {
            case one(MetaRequest, CheckedContinuation<Result<MetaReply, MemcachedError>, Never>)
            case batch([MetaRequest], CheckedContinuation<Result<[MetaReply], MemcachedError>, Never>)
        }

        func fail(_ error: MemcachedError) {
            switch content {
            case .one(_, let continuation): continuation.resume(returning: .failure(error))
            case .batch(_, let continuation): continuation.resume(returning: .failure(error))
            }
        }
    }

    enum Reception {
        case taken
        /// It is the first one: the loop must be woken.
        case takenFirst
        case refused(MemcachedError)
    }

    init(maximumCount: Int) { self.maximumCount = maximumCount }

    /// A number for a request, by which it can be cancelled.
    func nextID() -> UInt64 {
        contents.withLock {
            $0.ids += 1
            return $0.ids
        }
    }

    func leave(_ submission: Submission) -> Reception {
        contents.withLock { contents in
            guard !contents.isDraining, contents.end == nil else {
                return .refused(MemcachedError(unsent: contents.end ?? "the connection is closed"))
            }
            guard contents.submissions.count < maximumCount else {
                return .refused(MemcachedError(.overloaded, "\(maximumCount) requests wait already"))
            }
            contents.submissions.append(submission)
            return contents.submissions.count == 1 ? .takenFirst : .taken
        }
    }

    func take() -> [Submission] {
        contents.withLock { contents in
            let submissions = contents.submissions
            contents.submissions = []
            return submissions
        }
    }

    /// Refuses what comes from now on; `false` when that has been so before.
    func drain() -> Bool {
        contents.withLock { contents in
            guard !contents.isDraining else { return false }
            contents.isDraining = true
            return true
        }
    }

    /// Refuses what comes from now on, with the reason, and returns what has not been taken.
    func close(because reason: String) -> [Submission] {
        contents.withLock { contents in
            contents.end = reason
            let submissions = contents.submissions
            contents.submissions = []
            return submissions
        }
    }

    var isDraining: Bool { contents.withLock { $0.isDraining } }
    /// Whether requests are taken.
    var isOpen: Bool { contents.withLock { !$0.isDraining && $0.end == nil } }
}
