import ArgumentParser
import RingAPI
import RingCore

/// A command that is one change: done when it is run, and a part of a plan when it is only asked for.
protocol ChangeCommand: AsyncParsableCommand {
    var change: ChangeOptions { get }
    var global: GlobalOptions { get }

    /// The change that the arguments stand for.
    ///
    /// - Throws: `CommandFailure` for a value that is refused before it is sent.
    func request() throws -> ChangeRequest
}

extension ChangeCommand {
    func run() async throws {
        let request = try request()
        var flow = ChangeFlow(global: global, options: change)
        flow.question = request.question
        try await flow.run(request)
    }
}

extension ChangeRequest {
    /// What is asked before a change that cannot be undone, however few keys it moves.
    var question: String? {
        action == .deletePool ? "Delete the pool \(pool ?? "that is the only one") with its nodes?" : nil
    }
}
