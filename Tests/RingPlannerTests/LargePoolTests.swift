import RingCore
import RingPlanner
import Testing

@Suite struct LargePoolTests {
    /// A pool of thousands, every node of which turns out to be dead in the second after the start.
    private func roster(of count: Int) throws -> Roster {
        let wall = WallTime(milliseconds: 0)
        var policy = Policy()
        try policy.set("mode", to: "observe")
        let pool = PoolRecord(
            id: PoolID(1),
            name: try PoolName("main"),
            dialect: .pinnedKetama,
            policy: policy,
            version: RingVersion(1),
            versionCreatedAt: wall,
            createdAt: wall
        )
        var roster = Roster(epoch: Epoch(1), pools: [pool])
        for index in 1...count {
            let address = try NodeAddress(host: "10.0.\(index >> 8).\(index & 255)", port: 11211)
            let node = NodeRecord(
                id: NodeID(Int64(index)),
                pool: pool.id,
                name: try NodeName("n\(index)"),
                address: address,
                admin: .active,
                mayBeStale: false,
                createdAt: wall
            )
            let slot = SlotRecord(
                id: SlotID(Int64(index)),
                pool: pool.id,
                label: address.description,
                weight: try Weight(1),
                position: Int64(index),
                node: node.id,
                placement: .in,
                since: wall
            )
            roster.nodes.append(node)
            roster.slots.append(slot)
        }
        roster.nextPool = PoolID(2)
        roster.nextNode = NodeID(Int64(count + 1))
        roster.nextSlot = SlotID(Int64(count + 1))
        return roster
    }

    private func moment(_ nanoseconds: Int64) -> Moment {
        Moment(instant: Instant(nanoseconds: nanoseconds), wall: WallTime(milliseconds: nanoseconds / 1_000_000))
    }

    // Goal: news of thousands of nodes in one second do not cost a look at all nodes each.
    // Method: 4,000 nodes fail in one second; with a look for each this takes minutes.
    @Test func newsOfThousandsAreTakenUpTogether() throws {
        var planner = try Planner(roster: try roster(of: 4000), seed: 1, at: moment(0))
        var effects = planner.start(at: moment(0))
        var (now, wake): (Int64, Int64?) = (0, nil)
        var (failures, commits) = (0, 0)
        let begin = ContinuousClock.now
        while now < 1_000_000_000 {
            while !effects.isEmpty {
                let effect = effects.removeFirst()
                switch effect {
                case .startProbe(let probe):
                    failures += 1
                    let outcome = ProbeOutcome.failure(ProbeFailure(.hard, "connection refused"))
                    effects += planner.step(.probeCompleted(probe.id, outcome), at: moment(now))
                case .commit(let change):
                    commits += 1
                    effects += planner.step(.committed(change.id), at: moment(now))
                case .wake(let instant): wake = instant.nanoseconds
                default: continue
                }
            }
            guard let next = wake else { break }
            wake = nil
            now = max(now, next)
            effects = planner.step(.deadlineReached, at: moment(now))
        }
        let elapsed = ContinuousClock.now - begin
        #expect(failures >= 4000 && commits > 0)
        #expect(elapsed < .seconds(40), "\(failures) failures took \(elapsed)")
    }
}
