/// A point of monotonic time, since a start that only its maker knows.
///
/// Decisions compare nothing else.
package struct Instant: Hashable, Sendable, Comparable {
    /// Nanoseconds since the start of the clock.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func + (a: Instant, b: Duration) -> Instant {
        Instant(nanoseconds: a.nanoseconds + b.wholeNanoseconds)
    }
    package static func - (a: Instant, b: Duration) -> Instant {
        Instant(nanoseconds: a.nanoseconds - b.wholeNanoseconds)
    }
    package static func - (a: Instant, b: Instant) -> Duration { .nanoseconds(a.nanoseconds - b.nanoseconds) }
}

extension Duration {
    /// The duration in nanoseconds, cut towards zero.
    ///
    /// Exact to 292 years.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration in milliseconds, cut towards zero.
    package var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}

/// Wall-clock time in milliseconds since 1970 UTC: for display and `created_at` alone, never for a decision.
package struct WallTime: Hashable, Sendable, Comparable {
    package let milliseconds: Int64
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }
}

/// Now, twice: monotonic for decisions, wall clock for display.
package struct Moment: Hashable, Sendable {
    package let instant: Instant
    package let wall: WallTime

    package init(instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }
}
