import RingCore
import RingPlanner

/// Something that will happen in the simulated world.
///
/// Plain numbers only, so that millions of them move through the queue without counting references.
struct Occurrence: Sendable {
    /// Nanoseconds of simulated time.
    var at: Int64
    /// Breaks ties in the order of making.
    var serial: UInt64
    /// The life of the process that it belongs to; it is nothing to a later one.
    var life: UInt32
    var what: What

    enum What: Sendable {
        /// The wake-up that the planner asked for; overtaken unless it is the newest promise.
        case wake(promise: UInt64)
        case probed(ProbeID, ProbeResult, microseconds: Int32, wantsStats: Bool)
        case cleansed(CleansingID, CleansingResult)
        case written(ChangeID, DiskResult)
        case published(PoolID, RingVersion, succeeded: Bool)
        case connectionLost(NodeID)
        case begin(episode: Int32)
        case end(episode: Int32)
        case command(Int32)
        case poll(client: Int32)
        case work(client: Int32)
        case restart
        /// The operators put right what they did.
        case repair
    }

    /// Whether it happens to the process of the planner, and waits while that is stopped.
    var isForProcess: Bool {
        switch what {
        case .wake, .probed, .cleansed, .written, .published, .connectionLost, .command: true
        case .begin, .end, .poll, .work, .restart, .repair: false
        }
    }
}

/// How a simulated probe ends.
enum ProbeResult: UInt8, Sendable {
    case answered, refused, timedOut, malformed, resolutionFailed, outOfDescriptors
}

/// How a simulated cleansing step ends.
enum CleansingResult: UInt8, Sendable {
    case flushed, disabled, gone, present, failed
}

/// How a simulated write ends.
enum DiskResult: UInt8, Sendable {
    case written, refused, unknown
}

/// Occurrences by time: a binary heap.
struct OccurrenceQueue: Sendable {
    private var heap: [Occurrence] = []
    private var serial: UInt64 = 0

    var count: Int { heap.count }
    var next: Occurrence? { heap.first }

    mutating func add(_ what: Occurrence.What, at: Int64, life: UInt32) {
        serial += 1
        insert(Occurrence(at: at, serial: serial, life: life, what: what))
    }

    /// Puts an occurrence off, keeping its place among those of the same time.
    mutating func postpone(_ occurrence: Occurrence, to at: Int64) {
        var later = occurrence
        later.at = at
        insert(later)
    }

    mutating func popFirst() -> Occurrence? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        var hole = 0
        let count = heap.count
        while true {
            var child = 2 * hole + 1
            guard child < count else { break }
            if child + 1 < count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Self.precedes(heap[child], last) else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = last
        return first
    }

    private mutating func insert(_ occurrence: Occurrence) {
        var hole = heap.count
        heap.append(occurrence)
        while hole > 0 {
            let parent = (hole - 1) / 2
            guard Self.precedes(occurrence, heap[parent]) else { break }
            heap[hole] = heap[parent]
            hole = parent
        }
        heap[hole] = occurrence
    }

    private static func precedes(_ a: Occurrence, _ b: Occurrence) -> Bool {
        a.at != b.at ? a.at < b.at : a.serial < b.serial
    }
}
