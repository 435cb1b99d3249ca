import DequeModule
import NIOCore

/// The deadlines of everything in flight, in one queue per distinct timeout.
///
/// All probes of a pool wait equally long, so a queue per timeout is in order by itself: adding and taking cost O(1),
/// and finding the next one O(*t*) in distinct timeouts, of which there are as many as pools at most. An entry whose
/// job has ended is skipped when it comes to the front.
struct DeadlineLanes {
    private var lanes: [Lane] = []

    struct Entry {
        let deadline: NIODeadline
        let link: NodeLink
        let ticket: UInt64
    }

    private struct Lane {
        let timeout: TimeAmount
        var entries: Deque<Entry>
    }

    /// Adds a deadline that is `timeout` away from a `now` that never goes back.
    mutating func append(_ entry: Entry, timeout: TimeAmount) {
        if let index = lanes.firstIndex(where: { $0.timeout == timeout }) {
            lanes[index].entries.append(entry)
        } else {
            lanes.append(Lane(timeout: timeout, entries: [entry]))
        }
    }

    /// The earliest deadline of a job that still runs.
    mutating func next() -> NIODeadline? {
        var earliest: NIODeadline?
        for index in lanes.indices {
            while let first = lanes[index].entries.first {
                guard first.link.isRunning(first.ticket) else {
                    lanes[index].entries.removeFirst()
                    continue
                }
                earliest = min(earliest ?? first.deadline, first.deadline)
                break
            }
        }
        lanes.removeAll { $0.entries.isEmpty }
        return earliest
    }

    /// Takes one entry whose deadline has passed, or `nil` when there is none left.
    mutating func takeExpired(now: NIODeadline) -> Entry? {
        for index in lanes.indices {
            while let first = lanes[index].entries.first {
                guard first.link.isRunning(first.ticket) else {
                    lanes[index].entries.removeFirst()
                    continue
                }
                guard first.deadline <= now else { break }
                return lanes[index].entries.removeFirst()
            }
        }
        return nil
    }

    mutating func removeAll() { lanes.removeAll() }
}
