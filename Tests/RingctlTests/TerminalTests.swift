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

    @Test func fitsTheTerminal() async throws {
        try await withControlServer(FakeControlPlane()) { socket in
            let outcome = try await ringctlOnTerminal(["node", "list", "--no-color"], socket: socket)
            #expect(outcome.output.split(separator: "\r\n").allSatisfy { $0.count <= 100 })
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
