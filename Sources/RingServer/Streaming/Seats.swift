import HTTPTypes
import RingAPI
import Synchronization

/// A bounded number of requests of one kind that stay open.
final class Seats: Sendable {
    private let limit: Int
    private let what: String
    private let count = Mutex(0)

    /// One request's place; given back when the last reference to it goes.
    final class Seat: Sendable {
        private let seats: Seats

        fileprivate init(_ seats: Seats) { self.seats = seats }

        deinit { seats.count.withLock { $0 -= 1 } }
    }

    /// - Parameter what: what the seats are for, in the plural, as the refusal names it.
    init(limit: Int, for what: String) {
        self.limit = limit
        self.what = what
    }

    /// How many are taken.
    var taken: Int { count.withLock { $0 } }

    /// Takes a seat, or refuses with 503.
    func take() throws(FailureAnswers.Answer) -> Seat {
        let isFree = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw FailureAnswers.Answer(
                .serviceUnavailable,
                .busy,
                "all \(limit) places for \(what) are taken",
                "try again in a moment, or ask without waiting"
            )
        }
        return Seat(self)
    }
}

/// The requests that stay open on one server.
struct OpenRequests: Sendable {
    /// Streams of events.
    let streams: Seats
    /// Requests that wait for a version.
    let waiters: Seats

    init(limits: Limits) {
        streams = Seats(limit: limits.streams, for: "streams of events")
        waiters = Seats(limit: limits.waiters, for: "requests that wait")
    }
}
