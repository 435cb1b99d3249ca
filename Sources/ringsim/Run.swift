import ArgumentParser
import Glibc
import RingSimulator

extension RingSim {
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Runs many seeds and checks every step.")

        @OptionGroup var fleet: FleetOptions

        @Option(name: .long, help: "How many seeds.")
        var seeds = 100

        @Option(name: .long, help: "The first seed.")
        var seedBase: UInt64 = 1

        @Option(
            name: .long,
            help: "Break the planner on purpose: \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))."
        )
        var mutation: String?

        @Flag(name: .long, help: "Print the hash of each seed's transcript.")
        var hashes = false

        /// What came of one seed.
        private struct Outcome: Sendable {
            let scenario: Scenario
            let tally: Tally
            let hash: UInt64
            let violation: Violation?
        }

        func run() async throws {
            guard seeds > 0 else { throw ValidationError("use at least one seed") }
            let mutation = try broken()
            let (nodes, duration) = (try fleet.range(), fleet.duration)
            let began = Stopwatch()
            var total = Tally()
            var done = 0
            let progress = Progress(total: seeds)
            print("seeds \(seedBase) to \(seedBase + UInt64(seeds - 1)), \(fleet.nodes) nodes, \(fleet.duration)")
            try await inOrder(seedBase..<seedBase + UInt64(seeds)) { seed in
                let scenario = Scenario(seed: seed, nodes: nodes, duration: duration)
                var simulation = try Simulation(scenario, mutation: mutation)
                simulation.run()
                return Outcome(
                    scenario: scenario,
                    tally: simulation.tally,
                    hash: simulation.transcript.hash,
                    violation: simulation.violation
                )
            } each: { outcome in
                total += outcome.tally
                done += 1
                if hashes { print("\(outcome.scenario.seed) \(String(outcome.hash, radix: 16))") }
                if let violation = outcome.violation {
                    progress.clear()
                    report(violation, outcome.scenario, mutation)
                    throw ExitCode(1)
                }
                progress.show(done, total, began.seconds)
            }
            progress.clear()
            summarize(total, began.seconds)
        }

        private func broken() throws -> Mutation? {
            guard let mutation else { return nil }
            guard let known = Mutation(rawValue: mutation) else {
                throw ValidationError("'\(mutation)' is not a way to break the planner")
            }
            return known
        }

        private func report(_ violation: Violation, _ scenario: Scenario, _ mutation: Mutation?) {
            print("seed \(scenario.seed) breaks '\(violation.invariant)': \(violation.detail)")
            print("making it smaller: \(scenario.episodes.count) episodes ...")
            let small = Minimizer.minimize(scenario, breaking: violation.invariant, mutation: mutation)
            print("\(small.episodes.count) episodes are enough:")
            printTranscript(of: small, mutation: mutation, last: 150)
            print("look at all of it: ringsim replay \(scenario.seed) --nodes \(fleet.nodes) \(lengthFlag)")
        }

        private var lengthFlag: String {
            fleet.hours.map { "--hours \($0)" } ?? "--minutes \(fleet.minutes ?? 10)"
        }

        private func summarize(_ total: Tally, _ seconds: Double) {
            let hours = Double(total.nodeSeconds) / 3600
            print("no promise was broken")
            print("  simulated        \(total.simulatedSeconds / 3600) h, \(Int(hours)) node-hours")
            print(
                "  speed            \(Int(hours / seconds)) node-hours/s, \(Int(Double(total.steps) / seconds)) steps/s"
            )
            print("  faults           \(total.faults), restarts \(total.restarts), self-distrust \(total.distrusts)")
            print("  versions         \(total.versions), automatic \(total.automaticChanges), holds \(total.holds)")
            print("  freezes          \(total.freezes), flushes \(total.flushes)")
            print("  commands         \(total.commands), refused \(total.refusals)")
            print(
                "  reads            \(total.reads), stale \(total.staleReads) (by lag \(total.lagReads)), "
                    + "unserved \(total.unservedReads), torn files not taken \(total.tornReads)"
            )
        }
    }

    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Runs one seed and prints what happens.")

        @OptionGroup var fleet: FleetOptions

        @Argument(help: "The seed.")
        var seed: UInt64

        @Option(name: .long, help: "Print only the newest lines.")
        var last = 20_000

        @Option(name: .long, help: "Break the planner on purpose.")
        var mutation: String?

        func run() throws {
            let scenario = Scenario(seed: seed, nodes: try fleet.range(), duration: fleet.duration)
            let isGood = printTranscript(of: scenario, mutation: mutation.flatMap(Mutation.init), last: last)
            if !isGood { throw ExitCode(1) }
        }
    }
}

/// Runs a scenario and prints its newest lines; says whether every promise was kept.
@discardableResult
func printTranscript(of scenario: Scenario, mutation: Mutation?, last: Int) -> Bool {
    guard var simulation = try? Simulation(scenario, mutation: mutation, keepsLines: true) else {
        print("the fleet cannot be founded")
        return false
    }
    simulation.run()
    print(scenario.summary)
    for line in simulation.transcript.lines.suffix(last) { print(line) }
    print("hash \(String(simulation.transcript.hash, radix: 16))")
    return simulation.violation == nil
}

/// Measures real time.
struct Stopwatch {
    private let began = ContinuousClock.now

    var seconds: Double {
        let elapsed = ContinuousClock.now - began
        return max(0.001, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    }
}

/// A line on a terminal that says how far it is.
struct Progress {
    let total: Int
    private let isShown = isatty(STDERR_FILENO) == 1

    init(total: Int) { self.total = total }

    func show(_ done: Int, _ tally: Tally, _ seconds: Double) {
        guard isShown else { return }
        let rate = Int(Double(tally.nodeSeconds) / 3600 / seconds)
        write("\r\(done)/\(total) seeds, \(tally.faults) faults, \(rate) node-hours/s ")
    }

    func clear() {
        if isShown { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) } }
}
