import RingCore
import RingPlanner

/// The fleet as it is before the run: one pool whose nodes are all in version 1.
enum Founding {
    static let pool = PoolID(1)
    /// 2026-01-01, in milliseconds.
    static let epoch: Int64 = 1_767_225_600_000

    static func found(
        _ scenario: Scenario,
        _ random: inout SeededGenerator
    ) throws(ValidationError) -> (Roster, [SimulatedServer]) {
        let wall = WallTime(milliseconds: epoch - 1000)
        var policy = Policy()
        for setting in scenario.settings {
            do {
                try policy.set(setting.key, to: setting.value)
            } catch {
                throw ValidationError(field: setting.key, problem: error.problem, hint: error.hint)
            }
        }
        var record = PoolRecord(
            id: pool,
            name: try PoolName("main"),
            dialect: scenario.dialect,
            policy: policy,
            createdAt: wall
        )
        record.version = RingVersion(1)
        record.versionCreatedAt = wall
        var roster = Roster(epoch: Epoch(1))
        roster.pools = [record]
        roster.nextPool = PoolID(2)
        var servers: [SimulatedServer] = []
        let dialect = try Dialect.named(scenario.dialect.name)
        for index in 0..<(scenario.nodes + scenario.spares) {
            let server = try server(index, scenario, &random)
            servers.append(server)
            let isSpare = index >= scenario.nodes
            let node = NodeRecord(
                id: NodeID(Int64(index + 1)),
                pool: pool,
                name: try NodeName(isSpare ? "spare-\(index)" : "cache-\(index)"),
                address: server.address,
                admin: isSpare ? .spare : .active,
                mayBeStale: isSpare,
                createdAt: wall
            )
            roster.nodes.append(node)
            guard !isSpare else { continue }
            roster.slots.append(
                SlotRecord(
                    id: SlotID(Int64(index + 1)),
                    pool: pool,
                    label: try dialect.label(for: server.address, options: scenario.dialect.options),
                    weight: dialect.defaultWeight,
                    position: Int64(index + 1),
                    node: node.id,
                    placement: .in,
                    since: wall
                )
            )
        }
        roster.nextNode = NodeID(Int64(servers.count + 1))
        roster.nextSlot = SlotID(Int64(scenario.nodes + 1))
        return (roster, servers)
    }

    /// Version 1, as the database keeps it.
    static func version(of roster: Roster) throws(ValidationError) -> CommittedVersion? {
        guard let record = roster.pool(pool), let ring = try PublishedRing(pool: record, roster: roster) else {
            return nil
        }
        return CommittedVersion(
            NewVersion(
                pool: pool,
                version: RingVersion(1),
                parent: nil,
                epoch: roster.epoch,
                createdAt: record.createdAt,
                dialect: record.dialect,
                changedSlots: [],
                removedSlots: [],
                agreement: ring.ring.agreement,
                movedShare: .none,
                coldShare: .none,
                hasContinuum: false
            ),
            because: nil,
            event: 1
        )
    }

    /// A server at the address of its number.
    static func server(
        _ index: Int,
        _ scenario: Scenario,
        _ random: inout SeededGenerator
    ) throws(ValidationError) -> SimulatedServer {
        SimulatedServer(
            address: try NodeAddress(host: "10.\(index >> 16 & 255).\(index >> 8 & 255).\(index & 255)", port: 11211),
            pid: Int64(1000 + index),
            keys: scenario.keys,
            refusesFlush: random.below(100) < Int64(scenario.flushlessPercent)
        )
    }
}
