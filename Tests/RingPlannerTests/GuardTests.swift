import RingCore
import RingPlanner
import Testing

struct FlapPenaltyTests {
    @Test func halvesEveryQuarterOfAnHour() {
        #expect(FlapPenalty.decayed(1000, after: .zero) == 1000)
        #expect(FlapPenalty.decayed(1000, after: .seconds(900)) == 500)
        #expect(FlapPenalty.decayed(1000, after: .seconds(1800)) == 250)
        #expect(FlapPenalty.decayed(1000, after: .seconds(450)) == 750)
    }

    @Test func neverRisesAndEndsAtNothing() {
        var last = 4000
        for seconds in stride(from: Int64(0), through: 20_000, by: 50) {
            let now = FlapPenalty.decayed(4000, after: .seconds(seconds))
            #expect(now <= last)
            last = now
        }
        #expect(FlapPenalty.decayed(4000, after: .seconds(1_000_000)) == 0)
        #expect(FlapPenalty.decayed(4000, after: .seconds(-5)) == 4000)
    }

    @Test func dampsTheThirdFlapOfAFewMinutes() {
        var penalty = 0
        for _ in 0..<2 { penalty = FlapPenalty.decayed(penalty, after: .seconds(60)) + FlapPenalty.flip }
        #expect(penalty < FlapPenalty.suppress)
        penalty = FlapPenalty.decayed(penalty, after: .seconds(60)) + FlapPenalty.flip
        #expect(penalty >= FlapPenalty.suppress)
    }
}

struct EjectionPolicyTests {
    private func slots(_ weights: [Int], out: Set<Int> = []) -> [EjectionPolicy.Slot] {
        weights.enumerated().map { index, weight in
            .init(id: SlotID(Int64(index)), weight: weight, isServing: !out.contains(index))
        }
    }

    @Test func letsOneOfASmallPoolGo() {
        let policy = EjectionPolicy(Policy())
        #expect(policy.refusesEjection(of: SlotID(0), from: slots([1, 1, 1])) == nil)
        #expect(policy.refusesEjection(of: SlotID(0), from: slots([1, 1, 1], out: [1])) == .smallPool(out: 1))
    }

    @Test func neverLeavesAnEmptyRing() {
        var open = Policy()
        open.floor = 0
        #expect(EjectionPolicy(open).refusesEjection(of: SlotID(0), from: slots([1])) == .lastSlot)
        #expect(EjectionPolicy(open).refusesEjection(of: SlotID(0), from: slots([1, 1], out: [1])) == .lastSlot)
    }

    @Test func keepsTheFloorByWeight() {
        let policy = EjectionPolicy(Policy())
        let equal = slots([Int](repeating: 1, count: 10))
        #expect(policy.refusesEjection(of: SlotID(0), from: equal) == nil)
        let oneOut = slots([Int](repeating: 1, count: 10), out: [5])
        #expect(policy.refusesEjection(of: SlotID(0), from: oneOut) == nil)
        let twoOut = slots([Int](repeating: 1, count: 10), out: [5, 6])
        #expect(policy.refusesEjection(of: SlotID(0), from: twoOut) == .floor(left: 70, floor: 80))
        let heavy = slots([5, 1, 1, 1, 1, 1])
        #expect(policy.refusesEjection(of: SlotID(0), from: heavy) == .floor(left: 50, floor: 80))
        #expect(policy.refusesEjection(of: SlotID(1), from: heavy) == nil)
    }

    @Test func spendsUpToTheBudgetOrTheLargestSlot() {
        let policy = EjectionPolicy(Policy())
        let ten = Share(percent: 10)
        let eight = Share(percent: 8)
        #expect(policy.refusesSpending(eight, after: .none, largestSlot: eight) == nil)
        #expect(policy.refusesSpending(eight, after: eight, largestSlot: eight) != nil)
        #expect(policy.refusesSpending(Share(percent: 30), after: .none, largestSlot: Share(percent: 30)) == nil)
        #expect(policy.refusesSpending(ten, after: .none, largestSlot: eight) == nil)
    }
}
