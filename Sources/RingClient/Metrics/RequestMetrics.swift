import Metrics
import RingMemcached

/// What the requests of a client tell swift-metrics: how long answers took, and what went wrong how often.
///
/// The series are bounded: one for each command and for each code of an error, and none for a key or a server.
struct RequestMetrics: Sendable {
    private let timers: [Timer]
    private let held: Counter
    private let errors: [MemcachedError.Code: Counter]
    /// Of codes that came after this list.
    private let otherErrors: Counter

    /// The commands that are timed apart.
    enum Command: Int, CaseIterable {
        case get, getMany, getAndTouch, set, add, replace, append, prepend, delete, touch, increment, decrement

        init(_ mode: MemcachedStoreMode) {
            self =
                switch mode {
                case .set: .set
                case .add: .add
                case .replace: .replace
                case .append: .append
                case .prepend: .prepend
                }
        }
    }

    private static let codes: [MemcachedError.Code] = [
        .invalidKey, .valueTooLarge, .notANumber, .connectionFailed, .connectionClosed, .timedOut, .overloaded,
        .cancelled, .refused, .serverError, .protocolViolation,
    ]

    /// `nil` where nobody collects metrics, so that nothing is measured in vain.
    init?(_ factory: any MetricsFactory, pool: String) {
        guard !(factory is NOOPMetricsHandler) else { return nil }
        func counter(_ label: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: label, dimensions: [("pool", pool)] + dimensions, factory: factory)
        }
        timers = Command.allCases.map { command in
            let dimensions = [("pool", pool), ("command", "\(command)")]
            return Timer(label: "ringclient_request_duration", dimensions: dimensions, factory: factory)
        }
        held = counter("ringclient_held_total")
        errors = Dictionary(
            uniqueKeysWithValues: Self.codes.map {
                ($0, counter("ringclient_errors_total", [("code", $0.description)]))
            }
        )
        otherErrors = counter("ringclient_errors_total", [("code", "other")])
    }

    func now() -> ContinuousClock.Instant { .now }

    /// A request that was answered, be it by a miss.
    func record(_ command: Command, since start: ContinuousClock.Instant?) {
        guard let start else { return }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        timers[command.rawValue].recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// A key whose slot is held, for which nothing was sent.
    func countHeld() { held.increment() }

    /// A request that failed, whether the application sees it or a miss.
    func count(_ error: MemcachedError) { (errors[error.code] ?? otherErrors).increment() }
}
