import RingCore

/// Deadlines by time: a binary heap of plain numbers.
///
/// Every probe puts one in and takes one out, which is most of what a calm pool costs. A min-max heap, which could give
/// the latest as well, takes twice as long for that.
struct DeadlineQueue: Sendable {
    private var heap: [Deadline] = []

    var count: Int { heap.count }

    /// The earliest.
    var min: Deadline? { heap.first }

    /// - Complexity: O(log *n*), and mostly O(1): a new deadline is later than most.
    mutating func insert(_ deadline: Deadline) {
        heap.append(deadline)
        var hole = heap.count - 1
        heap.withUnsafeMutableBufferPointer { heap in
            while hole > 0 {
                let parent = (hole - 1) / 2
                guard deadline < heap[parent] else { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = deadline
        }
    }

    /// Takes the earliest out.
    ///
    /// - Precondition: there is one.
    /// - Complexity: O(log *n*).
    mutating func removeMin() {
        let last = heap.removeLast()
        let count = heap.count
        guard count > 0 else { return }
        heap.withUnsafeMutableBufferPointer { heap in
            // The hole goes down to a leaf along the earlier children, and the last one rises from there: it is late.
            var hole = 0
            while true {
                var child = 2 * hole + 1
                guard child < count else { break }
                if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
                heap[hole] = heap[child]
                hole = child
            }
            while hole > 0 {
                let parent = (hole - 1) / 2
                guard last < heap[parent] else { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = last
        }
    }
}
