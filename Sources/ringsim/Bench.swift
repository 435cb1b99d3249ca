import ArgumentParser
import RingSimulator

extension RingSim {
    struct Bench: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures the planner alone: a calm pool and nothing but probes."
        )

        @Option(name: .long, help: "Nodes of the pool.")
        var nodes = 10_000

        @Option(name: .long, help: "Steps of the planner to be timed.")
        var steps = 3_000_000

        func validate() throws {
            guard (1...10_000).contains(nodes), (1...1_000_000_000).contains(steps) else {
                throw ValidationError("a pool has 1 to 10000 nodes, and a measurement 1 to 1000000000 steps")
            }
        }

        func run() throws {
            var load = try ProbeLoad(nodes: nodes)
            // Until every node has answered and every buffer has its size.
            load.run(steps: nodes * 4)
            var best = Double.infinity
            for _ in 0..<Self.rounds {
                let stopwatch = Stopwatch()
                load.run(steps: steps / Self.rounds)
                best = min(best, stopwatch.seconds)
            }
            let rate = Double(steps / Self.rounds) / best
            print(
                "planner, \(nodes) nodes, probes only: \(Int(rate)) steps/s (must reach 1000000), best of \(Self.rounds)"
            )
        }

        /// Rounds of which the best counts: other programs only ever make it slower.
        private static let rounds = 5
    }
}
