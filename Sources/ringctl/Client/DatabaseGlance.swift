import RingAPI
import RingCore

/// Looks how far ringd is with the long work on the database that a request asked for.
struct DatabaseGlance: Sendable {
    let client: ControlClient
    /// The identifier of that request.
    let request: String

    /// What is done in each step, in words.
    private static let titles = [
        "copying": "copying the database", "checking": "checking the copy", "writing": "compacting the database",
    ]

    /// `nil` where the work is not under way, and where ringd is too old to tell.
    func callAsFunction() async -> WaitingLine.Glance? {
        guard let answer = try? await client.get(Path("v1", "db", "work"), as: DatabaseWork.self) else { return nil }
        return Self.glance(at: answer.value, of: request)
    }

    /// `nil` for work that is not under way, or in a step that this program does not know.
    static func glance(at work: DatabaseWork, of request: String) -> WaitingLine.Glance? {
        guard let work = work.running.first(where: { $0.request == request }), let title = titles[work.step] else {
            return nil
        }
        guard let done = work.doneBytes, let total = work.ofBytes else { return .init(title: title) }
        let elapsed = Duration.milliseconds(work.elapsedMilliseconds)
        return .init(title: title, bar: ProgressBar(done: done, total: total, elapsed: elapsed))
    }
}
