import NIOCore

/// When the one shared wake-up of the event loop comes.
///
/// Deadlines are met on a grid of ``grain``, so that the probes of thousands of nodes share wake-ups: a timer for each
/// costs four times as much. A probe that is a few milliseconds late harms nobody.
struct Tick {
    /// The distance of two wake-ups at least.
    static let grain: TimeAmount = .milliseconds(5)

    private var scheduled: (at: NIODeadline, task: Scheduled<Void>)?

    /// The first point of the grid at `deadline` or later.
    static func onGrid(_ deadline: NIODeadline) -> NIODeadline {
        let grain = UInt64(Self.grain.nanoseconds)
        let rest = deadline.uptimeNanoseconds % grain
        return rest == 0 ? deadline : .uptimeNanoseconds(deadline.uptimeNanoseconds + (grain - rest))
    }

    /// Wakes up at `deadline`, unless an earlier wake-up is due anyway.
    mutating func schedule(at deadline: NIODeadline, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void) {
        let at = Self.onGrid(deadline)
        if let scheduled {
            guard at < scheduled.at else { return }
            scheduled.task.cancel()
        }
        scheduled = (at, loop.scheduleTask(deadline: at, body))
    }

    /// The wake-up has come.
    mutating func fired() { scheduled = nil }

    /// Whether the next wake-up should have come by then.
    func isOverdue(at time: NIODeadline) -> Bool { scheduled.map { $0.at < time } ?? false }

    /// No more wake-ups.
    mutating func cancel() {
        scheduled?.task.cancel()
        scheduled = nil
    }
}
