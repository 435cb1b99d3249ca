import NIOCore
import RingCore

/// One probe or cleansing step that is under way.
struct ProbeJob {
    let purpose: Purpose
    /// Tells this job from earlier ones of the same link.
    let ticket: UInt64
    let goal: ProbeExchange.Goal
    let timeout: TimeAmount
    let deadline: NIODeadline
    var exchange: ProbeExchange
    /// When the first command went out.
    var askedAt: NIODeadline?
    /// From the first command to the answer that shows the server alive.
    var latency: Duration = .zero
    /// How many more addresses of the name may be tried.
    var addressesLeft = 0
    /// The worst that the addresses tried so far have said.
    var failure: ProbeFailure?

    /// Whom the result is for.
    enum Purpose {
        case probe(ProbeID)
        case cleansing(CleansingID)

        var node: NodeID {
            switch self {
            case .probe(let id): id.node
            case .cleansing(let id): id.node
            }
        }
    }

    init(_ purpose: Purpose, ticket: UInt64, goal: ProbeExchange.Goal, timeout: Duration, now: NIODeadline) {
        self.purpose = purpose
        self.ticket = ticket
        self.goal = goal
        self.timeout = TimeAmount(timeout)
        self.deadline = now + self.timeout
        self.exchange = ProbeExchange(goal)
    }
}
