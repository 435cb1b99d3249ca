/// Those who want to know each new version.
struct Subscribers {
    private var continuations: [UInt64: AsyncStream<PublishedRing>.Continuation] = [:]
    private var nextID: UInt64 = 0

    mutating func add(_ continuation: AsyncStream<PublishedRing>.Continuation) -> UInt64 {
        nextID += 1
        continuations[nextID] = continuation
        return nextID
    }

    mutating func remove(_ id: UInt64) { continuations[id] = nil }

    func send(_ published: PublishedRing) {
        for continuation in continuations.values { continuation.yield(published) }
    }

    func finish() {
        for continuation in continuations.values { continuation.finish() }
    }
}
