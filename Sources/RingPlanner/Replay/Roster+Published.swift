package import RingCore

extension Roster {
    /// One pool as a version published it, all nodes well and no guard engaged: where a replay begins.
    ///
    /// Of nodes only those of the version's slots are kept, by name, and the spares that the pool has now. A node that is
    /// not on the roster any more is made up, so that its slot keeps its keys; nothing is recorded of it.
    /// - Parameters:
    ///   - dialect: the version's, which may be another one than today's.
    ///   - slots: what the version published, in the order of its ring.
    package func asPublished(
        _ pool: PoolRecord,
        dialect: DialectChoice,
        slots: [PublishedSlot],
        policy: Policy,
        at time: WallTime
    ) -> Roster {
        var record = pool
        record.dialect = dialect
        record.policy = policy
        record.freeze = nil
        record.needsAck = nil
        record.acknowledgedAt = nil
        record.versionCreatedAt = time
        var next = Roster(epoch: epoch)
        var made = nextNode
        for (index, published) in slots.enumerated() {
            let known = nodes.filter { $0.pool == pool.id && $0.name == published.node }
            let node = known.last { $0.address == published.address } ?? known.last
            var row = NodeRecord(
                id: node?.id ?? made,
                pool: pool.id,
                name: published.node,
                address: published.address,
                admin: .active,
                mayBeStale: false,
                createdAt: time
            )
            row.zone = published.zone
            if node == nil { made = NodeID(made.value + 1) }
            next.apply(.node(row))
            next.apply(
                .slot(
                    SlotRecord(
                        id: SlotID(Int64(index + 1)),
                        pool: pool.id,
                        label: published.label,
                        weight: published.weight,
                        position: Int64(index + 1),
                        node: row.id,
                        placement: .in,
                        since: time
                    )
                )
            )
        }
        let inUse = Set(next.nodes.map(\.id))
        for var node in nodes where node.pool == pool.id && node.admin == .spare && !inUse.contains(node.id) {
            node.mayBeStale = true
            node.flapPenalty = 0
            node.isDamped = false
            next.apply(.node(node))
        }
        next.pools = [record]
        next.nextPool = PoolID(pool.id.value + 1)
        return next
    }
}
