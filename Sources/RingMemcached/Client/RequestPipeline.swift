import DequeModule
import NIOCore

/// The requests of one connection, from the call to the answer: which waits, which is sent, whose answer comes next.
///
/// Pure: it is told what happens and says what follows. Answers come in the order of the questions. A request whose
/// time is over leaves its place behind, so that its late answer is thrown away and not taken for the next one's.
struct RequestPipeline<Waiter> {
    private var waiting: Deque<Entry> = []
    private var sent: Deque<Entry> = []
    private var tokens: UInt32 = 0
    private var state = State.open
    private let maximumWaiting: Int
    private let maximumInFlight: Int
    private let timeout: TimeAmount

    private enum State {
        /// Takes requests.
        case open
        /// Takes none, answers those it has; then `closed`.
        case draining
        case closed
    }

    private struct Entry {
        let request: MetaRequest
        let token: UInt32
        let id: UInt64
        let deadline: NIODeadline
        /// `nil` once nobody waits any more.
        var waiter: Waiter?
    }

    init(options: MemcachedOptions) {
        maximumWaiting = options.maximumWaiting
        maximumInFlight = options.maximumInFlight
        timeout = TimeAmount(options.timeout)
    }

    /// Whether nothing waits and no answer is outstanding.
    var isIdle: Bool { waiting.isEmpty && sent.isEmpty }

    /// Takes a request; the error says why it cannot.
    mutating func submit(_ request: MetaRequest, id: UInt64, waiter: Waiter, now: NIODeadline) -> MemcachedError? {
        switch state {
        case .open: break
        case .draining, .closed: return MemcachedError(unsent: "the connection is closed")
        }
        guard waiting.count < maximumWaiting else {
            return MemcachedError(.overloaded, "\(waiting.count) requests wait already")
        }
        tokens &+= 1
        waiting.append(Entry(request: request, token: tokens, id: id, deadline: now + timeout, waiter: waiter))
        return nil
    }

    /// Writes the next request that may be sent; `false` when there is none.
    mutating func encodeNext(into buffer: inout ByteBuffer) -> Bool {
        guard sent.count < maximumInFlight, let entry = waiting.popFirst() else { return false }
        entry.request.encode(into: &buffer, token: entry.token)
        sent.append(entry)
        return true
    }

    /// What an answer means.
    enum ReplyAction {
        /// Hand it to who waits, if anybody does.
        case answer(Waiter?, MetaReply)
        /// As `answer`, then close: the server's idea of where commands begin cannot be relied on.
        case answerAndClose(Waiter?, MetaReply)
        /// It answers no question that was asked: close.
        case violation(String)
    }

    /// Matches an answer with its question.
    mutating func received(_ reply: MetaReply) -> ReplyAction {
        guard let entry = sent.popFirst() else { return .violation("an answer nobody asked for") }
        guard entry.request.isAnswered(by: reply), reply.token == nil || reply.token == entry.token else {
            sent.prepend(entry)
            return .violation("an answer to another question")
        }
        switch reply {
        case .trouble(.unknownCommand, _): return .answerAndClose(entry.waiter, reply)
        case .trouble(.client, _) where entry.request.hasPayload: return .answerAndClose(entry.waiter, reply)
        case .trouble, .value, .status, .noop, .ok: return .answer(entry.waiter, reply)
        }
    }

    /// Gives up what has run out of time.
    ///
    /// - Returns: who waited, and whether the server has been silent for so long that the connection is to be closed.
    mutating func expire(now: NIODeadline) -> (late: [Waiter], isStalled: Bool) {
        var late: [Waiter] = []
        for index in sent.indices {
            guard sent[index].deadline <= now else { break }
            if let waiter = sent[index].waiter.take() { late.append(waiter) }
        }
        while let first = waiting.first, first.deadline <= now {
            waiting.removeFirst()
            if let waiter = first.waiter { late.append(waiter) }
        }
        let isStalled = sent.first.map { $0.deadline + timeout <= now } ?? false
        return (late, isStalled)
    }

    /// When ``expire(now:)`` has something to do.
    var nextDeadline: NIODeadline? {
        guard let first = sent.first else { return waiting.first?.deadline }
        return first.waiter == nil ? min(first.deadline + timeout, nextWaited ?? .distantFuture) : first.deadline
    }

    private var nextWaited: NIODeadline? {
        sent.first { $0.waiter != nil }?.deadline ?? waiting.first?.deadline
    }

    /// Gives up one request; returns who waited for it.
    mutating func cancel(_ id: UInt64) -> [Waiter] {
        var waiters: [Waiter] = []
        for index in sent.indices where sent[index].id == id {
            if let waiter = sent[index].waiter.take() { waiters.append(waiter) }
        }
        waiting.removeAll { entry in
            guard entry.id == id else { return false }
            if let waiter = entry.waiter { waiters.append(waiter) }
            return true
        }
        return waiters
    }

    /// Takes no more requests.
    mutating func drain() {
        if case .open = state { state = .draining }
    }

    /// Ends it; returns everybody who still waits.
    mutating func close() -> [Waiter] {
        state = .closed
        let waiters = sent.compactMap(\.waiter) + waiting.compactMap(\.waiter)
        sent = []
        waiting = []
        return waiters
    }
}
