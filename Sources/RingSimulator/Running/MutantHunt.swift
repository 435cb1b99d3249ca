package import RingCore
import RingPlanner

/// Runs broken planners until the checks see them: checks that see nothing broken are worth nothing.
package enum MutantHunt {
    /// Where a broken planner was seen.
    package struct Catch: Hashable, Sendable {
        package var seed: UInt64
        /// The promise that it broke.
        package var invariant: String
        package var detail: String
    }

    /// The first of `seeds` seeds whose run breaks one of the mutation's promises; `nil` when none does.
    package static func hunt(
        _ mutation: Mutation,
        seeds: Int,
        nodes: ClosedRange<Int> = 3...20,
        duration: Duration = .seconds(600)
    ) throws(ValidationError) -> Catch? {
        guard seeds > 0 else { return nil }
        for seed in 1...UInt64(seeds) {
            if mutation == .usesWallTime {
                guard let found = try huntByTheClock(seed) else { continue }
                return found
            }
            var scenario = Scenario(seed: seed, nodes: nodes, duration: duration)
            scenario.settings += mutation.provocation
            var simulation = try Simulation(scenario, mutation: mutation)
            simulation.run()
            if let violation = simulation.violation, mutation.brokenPromises.contains(violation.invariant) {
                return Catch(seed: seed, invariant: violation.invariant, detail: violation.detail)
            }
        }
        return nil
    }

    /// A planner that lives by the wall clock breaks no promise in one run: it decides otherwise when the clock is set.
    private static func huntByTheClock(_ seed: UInt64) throws(ValidationError) -> Catch? {
        let calm = try decisions(seed, steps: [], mutation: .usesWallTime)
        let stepped = try decisions(seed, steps: wallSteps, mutation: .usesWallTime)
        guard calm != stepped else { return nil }
        return Catch(seed: seed, invariant: "wall clock", detail: "with steps of the clock it decides otherwise")
    }

    /// Forward by an hour, back by ten years, and forward by a little.
    package static let wallSteps: [Episode] = [
        Episode(at: 20_500_000_000, duration: 0, kind: .wallStep(milliseconds: 3_600_000)),
        Episode(at: 33_000_000_000, duration: 0, kind: .wallStep(milliseconds: -315_360_000_000)),
        Episode(at: 61_200_000_000, duration: 0, kind: .wallStep(milliseconds: 1500)),
    ]

    private static let trouble: [Episode] = [
        Episode(at: 20_000_000_000, duration: 40_000_000_000, kind: .kill(server: 2, warm: true)),
        Episode(at: 60_000_000_000, duration: 25_000_000_000, kind: .pause(server: 5)),
        Episode(at: 90_000_000_000, duration: 15_000_000_000, kind: .cut(first: 0, count: 5, style: .silent)),
    ]

    /// The hash of what is decided in three minutes of trouble, with steps of the wall clock or without.
    package static func decisions(
        _ seed: UInt64,
        steps: [Episode],
        mutation: Mutation? = nil
    ) throws(ValidationError) -> UInt64 {
        var scenario = Scenario(
            seed: seed,
            nodes: 10,
            duration: .seconds(180),
            settings: [.init(key: "on-failure", value: "eject"), .init(key: "move-budget", value: "60%")]
        )
        scenario.episodes = (trouble + steps).sorted { $0.at < $1.at }
        var simulation = try Simulation(scenario, mutation: mutation)
        simulation.run()
        precondition(
            mutation != nil || simulation.violation == nil,
            "seed \(seed): \(simulation.violation?.detail ?? "")"
        )
        return simulation.transcript.decisions
    }
}

extension Mutation {
    /// What the policy says beside what chance has it, so that what is broken is asked for in some run of a few.
    fileprivate var provocation: [Command.Setting] {
        switch self {
        case .ignoresOldCopies, .forgetsOldCopies:
            [
                .init(key: "on-failure", value: "eject"), .init(key: "move-budget", value: "100%"),
                .init(key: "max-changes-per-hour", value: "0"), .init(key: "damping", value: "off"),
            ]
        case .dropsFreeze, .skipsFlush, .ignoresBudget, .decidesOnLateTick, .publishesBeforeCommit,
            .countsLocalErrors, .failsBackAtOnce, .forgetsDamping, .usesWallTime, .promotesUnflushedSpare,
            .ignoresFloor, .ignoresRate, .acknowledgesBeforeCommit:
            []
        }
    }

    /// The promises of which it must be seen to break one.
    package var brokenPromises: Set<String> {
        switch self {
        case .dropsFreeze: ["mass failure"]
        case .skipsFlush, .failsBackAtOnce, .promotesUnflushedSpare: ["cleansing"]
        case .ignoresBudget: ["budget"]
        case .decidesOnLateTick, .countsLocalErrors: ["self-distrust", "evidence"]
        case .publishesBeforeCommit: ["commit before publish"]
        case .forgetsDamping: ["damping"]
        case .usesWallTime: ["wall clock"]
        case .ignoresFloor: ["floor", "never empty"]
        case .ignoresRate: ["rate", "needs-ack"]
        case .acknowledgesBeforeCommit: ["commit before answer"]
        case .ignoresOldCopies, .forgetsOldCopies: ["stale return"]
        }
    }
}
