import Synchronization

/// Tells listeners that something changed which a reader could see; not what: whoever hears it looks.
///
/// A slow listener hears once of many changes, so nothing piles up for it. Announcing never waits.
package final class Announcer: Sendable {
    private let state = Mutex(State())

    private struct State {
        var count: UInt64 = 0
        var nextListener: UInt64 = 0
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    /// One listener's ear: it is woken by announcements, by whoever holds it, and ends when told so.
    package struct Listening: Sendable {
        /// An element for one or many things to look at.
        package let wakes: AsyncStream<Void>
        fileprivate let continuation: AsyncStream<Void>.Continuation

        /// Wakes the listener for a reason of its own: a timer, say.
        package func wake() { continuation.yield() }
        /// Ends ``wakes``; may be called more than once.
        package func end() { continuation.finish() }
    }

    package init() {}

    /// How many announcements there were: tells a wake-up by an announcement from any other.
    package var count: UInt64 { state.withLock(\.count) }

    /// Begins to listen, until the listening is ended or dropped.
    package func listen() -> Listening {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let listener = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: listener) }
        }
        return Listening(wakes: stream, continuation: continuation)
    }

    /// Wakes every listener.
    package func announce() {
        let listeners = state.withLock { state in
            state.count += 1
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield() }
    }
}
