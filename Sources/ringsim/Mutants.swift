import ArgumentParser
import RingSimulator

extension RingSim {
    struct Mutants: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Breaks the planner in every way that is known, and checks that each is seen."
        )

        @Option(name: .long, help: "Within how many seeds each must be seen.")
        var seeds = 1000

        func validate() throws {
            guard (1...1_000_000).contains(seeds) else { throw ValidationError("use 1 to 1000000 seeds") }
        }

        func run() throws {
            var missed = 0
            for mutation in Mutation.allCases {
                let name = mutation.rawValue.padded(to: 27)
                if let found = try MutantHunt.hunt(mutation, seeds: seeds) {
                    print("\(name) seed \("\(found.seed)".padded(to: 5)) \(found.invariant): \(found.detail)")
                } else {
                    missed += 1
                    print("\(name) NOT SEEN within \(seeds) seeds")
                }
            }
            guard missed == 0 else { throw ExitCode(1) }
        }
    }
}

extension String {
    /// With spaces behind it, for a column.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// With spaces before it, for a column of numbers.
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
