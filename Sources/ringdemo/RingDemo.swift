import ArgumentParser
import Foundation

/// Shows what ringd does: eight real memcached servers, a cache that survives, and every figure measured.
@main
struct RingDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringdemo",
        abstract: "Show ringd keeping a cache alive, on eight real memcached servers."
    )

    @Flag(help: "Leave ringd and the servers running, to play with.")
    var keep = false

    @Option(help: "How many keys the application caches.")
    var keys = 10_000

    func validate() throws {
        guard (1000...1_000_000).contains(keys) else { throw ValidationError("--keys is 1000 to 1000000") }
    }

    func run() async throws {
        let screen = Screen()
        let stage = try Stage(servers: 8)
        let story = Story(stage: stage, screen: screen, keyCount: keys)
        do {
            let claims = try await story.tell()
            let failed = claims.filter { !$0.holds }
            screen.title("In short")
            for claim in claims { screen.claim(claim.text, holds: claim.holds) }
            print("")
            if keep, failed.isEmpty {
                screen.say("Left running. Try:")
                screen.quote("\(stage.binaries.path)/ringctl --socket \(stage.socket) status sessions")
                screen.quote("cat \(stage.snapshots)/sessions/ring.json")
                screen.say("and to end it: \(stage.howToStop)")
            } else {
                stage.strike()
            }
            guard failed.isEmpty else { throw ExitCode(1) }
        } catch let failure as Stage.Failure {
            stage.strike()
            screen.endProgress()
            FileHandle.standardError.write(Data("ringdemo: \(failure)\n".utf8))
            throw ExitCode(1)
        } catch {
            stage.strike()
            throw error
        }
    }
}
