import DequeModule
import HeapModule
package import RingCore

/// A pool as it is now, for people and programs that look at it.
package struct PoolView: Sendable {
    package let record: PoolRecord
    /// The ring of the newest committed version.
    package let ring: PublishedRing?
    /// The newest version that is known to be on disk.
    package let published: RingVersion?
    /// Nodes that are not retired, in the order of the roster.
    package let nodes: [NodeView]
    /// Set where a mass failure was seen whose freeze is not durable yet.
    package let pendingFreeze: String?
}

/// A node as it is now: its three facts, and what the probes saw.
package struct NodeView: Sendable {
    package let record: NodeRecord
    /// The slot that it occupies; `nil` for a spare.
    package let slot: SlotRecord?
    package let health: Health
    package let healthSince: WallTime
    /// The share of the keys that the published ring gives it.
    package let share: Share
    package let points: Int?
    /// The failures in a row in words; empty while it answers.
    package let evidence: String
    package let latencyMedian: Duration?
    package let latency99: Duration?
    package let latencies: LatencyWindow
    package let stats: ServerStats?
    package let isDamped: Bool
}

extension Planner {
    /// The pool of that identifier as it is now.
    ///
    /// - Complexity: O(*n* log *n*) in the pool's nodes.
    package func view(of id: PoolID) -> PoolView? {
        guard let record = roster.pool(id) else { return nil }
        let runtime = pools[id]
        var slots: [NodeID: SlotRecord] = [:]
        for slot in roster.slots where slot.pool == id {
            if let node = slot.node { slots[node] = slot }
        }
        var published: [SlotID: (share: Share, points: Int?)] = [:]
        if let ring = runtime?.ring {
            for (content, share) in zip(ring.contents, ring.shares) {
                published[content.slot] = (share, content.content.points)
            }
        }
        let live = roster.nodes.filter { $0.pool == id && $0.admin != .retired }.sorted { a, b in
            (slots[a.id]?.position ?? .max, a.id) < (slots[b.id]?.position ?? .max, b.id)
        }
        return PoolView(
            record: record,
            ring: runtime?.ring,
            published: runtime?.published,
            nodes: live.map { node in
                let slot = slots[node.id]
                return view(of: node, slot: slot, published: slot.flatMap { published[$0.id] })
            },
            pendingFreeze: runtime?.pendingFreeze
        )
    }

    private func view(of node: NodeRecord, slot: SlotRecord?, published: (share: Share, points: Int?)?) -> NodeView {
        let runtime = nodes[node.id]
        let health = runtime?.health
        return NodeView(
            record: node,
            slot: slot,
            health: health?.state ?? .unknown,
            healthSince: health?.sinceWall ?? node.createdAt,
            share: published?.share ?? .none,
            points: published?.points,
            evidence: health.map { $0.failures > 0 ? $0.evidence : "" } ?? "",
            latencyMedian: health?.latencies.percentile(50),
            latency99: health?.latencies.percentile(99),
            latencies: health?.latencies ?? LatencyWindow(),
            stats: health?.stats,
            isDamped: runtime?.isDamped ?? node.isDamped
        )
    }

    /// The newest version of a pool that is published, if one is.
    package func publishedVersion(of id: PoolID) -> RingVersion? { pools[id]?.published }

    /// The end of the checker's distrust of itself, where it lasts.
    package var distrustEnds: Instant? { distrustedUntil }

    /// Commands that wait for the disk, and the one that is there.
    package var waitingChanges: Int { queue.count + (inFlight == nil ? 0 : 1) }
}

extension Planner {
    /// How much waits in the planner: what must stay bounded.
    package var load: (deadlines: Int, notes: Int) {
        (deadlines.count, notes.count + roster.pools.reduce(0) { $0 + (pools[$1.id]?.notes.count ?? 0) })
    }
}
