import Foundation
import RingServerTesting
import Testing

@Suite struct TerminalTests {
    private let escape = "\u{1B}["

    @Test func coloursOnlyATerminalThatWantsIt() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let status = ["status", "sessions"]
            let plain = try await ringctl(status, socket: socket, environment: ["TERM": "xterm"])
            #expect(!plain.output.contains(escape))
            let coloured = try await ringctlOnTerminal(status, socket: socket)
            #expect(coloured.status == 0 && coloured.output.contains(escape + "31m!!"))
            for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
                let outcome = try await ringctlOnTerminal(status, socket: socket, environment: environment)
                #expect(outcome.output.contains("!!") && !outcome.output.contains(escape))
            }
            let off = try await ringctlOnTerminal(["--no-color"] + status, socket: socket)
            #expect(!off.output.contains(escape))
        }
    }

    @Test(arguments: [40, 80, 100] as [UInt16], [["node", "list"], ["status"], ["status", "sessions"]])
    func fitsTheTerminal(columns: UInt16, command: [String]) async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let outcome = try await ringctlOnTerminal(command + ["--no-color"], socket: socket, columns: columns)
            #expect(outcome.status == 0)
            // The line above the nodes is a sentence, and wraps.
            let table = outcome.output.split(separator: "\r\n").dropFirst(command == ["status", "sessions"] ? 1 : 0)
            #expect(!table.isEmpty && table.allSatisfy { $0.count <= columns }, "\(outcome.output)")
        }
    }

    @Test func watchesInPlaceAndGivesTheTerminalBack() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let outcome = try await ringctlOnTerminal(
                ["status", "sessions", "--watch", "--every", "200ms"],
                socket: socket,
                until: { $0.components(separatedBy: "\u{1B}[H").count > 3 }
            )
            let views = outcome.output.components(separatedBy: escape + "H").dropFirst()
            #expect(views.count >= 2)
            for view in views {
                #expect(view.contains("cache-4") && view.contains("RTT p50/p99") && view.contains("REASON"))
            }
            #expect(outcome.output.hasPrefix(escape + "?1049h"))
            #expect(outcome.output.hasSuffix(escape + "?1049l"))
        }
    }
}
