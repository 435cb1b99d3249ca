import Glibc
import NIOCore
import RingCore

/// The clocks of the machine, in the planner's terms.
enum DaemonClock {
    /// Now: monotonic as NIO's event loops count it, and the wall clock.
    static func now() -> Moment {
        Moment(instant: Instant(NIODeadline.now()), wall: wall())
    }

    /// The wall clock.
    static func wall() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Instant {
    /// The same moment, counted by the planner.
    init(_ deadline: NIODeadline) { self.init(nanoseconds: Int64(clamping: deadline.uptimeNanoseconds)) }
}

extension NIODeadline {
    /// The same moment, counted by NIO.
    init(_ instant: Instant) { self = .uptimeNanoseconds(UInt64(clamping: instant.nanoseconds)) }
}
