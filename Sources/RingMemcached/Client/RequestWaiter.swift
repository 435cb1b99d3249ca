/// A call that waits for answers, and how it is woken.
///
/// Lives on the event loop of its connection once it has been submitted.
enum RequestWaiter {
    case one(CheckedContinuation<Result<MetaReply, MemcachedError>, Never>)
    case part(RequestBatch, index: Int)

    func resume(_ result: Result<MetaReply, MemcachedError>) {
        switch self {
        case .one(let continuation): continuation.resume(returning: result)
        case .part(let batch, let index): batch.completed(index, result)
        }
    }
}

/// Several requests whose answers are awaited together.
///
/// The first failure or error line ends the wait; answers that come after it are dropped.
final class RequestBatch {
    private var replies: [MetaReply?]
    private var outstanding: Int
    private var continuation: CheckedContinuation<Result<[MetaReply], MemcachedError>, Never>?

    init(count: Int, continuation: CheckedContinuation<Result<[MetaReply], MemcachedError>, Never>) {
        replies = Array(repeating: nil, count: count)
        outstanding = count
        self.continuation = continuation
    }

    func completed(_ index: Int, _ result: Result<MetaReply, MemcachedError>) {
        switch result {
        case .success(.trouble(let trouble, let text)):
            // What the server says is better than what follows from it, such as the end of the connection.
            continuation.take()?.resume(returning: .success([.trouble(trouble, text)]))
        case .success(let reply):
            replies[index] = reply
            outstanding -= 1
            guard outstanding == 0 else { return }
            continuation.take()?.resume(returning: .success(replies.compactMap(\.self)))
        case .failure(let error):
            continuation.take()?.resume(returning: .failure(error))
        }
    }
}
