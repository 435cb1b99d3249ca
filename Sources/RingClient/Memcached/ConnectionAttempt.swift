import NIOCore
import RingMemcached
import Synchronization

/// One attempt to connect, for all requests that wait for it.
///
/// It belongs to none of them: a request that is cancelled or runs out of time leaves, and the others go on waiting.
final class ConnectionAttempt: Sendable {
    typealias Outcome = Result<MemcachedConnection, MemcachedError>

    private let state = Mutex(State())
    private let eventLoop: any EventLoop
    private let limit: TimeAmount

    private struct State {
        var outcome: Outcome?
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        var ids: UInt64 = 0
    }

    /// - Parameters:
    ///   - eventLoop: the loop of the connection, which also watches the time of those who wait.
    ///   - limit: how long a request waits at most.
    init(on eventLoop: any EventLoop, limit: Duration) {
        self.eventLoop = eventLoop
        self.limit = TimeAmount(limit)
    }

    /// The connection, as soon as it is made.
    ///
    /// - Throws: what the attempt failed with; ``MemcachedError/Code/cancelled`` or
    ///   ``MemcachedError/Code/connectionFailed`` when the task was cancelled or its time was over before.
    func connection() async throws(MemcachedError) -> MemcachedConnection {
        let id = state.withLock { state in
            state.ids += 1
            return state.ids
        }
        let timer = eventLoop.scheduleTask(in: limit) { [self] in
            leave(id, with: MemcachedError(.connectionFailed, "no connection was made in time"))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let outcome = wait(id, continuation) { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            leave(id, with: Self.cancelled)
        }.get()
    }

    /// Ends the wait of all.
    func finish(_ outcome: Outcome) {
        let waiters = state.withLock { state in
            state.outcome = outcome
            defer { state.waiters = [:] }
            return state.waiters
        }
        // Their order does not matter: each goes on in a task of its own.
        for continuation in waiters.values { continuation.resume(returning: outcome) }
    }

    private static let cancelled = MemcachedError(.cancelled, "the task was cancelled")

    /// Begins to wait, unless there is no need to.
    private func wait(_ id: UInt64, _ continuation: CheckedContinuation<Outcome, Never>) -> Outcome? {
        state.withLock { state in
            if let outcome = state.outcome { return outcome }
            // A task that was cancelled before it waited has had its handler called already.
            if Task.isCancelled { return .failure(Self.cancelled) }
            state.waiters[id] = continuation
            return nil
        }
    }

    private func leave(_ id: UInt64, with error: MemcachedError) {
        let continuation = state.withLock { $0.waiters.removeValue(forKey: id) }
        continuation?.resume(returning: .failure(error))
    }
}
