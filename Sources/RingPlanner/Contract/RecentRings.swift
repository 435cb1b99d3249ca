package import RingCore

/// What the record says of a pool's rings within the time that an item can live: which node had which keys until when,
/// and who was emptied since.
///
/// With it a planner knows after a restart what it knew before; see ``ArcMemory``.
package struct RecentRings: Hashable, Sendable {
    /// One version of the ring.
    package struct Version: Hashable, Sendable {
        package var createdAt: WallTime
        package var dialect: DialectChoice
        /// In the order of the ring.
        package var slots: [Slot]

        package init(createdAt: WallTime, dialect: DialectChoice, slots: [Slot]) {
            self.createdAt = createdAt
            self.dialect = dialect
            self.slots = slots
        }

        /// The version that a ring was published as.
        package init(_ ring: PublishedRing, createdAt: WallTime) {
            self.createdAt = createdAt
            dialect = ring.dialect
            slots = ring.contents.map { slot in
                Slot(
                    label: slot.content.label,
                    weight: slot.content.weight,
                    ramp: slot.ramp,
                    isHeld: slot.content.state == .held,
                    address: slot.content.address
                )
            }
        }
    }

    /// A slot as it was published.
    package struct Slot: Hashable, Sendable {
        package var label: String
        package var weight: Weight
        /// The part of the points, in per cent.
        package var ramp: Int
        package var isHeld: Bool
        /// The server, by which the node is known: a name may be given to another one.
        package var address: NodeAddress

        package init(label: String, weight: Weight, ramp: Int, isHeld: Bool, address: NodeAddress) {
            self.label = label
            self.weight = weight
            self.ramp = ramp
            self.isHeld = isHeld
            self.address = address
        }
    }

    /// A node that held nothing at a moment, while it was in the ring.
    package struct Emptying: Hashable, Sendable {
        package var node: NodeName
        package var at: WallTime

        package init(node: NodeName, at: WallTime) {
            self.node = node
            self.at = at
        }
    }

    /// By rising number: the one that was current when that time began, and all since.
    package var versions: [Version]
    /// By rising time.
    package var emptied: [Emptying]
    /// Older versions were left out, though the copies of that time may live.
    package var isCut: Bool

    package init(versions: [Version] = [], emptied: [Emptying] = [], isCut: Bool = false) {
        self.versions = versions
        self.emptied = emptied
        self.isCut = isCut
    }

    /// The most versions that are kept; of a node that serves, the ones before count as if it had given away everything.
    package static let versionLimit = 1000
    /// The most slots of all versions together: their rings are built again at each start, some second of work.
    package static let slotLimit = 100_000

    /// The most emptyings that are kept.
    package static let emptiedLimit = 10_000

    /// How many versions of so many slots are kept.
    package static func versionLimit(slots: Int) -> Int { max(2, min(versionLimit, slotLimit / max(1, slots))) }
}

extension RecentRings {
    /// Whether an event says that its node held nothing, as ``AuditEvent/emptied`` does.
    package static func saysEmptied(_ event: AuditEvent) -> Bool { event.detail.contains(.emptied) }

    /// Takes in a change that was committed; `ring` is what its version published.
    package mutating func append(_ change: Change, ring: PublishedRing?) {
        for event in change.events where Self.saysEmptied(event) {
            if let node = event.node { emptied.append(Emptying(node: node, at: event.at)) }
        }
        // Who is forgotten here counts as never emptied, which is the safe way to be wrong.
        if emptied.count > Self.emptiedLimit { emptied.removeFirst(emptied.count - Self.emptiedLimit) }
        guard let version = change.version, let ring else { return }
        versions.append(Version(ring, createdAt: version.createdAt))
        let surplus = versions.count - Self.versionLimit(slots: ring.contents.count)
        guard surplus > 0 else { return }
        versions.removeFirst(surplus)
        isCut = true
    }
}

extension AuditEvent.Fact {
    /// The node held nothing at the time of the event, and goes on serving.
    package static let emptied = AuditEvent.Fact("emptied", "true")
}

extension ArcMemory {
    /// Remembers what the record says.
    ///
    /// The wall clock of the record is taken over to the clock that decides; what seems to be yet to come is of now.
    /// - Complexity: O(*p* log *p*) in the points of all versions.
    package init(recalling recent: RecentRings, of pool: PoolID, in roster: Roster, at now: Moment) {
        self.init()
        let policy = roster.pool(pool)?.policy ?? Policy()
        let live = roster.nodes.filter { $0.pool == pool && $0.admin != .retired }
        let byAddress = Dictionary(live.map { ($0.address, $0.id) }) { first, _ in first }
        let byName = Dictionary(live.map { ($0.name, $0.id) }) { first, _ in first }
        func instant(_ time: WallTime) -> Instant {
            now.instant - .milliseconds(max(0, now.wall.milliseconds - time.milliseconds))
        }
        var emptied = recent.emptied[...]
        var before: ServedRing?
        var slots: [RecentRings.Slot] = []
        var isKnown = !recent.isCut
        for version in recent.versions {
            while let next = emptied.first, next.at <= version.createdAt {
                if let node = byName[next.node] { forget(node, before: instant(next.at)) }
                emptied.removeFirst()
            }
            guard version.slots != slots || before?.ring.dialect != version.dialect else { continue }
            slots = version.slots
            let nodes = slots.map { byAddress[$0.address] }
            guard let ring = try? version.ring(after: before?.ring) else {
                // What this program cannot build, an earlier one could: nobody knows who had what.
                isKnown = false
                continue
            }
            let after = ServedRing(ring: ring, nodes: nodes, isHeld: slots.map(\.isHeld))
            let at = instant(version.createdAt)
            if !isKnown {
                record(unknownBefore: after, at: at)
                isKnown = true
            } else if let before {
                record(from: before, to: after, at: at, ttl: policy.maxItemTTL)
            }
            before = after
        }
        for next in emptied { if let node = byName[next.node] { forget(node, before: instant(next.at)) } }
    }
}

extension RecentRings.Version {
    fileprivate func ring(after previous: Ring?) throws(ValidationError) -> Ring {
        let slots = slots.map { RingSlot(label: $0.label, weight: $0.weight, limit: .percent($0.ramp)) }
        return try Ring(dialect: dialect, slots: slots, reusing: previous)
    }
}
