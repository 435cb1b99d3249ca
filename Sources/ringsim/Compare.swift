import ArgumentParser
import Glibc
import RingCore
import RingSimulator

extension RingSim {
    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs the same bad days under several policies.",
            discussion: """
                A POLICY is KEY=VALUE,... with the keys of 'ringctl pool show', or the name of one of these:

                \(NamedPolicy.presets.map { "  \($0.name.padded(to: 16)) \($0.meaning)" }.joined(separator: "\n"))

                A name may be followed by changes to it: hold,hold-for=5m. Without any, all of these are compared.
                Example: ringsim compare spare hold eject,move-budget=30% --plot policies.svg
                """
        )

        @Argument(help: "The policies.")
        var policies: [String] = []

        @Option(name: .long, help: "Nodes of a fleet: a number, or a range such as 10-20.")
        var nodes = "10"

        @Option(name: .long, help: "Spares of each fleet.")
        var spares = 2

        @Option(name: .long, help: "Simulated hours of each seed.")
        var hours = 4

        @Option(name: .long, help: "How many seeds.")
        var seeds = 20

        @Option(name: .long, help: "The first seed.")
        var seedBase: UInt64 = 1

        @Option(
            name: .long,
            help: "About how often clients look for a new version; 0s: all load it as it is published."
        )
        var poll = "0s"

        @Option(name: .long, help: "Draw it: an SVG file.")
        var plot: String?

        func validate() throws {
            guard (1...10_000).contains(seeds), (1...1000).contains(hours), (0...100).contains(spares) else {
                throw ValidationError("use 1 to 10000 seeds, 1 to 1000 hours and 0 to 100 spares")
            }
            _ = try FleetOptions.range(nodes)
            _ = try chosen()
            guard try pause() <= .seconds(3600) else {
                throw ValidationError("clients that poll once an hour see nothing")
            }
        }

        func run() throws {
            let chosen = try chosen()
            var rows: [ComparisonRow] = []
            let progress = Progress(total: chosen.count * seeds)
            let stopwatch = Stopwatch()
            var total = Tally()
            for policy in chosen {
                var tally = Tally()
                for offset in 0..<seeds {
                    let result = try run(policy, seed: seedBase + UInt64(offset))
                    tally += result
                    total += result
                    progress.show(rows.count * seeds + offset + 1, total, stopwatch.seconds)
                }
                rows.append(ComparisonRow(policy: policy.name, tally: tally))
            }
            progress.clear()
            print(heading(rows))
            print(ComparisonRow.table(rows))
            if let plot { try write(ComparisonPlot(title: heading(rows), rows: rows).svg, to: plot) }
        }

        private func run(_ policy: NamedPolicy, seed: UInt64) throws -> Tally {
            let scenario = Scenario(
                comparing: policy.settings,
                seed: seed,
                nodes: try FleetOptions.range(nodes),
                spares: spares,
                duration: .seconds(Int64(hours) * 3600),
                poll: try pause()
            )
            var simulation = try Simulation(scenario)
            simulation.run()
            if let violation = simulation.violation {
                print("seed \(seed) breaks '\(violation.invariant)' under \(policy.name): \(violation.detail)")
                let small = Minimizer.minimize(scenario, breaking: violation.invariant)
                print("\(small.episodes.count) of \(scenario.episodes.count) episodes are enough:")
                printTranscript(of: small, mutation: nil, last: 100)
                throw ExitCode(1)
            }
            return simulation.tally
        }

        private func heading(_ rows: [ComparisonRow]) -> String {
            let reads = rows.first?.tally.reads ?? 0
            let clients = poll == "0s" ? "clients load each version as it is published" : "clients poll every \(poll)"
            return "\(seeds) seeds of \(hours) h, \(nodes) nodes and \(spares) spares, \(reads) reads; \(clients)"
        }

        private func chosen() throws -> [NamedPolicy] {
            guard !policies.isEmpty else { return NamedPolicy.presets }
            return try policies.map { text in
                do throws(RingCore.ValidationError) {
                    return try NamedPolicy(parsing: text)
                } catch {
                    throw ArgumentParser.ValidationError("\(text): \(error.field): \(error.problem); \(error.hint)")
                }
            }
        }

        private func pause() throws -> Duration {
            do throws(RingCore.ValidationError) {
                return try Duration(policyText: poll)
            } catch {
                throw ArgumentParser.ValidationError("--poll: \(error.problem); \(error.hint)")
            }
        }

        private func write(_ text: String, to path: String) throws {
            guard let file = fopen(path, "w") else {
                throw ArgumentParser.ValidationError("\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            let isWritten = fputs(text, file) >= 0
            guard fclose(file) == 0, isWritten else {
                throw ArgumentParser.ValidationError("\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            print("plot \(path)")
        }
    }
}
