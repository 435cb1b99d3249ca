import RingCore
import RingPlanner
import Testing

/// Makes random changes that a planner could have made, and applies each to a roster in memory.
struct Fleet {
    var roster = Roster(epoch: Epoch(1))
    /// What each pool's newest version publishes, by slot.
    var published: [PoolID: [NewVersion.SlotContent]] = [:]
    var random: SplitMix
    private var serial: Int64 = 0
    private(set) var clock: Int64 = 1_790_000_000_000

    init(seed: UInt64) { random = SplitMix(state: seed) }

    /// Applies a change that was committed.
    mutating func commit(_ change: Change) {
        roster = roster.applying(change)
        for case .poolDeleted(let pool) in change.rows { published[pool] = nil }
        guard let version = change.version else { return }
        let gone = Set(version.removedSlots + version.changedSlots.map(\.slot))
        let kept = (published[version.pool] ?? []).filter { !gone.contains($0.slot) }
        published[version.pool] = kept + version.changedSlots
    }

    /// A pool of that name, with a number of nodes that are in its first version.
    mutating func newPool(_ name: String, nodes count: Int, dialect: DialectChoice = .pinnedKetama) throws -> Change {
        let former = roster.formerPools.first { $0.name.text == name }
        let pool = PoolRecord(
            id: roster.nextPool,
            name: try PoolName(name),
            dialect: dialect,
            policy: Policy(),
            versionFloor: former?.version ?? RingVersion(0),
            createdAt: WallTime(milliseconds: clock)
        )
        var rows: [RowChange] = [.pool(pool)]
        var slots: [SlotRecord] = []
        for offset in 0..<Int64(count) {
            let (node, slot) = try newNode(of: pool.id, offset: offset)
            rows += [.node(node), .slot(slot)]
            slots.append(slot)
        }
        var change = change(.poolCreate, in: pool, rows)
        if count > 0 { change.version = try version(of: pool, after: change) }
        return change
    }

    /// Any change at all, to any pool.
    mutating func anyChange() throws -> Change {
        let live = roster.pools
        guard let pool = live.randomElement(using: &random), live.count > 1 || Bool.random(using: &random) else {
            let used = Set(live.map(\.name.text))
            let name = ["web", "sessions", "a.b", "c-1", "d_2"].filter { !used.contains($0) }
                .randomElement(using: &random)
            let dialect = Self.dialects[Int.random(in: 0..<Self.dialects.count, using: &random)]
            let count = Int.random(in: 0...6, using: &random)
            return try newPool(name ?? "pool-\(roster.nextPool.value)", nodes: count, dialect: dialect)
        }
        let slots = roster.slots.filter { $0.pool == pool.id && $0.node != nil }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return self.change(.poolDelete, in: pool, [.poolDeleted(pool.id)])
        case 1: return try settings(of: pool)
        case 2: return try newDialect(of: pool, slots)
        case 3..<8: return try addition(to: pool)
        case 8..<10 where slots.count > 1: return try swap(in: pool, slots)
        default:
            guard let slot = slots.randomElement(using: &random) else { return try addition(to: pool) }
            return try edit(slot, in: pool)
        }
    }

    private static let dialects: [DialectChoice] = [
        .pinnedKetama, DialectChoice(name: "libmemcached-ketama-weighted"),
        DialectChoice(name: "libmemcached-modula", options: [.init(name: "hash", value: "fnv1a_32")]),
    ]

    mutating func addition(to pool: PoolRecord) throws -> Change {
        let (node, slot) = try newNode(of: pool.id, offset: 0)
        var change = change(.add, in: pool, [.slot(slot), .node(node)], node: node.name)
        change.version = try version(of: pool, after: change)
        return change
    }

    /// A slot as it is to be.
    mutating func change(of slot: SlotRecord, in pool: PoolRecord) throws -> Change {
        var change = change(.set, in: pool, [.slot(slot)])
        change.version = try version(of: pool, after: change)
        return change
    }

    private mutating func settings(of pool: PoolRecord) throws -> Change {
        var pool = pool
        try pool.policy.set("interval", to: "\(Int.random(in: 1...50, using: &random))s")
        try pool.policy.set("on-failure", to: "spare,hold")
        pool.freeze = PoolRecord.Freeze(
            cause: .massFailure,
            reason: "many “at” once",
            at: WallTime(milliseconds: clock)
        )
        pool.needsAck = Bool.random(using: &random) ? "5 changes \"in\" an hour" : nil
        pool.acknowledgedAt = pool.needsAck == nil ? WallTime(milliseconds: clock) : nil
        return change(.poolSet, in: pool, [.pool(pool)])
    }

    private mutating func newDialect(of pool: PoolRecord, _ slots: [SlotRecord]) throws -> Change {
        var pool = pool
        pool.dialect = Self.dialects[Int.random(in: 0..<Self.dialects.count, using: &random)]
        let rows = slots.map { slot in
            var slot = slot
            slot.label = "label \(pool.dialect.name.utf8.count) \(slot.id.value)"
            return RowChange.slot(slot)
        }
        var change = change(.poolSet, in: pool, [.pool(pool)] + rows)
        change.version = try version(of: pool, after: change)
        return change
    }

    /// Swaps everything that is unique between two nodes and their slots, in one change.
    private mutating func swap(in pool: PoolRecord, _ slots: [SlotRecord]) throws -> Change {
        let pair = slots.shuffled(using: &random).prefix(2)
        guard var a = pair.first, var b = pair.last, let left = roster.node(a.node ?? NodeID(0)),
            let right = roster.node(b.node ?? NodeID(0))
        else { return try addition(to: pool) }
        var (first, second) = (left, right)
        Swift.swap(&first.name, &second.name)
        Swift.swap(&first.address, &second.address)
        Swift.swap(&a.label, &b.label)
        Swift.swap(&a.position, &b.position)
        var change = change(.set, in: pool, [.node(first), .slot(a), .slot(b), .node(second)])
        change.version = try version(of: pool, after: change)
        return change
    }

    private mutating func edit(_ slot: SlotRecord, in pool: PoolRecord) throws -> Change {
        var slot = slot
        var rows: [RowChange] = []
        let node = roster.node(slot.node ?? NodeID(0))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: slot.weight = try Weight(Int.random(in: 1...300, using: &random))
        case 1: slot.placement = .held
        case 2: slot.placement = .ejected
        case 3: (slot.placement, slot.ramp) = (.ramping, Int.random(in: 1...99, using: &random))
        case 4:
            slot.placement = .absent
            slot.node = nil
            if var node {
                node.admin = .retired
                rows.append(.node(node))
            }
        default: (slot.placement, slot.ramp) = (.in, 100)
        }
        if var node, slot.node != nil {
            node.flapPenalty += 1000
            node.isDamped = node.flapPenalty > 2500
            node.mayBeStale.toggle()
            node.adminUntil = WallTime(milliseconds: clock + 5)
            rows.append(.node(node))
        }
        slot.since = WallTime(milliseconds: clock)
        var change = change(.set, in: pool, rows + [.slot(slot)], node: node?.name)
        change.version = try version(of: pool, after: change)
        return change
    }

    private mutating func newNode(of pool: PoolID, offset: Int64) throws -> (NodeRecord, SlotRecord) {
        let id = roster.nextNode.value + offset
        let address = try NodeAddress(host: "10.0.\(id / 250).\(id % 250)", port: 11211)
        let node = NodeRecord(
            id: NodeID(id),
            pool: pool,
            name: try NodeName("cache-\(id)"),
            address: id % 7 == 0 ? try NodeAddress(host: "/run/m\(id).sock", port: nil) : address,
            zone: id % 2 == 0 ? "zone ü" : nil,
            tags: id % 3 == 0 ? ["a \"b\"", "c"] : [],
            admin: .active,
            mayBeStale: false,
            createdAt: WallTime(milliseconds: clock)
        )
        let slot = SlotRecord(
            id: SlotID(roster.nextSlot.value + offset),
            pool: pool,
            label: "10.0.\(id / 250).\(id % 250)",
            weight: try Weight(100),
            position: roster.nextSlot.value + offset,
            node: node.id,
            placement: .in,
            since: WallTime(milliseconds: clock)
        )
        return (node, slot)
    }

    mutating func change(
        _ kind: AuditEvent.Kind,
        in pool: PoolRecord,
        _ rows: [RowChange],
        node: NodeName? = nil
    ) -> Change {
        serial += 1
        clock += 1000
        let request = try? RequestID("request-\(serial)")
        let event = AuditEvent(
            at: WallTime(milliseconds: clock),
            actor: serial % 2 == 0 ? .ringd : Actor(user: "olga", uid: 1000, pid: 77),
            kind: kind,
            pool: pool.name,
            node: node,
            reason: "change \(serial)",
            detail: [.init("serial", "\(serial)")] + (serial % 5 == 0 ? [.emptied] : []),
            request: request
        )
        let follow = AuditEvent(
            at: WallTime(milliseconds: clock),
            actor: .ringd,
            kind: .observed,
            pool: pool.name,
            reason: ""
        )
        return Change(
            id: ChangeID(serial),
            events: serial % 3 == 0 ? [event, follow] : [event],
            rows: rows,
            answer: request.map { AnsweredRequest(request: $0, pool: pool.name, summary: "did it", version: nil) }
        )
    }

    /// The version that the pool's slots make once the rows of `change` are applied; `nil` where nothing shows.
    private func version(of pool: PoolRecord, after change: Change) throws -> NewVersion? {
        let next = roster.applying(change)
        let dialect = try Dialect.named(pool.dialect.name)
        var slots = next.slots.filter { $0.pool == pool.id && $0.placement.isPublished }
        if dialect.ordersSlotsByLabel {
            slots.sort { $0.label.utf8.lexicographicallyPrecedes($1.label.utf8) }
        } else {
            slots.sort { $0.position < $1.position }
        }
        guard !slots.isEmpty else { return nil }
        let limits = slots.map(\.ramp)
        let ringSlots = zip(slots, limits).map { slot, ramp in
            RingSlot(label: slot.label, weight: slot.weight, limit: ramp == 100 ? .all : .percent(ramp))
        }
        let ring = try Ring(dialect: pool.dialect, slots: ringSlots)
        let contents = try slots.indices.map { index in
            let slot = slots[index]
            let node = try #require(slot.node.flatMap(next.node))
            let content = PublishedSlot(
                label: slot.label,
                weight: slot.weight,
                points: ring.pointCounts?[index],
                state: slot.placement == .held ? .held : .in,
                node: node.name,
                address: node.address,
                zone: node.zone
            )
            return NewVersion.SlotContent(slot: slot.id, position: slot.position, ramp: limits[index], content: content)
        }
        let before = published[pool.id] ?? []
        let old = Dictionary(uniqueKeysWithValues: before.map { ($0.slot, $0) })
        let current = Set(contents.map(\.slot))
        let record = try #require(next.pool(pool.id))
        return NewVersion(
            pool: pool.id,
            version: (record.version ?? record.versionFloor).next,
            parent: record.version,
            epoch: next.epoch,
            createdAt: WallTime(milliseconds: clock),
            dialect: pool.dialect,
            changedSlots: contents.filter { old[$0.slot] != $0 },
            removedSlots: before.map(\.slot).filter { !current.contains($0) },
            agreement: ring.agreement,
            movedShare: Share(percent: 3),
            coldShare: Share(1, of: 7),
            isAutomatic: change.id.value % 2 == 0,
            charge: Share(1, of: 9),
            hasContinuum: pool.name.text == "web" && ring.pointCounts != nil
        )
    }
}

/// A small seeded generator, so that a failing run can be had again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
