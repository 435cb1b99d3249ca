import RingCore
import RingPlanner
import Testing

/// Goal: a preview says what automation would not do by itself, with the figures of the guard.
struct VerdictTests {
    private func verdict(_ name: GuardVerdict.Guard, in report: ChangeReport) -> GuardVerdict? {
        report.guards.first { $0.guard == name }
    }

    @Test func aSmallChangeOfACalmPoolPassesAllGuards() throws {
        var desk = try PlanningDesk(weights: [Int](repeating: 100, count: 20))
        let report = try desk.preview([try .remove("a")])
        #expect(report.guards.map(\.guard) == [.floor, .budget, .needsAck, .staleReturn])
        #expect(!report.guards.contains { !$0.allows })
        #expect(verdict(.floor, in: report)?.explanation == "95% of the weight would serve, and the floor is 80%")
        #expect(
            verdict(.needsAck, in: report)?.explanation == "0 automatic changes within an hour, and the limit is 4"
        )
    }

    @Test func theFloorSpeaksOfTheWeightThatIsLeft() throws {
        var desk = try PlanningDesk(weights: [Int](repeating: 100, count: 10))
        let three = try desk.preview([try .remove("a"), try .remove("b"), try .remove("c")])
        #expect(verdict(.floor, in: three)?.allows == false)
        #expect(verdict(.floor, in: three)?.explanation == "70% of the weight would serve, and the floor is 80%")
        let exchanged = try desk.preview([
            try .remove("a"), try .remove("b"), try .remove("c"), try .add("x", "10.9.0.1", weight: 300, now: true),
        ])
        #expect(verdict(.floor, in: exchanged)?.allows == true)
        let eased = try desk.preview([.set("floor", "60"), try .remove("a"), try .remove("b"), try .remove("c")])
        #expect(verdict(.floor, in: eased)?.explanation == "70% of the weight would serve, and the floor is 60%")
        #expect(verdict(.floor, in: eased)?.allows == true)
    }

    @Test func theFloorDoesNotMindWhatComesBack() throws {
        var desk = try PlanningDesk(weights: [Int](repeating: 100, count: 10), out: [0, 1, 2, 3])
        let report = try desk.preview([.readmit(try NodeName("a"), acceptStale: false)])
        #expect(verdict(.floor, in: report)?.allows == true)
        #expect(verdict(.floor, in: report)?.explanation == "70% of the weight would serve, and the floor is 80%")
    }

    @Test func aSmallPoolMayLoseOne() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        #expect(verdict(.floor, in: try desk.preview([try .remove("a")]))?.allows == true)
        let two = try desk.preview([try .remove("a"), .eject(try NodeName("b"))])
        #expect(verdict(.floor, in: two)?.allows == false)
        #expect(
            verdict(.floor, in: two)?.explanation
                == "2 slots would serve where 4 are meant to, and a small pool may lose one"
        )
    }

    @Test func theBudgetSpeaksOfTheColdShare() throws {
        var desk = try PlanningDesk(weights: [Int](repeating: 100, count: 20))
        let report = try desk.preview([try .remove("a"), try .remove("b"), try .remove("c")])
        let said = try #require(verdict(.budget, in: report))
        #expect(!said.allows)
        let cold = report.movement.cold.percentText
        #expect(said.explanation == "\(cold) more would turn cold after 0.0%, and the budget is 10.0%")
    }

    @Test func frozenAndObservingPoolsSaySo() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100], settings: [("mode", "observe")])
        let observed = try desk.preview([try .weight("a", 120)])
        #expect(verdict(.observe, in: observed)?.allows == false)
        _ = try desk.ask([.freeze], isDryRun: false)
        let frozen = try desk.preview([try .weight("a", 120)])
        #expect(verdict(.frozen, in: frozen)?.explanation == "the pool is frozen: why")
        let thawed = try desk.preview([.thaw, .set("mode", "automatic"), try .weight("a", 120)])
        #expect(verdict(.frozen, in: thawed) == nil && verdict(.observe, in: thawed) == nil)
    }

    @Test func nothingIsSaidWhereNoVersionComesOfIt() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100])
        let report = try desk.preview([.set("floor", "50")])
        #expect(report.guards.isEmpty && report.shares.isEmpty && report.unchanged.count == 3)
        #expect(report.newVersion == report.oldVersion)
    }
}

/// Goal: a change that was promised leads to what was seen, or is refused and changes nothing.
struct PromiseTests {
    private func outcome(_ actions: [Command.Action], _ desk: inout PlanningDesk) throws -> Outcome {
        try #require(try desk.preview(actions).outcome)
    }

    @Test func whatWasSeenIsDone() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        let actions = [try Command.Action.remove("a"), try .add("e", "10.9.0.1", now: true)]
        let seen = try outcome(actions, &desk)
        #expect(try outcome(actions, &desk) == seen)
        #expect(try Outcome(parsing: seen.description) == seen)
        guard case .done(let report) = try desk.ask(actions, isDryRun: false, outcome: seen) else {
            Issue.record("it was refused")
            return
        }
        #expect(report.newVersion == RingVersion(2))
    }

    /// The weight of a node that is out makes no version, and is in the ring once the node is.
    @Test func theSameWordsThatComeToSomethingElseAreRefused() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        _ = try desk.ask([.eject(try NodeName("b"))], isDryRun: false)
        let actions = [Command.Action.readmit(try NodeName("b"), acceptStale: true)]
        let seen = try outcome(actions, &desk)
        guard case .done(let quiet) = try desk.ask([try .weight("b", 300)], isDryRun: false) else {
            Issue.record("it was refused")
            return
        }
        #expect(quiet.newVersion == quiet.oldVersion)
        let roster = desk.planner.roster
        guard case .refused(let refusal) = try desk.ask(actions, isDryRun: false, outcome: seen) else {
            Issue.record("it was done")
            return
        }
        #expect(refusal.code == .versionConflict && refusal.field == "if_outcome")
        #expect(desk.planner.roster == roster)
    }

    @Test func aNodeThatDoesNotAnswerIsNotPromised() throws {
        var desk = try PlanningDesk(weights: [100, 100, 100, 100])
        let address = try NodeAddress(parsing: "10.9.0.1")
        let actions = [try Command.Action.remove("a"), try .add("e", "10.9.0.1")]
        let seen = try outcome(actions, &desk)
        let silent: [NodeAddress: Command.Sounding] = [address: .failed(reason: "connection refused")]
        let roster = desk.planner.roster
        guard case .refused(let refusal) = try desk.ask(actions, isDryRun: false, outcome: seen, soundings: silent)
        else {
            Issue.record("it was done")
            return
        }
        #expect(refusal.problem.contains("e at 10.9.0.1:11211 does not answer: connection refused"))
        #expect(desk.planner.roster == roster)
        let well: [NodeAddress: Command.Sounding] = [address: .answered(items: 0)]
        guard case .done = try desk.ask(actions, isDryRun: false, outcome: seen, soundings: well) else {
            Issue.record("it was refused")
            return
        }
        #expect(desk.ring?.contents.map(\.content.node.text) == ["b", "c", "d", "e"])
    }

    @Test(arguments: [
        "", "sha256:", "sha256:00", "md5:" + String(repeating: "0", count: 64),
        "sha256:" + String(repeating: "G", count: 64),
    ])
    func whatIsNoOutcomeIsRefused(text: String) {
        #expect(throws: ValidationError.self) { try Outcome(parsing: text) }
    }
}
