import Hummingbird
import HummingbirdCore
import NIOCore
import RingAPI
import RingCore
import RingPlanner
import ServiceLifecycle

/// Holds a request until a version is published that its sender does not have.
///
/// A sender that has a greater version than there is comes from another history, as after a restore: it is not held, and
/// sees for itself.
struct SnapshotWait {
    /// How long a request may ask to be held.
    static let longest = Duration.seconds(60)
    /// How long it is held unless it says otherwise.
    static let standard = Duration.seconds(30)

    let plane: any ControlPlane
    let pool: PoolName?
    /// What the sender has; 0 for nothing.
    let after: RingVersion
    let wait: Duration

    /// Reads `after` and `wait`; `nil` where the request does not want to wait.
    init?(_ query: QueryReader, plane: any ControlPlane, pool: PoolName?) throws(Refusal) {
        guard let after = try query.number("after", in: 0...RingVersion.limit) else {
            guard query.text("wait") == nil else {
                throw Refusal(.invalid, field: "wait", problem: "stands alone", hint: "give 'after' as well")
            }
            return nil
        }
        guard query.text("version") == nil else {
            throw Refusal(.invalid, field: "after", problem: "stands beside 'version'", hint: "give one of them")
        }
        var wait = Self.standard
        if let text = query.text("wait") {
            wait = try refusing { () throws(ValidationError) in try Duration(policyText: text) }
            guard wait <= Self.longest else {
                throw Refusal(
                    .invalid,
                    field: "wait",
                    problem: "\(wait.policyText) is too long",
                    hint: "wait at most \(Self.longest.policyText), and ask again"
                )
            }
        }
        self.plane = plane
        self.pool = pool
        self.after = RingVersion(after)
        self.wait = wait
    }

    /// Waits, and answers whether there is something else.
    ///
    /// It ends early, with the truth of that moment, when the sender goes away or the server stops.
    func isAnother(for request: Request, on loop: any EventLoop) async throws -> Bool {
        let listening = plane.announcer.listen()
        let timer = loop.scheduleTask(in: .nanoseconds(wait.wholeNanoseconds)) { listening.end() }
        defer {
            timer.cancel()
            listening.end()
        }
        return try await request.body.consumeWithInboundCloseHandler { _ in
            try await withGracefulShutdownHandler {
                if try await isAnother { return true }
                for await _ in listening.wakes where try await isAnother { return true }
                return try await isAnother
            } onGracefulShutdown: {
                listening.end()
            }
        } onInboundClosed: {
            listening.end()
        }
    }

    private var isAnother: Bool {
        get async throws { try await plane.publishedVersion(of: pool).map { $0 != after } ?? false }
    }
}
