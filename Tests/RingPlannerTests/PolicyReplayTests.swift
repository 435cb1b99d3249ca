import RingCore
import RingPlanner
import Testing

/// A recorded night, played through other policies.
struct PolicyReplayTests {
    private static let from = WallTime(milliseconds: 1_770_000_000_000)
    private static let until = WallTime(milliseconds: 1_770_000_000_000 + 4 * 3_600_000)

    /// Ten nodes, seen well all the time but for what `bad` says of one: from and until in seconds after the start.
    private func runs(_ bad: [(node: Int64, RecordedRun.Outcome, from: Int64, until: Int64)] = []) -> [RecordedRun] {
        let hours = Self.until.milliseconds - Self.from.milliseconds
        var runs: [RecordedRun] = []
        for node in Int64(1)...10 {
            var time: Int64 = 0
            for spell in bad where spell.node == node {
                runs.append(run(node, .success, time, spell.from * 1000 - 1000))
                runs.append(run(node, spell.1, spell.from * 1000, spell.until * 1000))
                time = spell.until * 1000 + 1000
            }
            runs.append(run(node, .success, time, hours))
        }
        return runs
    }

    private func run(_ node: Int64, _ outcome: RecordedRun.Outcome, _ from: Int64, _ until: Int64) -> RecordedRun {
        RecordedRun(
            node: NodeID(node),
            outcome: outcome,
            from: WallTime(milliseconds: Self.from.milliseconds + from),
            until: WallTime(milliseconds: Self.from.milliseconds + until)
        )
    }

    private func replay(
        _ runs: [RecordedRun],
        _ settings: [(String, String)] = [("on-failure", "eject")]
    ) throws -> PolicyReplay.Outcome {
        var policy = Policy()
        for (key, value) in settings { try policy.set(key, to: value) }
        var roster = Roster(epoch: Epoch(1))
        let pool = PoolRecord(
            id: PoolID(1),
            name: try PoolName("main"),
            dialect: .pinnedKetama,
            policy: Policy(),
            version: RingVersion(7),
            createdAt: Self.from
        )
        roster.pools = [pool]
        var contents: [PublishedSlot] = []
        for number in Int64(1)...10 {
            let address = try NodeAddress(host: "10.0.0.\(number)", port: 11211)
            let name = try NodeName("cache-\(number)")
            contents.append(
                PublishedSlot(
                    label: address.description,
                    weight: try Weight(100),
                    points: nil,
                    state: .in,
                    node: name,
                    address: address,
                    zone: nil
                )
            )
            roster.nodes.append(
                NodeRecord(
                    id: NodeID(number),
                    pool: pool.id,
                    name: name,
                    address: address,
                    admin: .active,
                    mayBeStale: false,
                    createdAt: Self.from
                )
            )
        }
        let start = roster.asPublished(
            pool,
            dialect: .pinnedKetama,
            slots: contents,
            policy: policy,
            at: Self.from
        )
        var replay = try PolicyReplay(roster: start, pool: pool.id, runs: runs, from: Self.from, until: Self.until)
        return try replay.run()
    }

    private func story(_ outcome: PolicyReplay.Outcome) -> [String] {
        outcome.decisions.map { decision in
            let second = (decision.at.milliseconds - Self.from.milliseconds) / 1000
            return "\(second) \(decision.kind.rawValue) \(decision.node?.text ?? "-")"
        }
    }

    @Test func decidesNothingInAQuietNight() throws {
        let outcome = try replay(runs())
        #expect(outcome.decisions.isEmpty)
        #expect(outcome.gaps == 0)
        #expect(outcome.until == Self.until)
        // A calm node costs a look every ten minutes, not every second.
        #expect(outcome.steps < 1000)
    }

    @Test func ejectsAndBringsBackADeadNode() throws {
        let outcome = try replay(runs([(node: 3, .hard, from: 600, until: 900)]))
        let told = story(outcome)
        #expect(told.count == 2)
        #expect(["602 eject cache-3", "603 eject cache-3"].contains(told.first))
        #expect(told.last?.hasSuffix("rejoin cache-3") == true)
        let moved = try #require(outcome.decisions.first?.moved)
        #expect(moved > Share(percent: 5) && moved < Share(percent: 20))
    }

    @Test func holdsWhereThePolicySaysSo() throws {
        let outcome = try replay(runs([(node: 3, .hard, from: 600, until: 900)]), [("on-failure", "hold")])
        #expect(story(outcome).map { $0.split(separator: " ")[1] } == ["hold", "release"])
        #expect(outcome.decisions.allSatisfy { $0.moved == .none })
    }

    @Test func sparesAShortFailureUnderALongerConfirmation() throws {
        let blink = runs([(node: 3, .soft, from: 600, until: 608)])
        #expect(try !replay(blink).decisions.isEmpty)
        #expect(try replay(blink, [("on-failure", "eject"), ("confirm", "30s")]).decisions.isEmpty)
    }

    @Test func freezesInAMassFailure() throws {
        let many = runs((1...5).map { (node: $0, .soft, from: 600, until: 700) })
        let outcome = try replay(many)
        #expect(story(outcome).map { $0.split(separator: " ")[1] } == ["freeze", "thaw"])
        let careless = try replay(many, [("on-failure", "eject"), ("burst-nodes", "1000")])
        #expect(careless.decisions.contains { $0.kind == .eject })
    }

    @Test func decidesNothingWhileNobodyLooked() throws {
        // The checker ended while a node was failing, and began again when it was well.
        var recorded: [RecordedRun] = []
        for node in Int64(1)...10 {
            recorded.append(run(node, .success, 0, 600_000))
            recorded.append(run(node, .success, 7_200_000, 14_400_000))
        }
        recorded.append(run(3, .hard, 601_000, 602_000))
        let outcome = try replay(recorded)
        #expect(outcome.gaps == 1)
        #expect(outcome.decisions.isEmpty)
    }

    @Test func givesTheSameAnswerTwice() throws {
        let night = runs([
            (node: 3, .hard, from: 600, until: 900), (node: 3, .soft, from: 2000, until: 2100),
            (node: 7, .soft, from: 2050, until: 4000), (node: 9, .hard, from: 5000, until: 5001),
        ])
        #expect(try replay(night) == replay(night.reversed()))
    }
}
