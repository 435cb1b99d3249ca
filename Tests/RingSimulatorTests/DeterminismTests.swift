import Foundation
import RingSimulator
import Testing

/// The same seed is the same run: within a process, and in two processes with different hash seeds.
struct DeterminismTests {
    @Test func repeatsARunInOneProcess() throws {
        let scenario = Scenario(seed: 11, nodes: 3...15, duration: .seconds(120))
        var first = try Simulation(scenario)
        var second = try Simulation(scenario)
        first.run()
        second.run()
        #expect(first.transcript.hash == second.transcript.hash)
        #expect(first.tally == second.tally)
    }

    @Test func differsBetweenSeeds() throws {
        var hashes: Set<UInt64> = []
        for seed in UInt64(1)...5 {
            var simulation = try Simulation(Scenario(seed: seed, nodes: 4...4, duration: .seconds(30)))
            simulation.run()
            hashes.insert(simulation.transcript.hash)
        }
        #expect(hashes.count == 5)
    }

    @Test func repeatsARunInTwoProcesses() throws {
        let first = try hashes()
        let second = try hashes()
        #expect(first == second)
        #expect(first.contains("\n3 "))
    }

    /// What `ringsim` prints for a few seeds: one line a seed, with its hash.
    private func hashes() throws -> String {
        let process = Process()
        process.executableURL = try Self.ringsim()
        process.arguments = [
            "run", "--seeds", "3", "--seed-base", "1", "--nodes", "3-12", "--minutes", "1", "--hashes",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        // The summary has real time in it.
        return lines.filter { $0.first?.isNumber == true }.joined(separator: "\n")
    }

    /// `ringsim`, beside the test program.
    private static func ringsim() throws -> URL {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [program, program.deletingLastPathComponent(), program.appending(path: "../../..")]
        let found = candidates.map { $0.appending(path: "ringsim") }.first {
            FileManager.default.isExecutableFile(atPath: $0.path)
        }
        return try #require(found, "ringsim is not built beside \(program.path)")
    }
}
