package import RingCore

/// Which keys nodes gave away not long ago and may hold old copies of.
///
/// A part of the key space that goes back to such a node, before it is emptied and while an item can still live, serves
/// what was true before it went. Only nodes that serve all the while are kept: who enters the ring, or comes back from a
/// hold, was emptied or is taken as it is by somebody's word, so what it gave away before is forgotten then.
package struct ArcMemory: Sendable {
    /// A part that a node had until a moment.
    private struct Lost: Sendable {
        var start: UInt64
        var end: UInt64
        var at: Instant
    }

    /// Of each node, as it happened: the newest last.
    private var lost: [NodeID: [Lost]] = [:]
    /// How many parts are kept.
    private(set) var count = 0
    /// Rises whenever something is forgotten: what was refused before may be allowed then.
    private(set) var forgotten: UInt64 = 0
    /// The most parts that are kept; past it, each node counts as having given away everything that it does not have.
    private let limit: Int

    /// Some 24 MB.
    package static let limit = 1 << 20

    package init(limit: Int = ArcMemory.limit) { self.limit = limit }

    /// Whether nobody gave anything away.
    package var isEmpty: Bool { count == 0 }

    /// What goes back to a node by a change.
    package struct Return: Hashable, Sendable {
        package var node: NodeID
        package var share: Share
        /// When the newest of the old copies dies.
        package var until: Instant
    }

    // MARK: Remembering

    /// Notes what those who go on serving lose by a change of the ring, and forgets those who begin to serve.
    ///
    /// - Complexity: O(*p*) in points.
    package mutating func record(from before: ServedRing, to after: ServedRing, at now: Instant, ttl: Duration) {
        prune(upTo: now - ttl)
        let served = Set(before.serving)
        let staying = served.intersection(after.serving)
        for node in after.serving where !served.contains(node) { forget(node) }
        guard let handovers = before.ring.handovers(to: after.ring, from: before.nodes, to: after.nodes) else {
            for node in after.serving where staying.contains(node) { loseAll(node, at: now) }
            return
        }
        for handover in handovers {
            guard let node = before.nodes[handover.from], staying.contains(node) else { continue }
            lost[node, default: []].append(Lost(start: handover.start, end: handover.end, at: now))
            count += 1
        }
        if count > limit { coarsen() }
    }

    /// Counts everybody who serves as having given away everything: what went before is not known.
    package mutating func record(unknownBefore ring: ServedRing, at now: Instant) {
        for node in ring.serving { loseAll(node, at: now) }
    }

    /// Forgets what a node gave away before a moment, since it held nothing then.
    package mutating func forget(_ node: NodeID, before moment: Instant? = nil) {
        guard let parts = lost[node] else { return }
        let kept = moment.map { moment in parts.filter { $0.at > moment } } ?? []
        guard kept.count < parts.count else { return }
        lost[node] = kept.isEmpty ? nil : kept
        count -= parts.count - kept.count
        forgotten += 1
    }

    private mutating func loseAll(_ node: NodeID, at moment: Instant) {
        count += 1 - (lost[node]?.count ?? 0)
        lost[node] = [Lost(start: 0, end: Share.whole.parts, at: moment)]
    }

    private mutating func coarsen() {
        for node in lost.keys.sorted() {
            if let newest = lost[node]?.last { loseAll(node, at: newest.at) }
        }
    }

    /// Forgets copies that are dead by now.
    private mutating func prune(upTo oldest: Instant) {
        for node in lost.keys.sorted() {
            guard let parts = lost[node], let first = parts.first, first.at <= oldest else { continue }
            let kept = parts.filter { $0.at > oldest }
            lost[node] = kept.isEmpty ? nil : kept
            count -= parts.count - kept.count
        }
    }

    // MARK: Asking

    /// What a change gives back to nodes that had it within `ttl`, in the order of the ring.
    ///
    /// - Complexity: O(*p*) in points, and O(*m* log *m*) in what the receivers gave away.
    package func returns(from before: ServedRing, to after: ServedRing, at now: Instant, ttl: Duration) -> [Return] {
        guard !isEmpty else { return [] }
        let oldest = now - ttl
        let serving = Set(after.serving)
        var returns: [Return] = []
        guard let handovers = before.ring.handovers(to: after.ring, from: before.nodes, to: after.nodes) else {
            // Which keys change hands is not known, so each may get back what it gave away.
            for (node, share) in zip(after.nodes, after.ring.shares) {
                guard let node, serving.contains(node), let newest = lost[node]?.last?.at, newest > oldest else {
                    continue
                }
                returns.append(Return(node: node, share: share, until: newest + ttl))
            }
            return returns
        }
        var received: [Int: [Handover]] = [:]
        for handover in handovers {
            guard let node = after.nodes[handover.to], lost[node] != nil, serving.contains(node) else { continue }
            received[handover.to, default: []].append(handover)
        }
        for (slot, node) in after.nodes.enumerated() {
            guard let node, let parts = received[slot], let lost = lost[node] else { continue }
            let overlap = Self.overlap(of: parts, with: lost.filter { $0.at > oldest })
            guard let newest = overlap.newest else { continue }
            returns.append(Return(node: node, share: overlap.share, until: newest + ttl))
        }
        return returns
    }

    /// How much of what is received was lost, each part counted once, and when the newest of it was.
    private static func overlap(of received: [Handover], with lost: [Lost]) -> (share: Share, newest: Instant?) {
        let lost = lost.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        var sum: UInt64 = 0
        var newest: Instant?
        var reached: UInt64 = 0
        var first = 0
        for part in lost {
            // Both are sorted by their start; what ends before this part begins can meet no later one.
            while first < received.count, received[first].end <= part.start { first += 1 }
            var index = first
            while index < received.count, received[index].start < part.end {
                let end = min(part.end, received[index].end)
                let start = max(part.start, received[index].start, reached)
                newest = max(newest ?? part.at, part.at)
                if end > start { sum += end - start }
                index += 1
            }
            reached = max(reached, part.end)
        }
        return (Share(parts: sum), newest)
    }
}

/// A ring, and who serves its slots.
package struct ServedRing: Sendable {
    package let ring: Ring
    /// Who occupies each slot, in the order of the ring; `nil` for somebody who is not on the roster any more.
    package let nodes: [NodeID?]
    /// Those whose slot is not held, in the order of the ring.
    package let serving: [NodeID]

    package init(ring: Ring, nodes: [NodeID?], isHeld: [Bool]) {
        self.ring = ring
        self.nodes = nodes
        serving = zip(nodes, isHeld).compactMap { $1 ? nil : $0 }
    }
}

extension PublishedRing {
    /// The ring with who serves it.
    package var served: ServedRing {
        ServedRing(ring: ring, nodes: nodes, isHeld: contents.map { $0.content.state == .held })
    }
}
