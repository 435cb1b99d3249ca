/// What an operator may set about a pool: when a node counts as dead, and what automation may do about it.
///
/// Each value is a key of ``PolicyKey``, audited, changed with `ringctl pool set`.
package struct Policy: Hashable, Sendable {
    /// Between two probes of a healthy node, ± 10 %.
    package var interval: Duration = .seconds(1)
    /// Connect and answer of a probe together; at most `interval`.
    package var timeout: Duration = .milliseconds(500)
    /// Between two probes of a suspect node.
    package var fastInterval: Duration = .milliseconds(100)
    /// Between the first two probes of a node that is down; then × 1.5 each, to 30 s.
    package var downInterval: Duration = .seconds(2)
    /// Hard failures in a row that make a node fall.
    package var fallHard = 2
    /// Soft failures in a row that make a node fall.
    package var fallSoft = 3
    /// Good probes in a row that let a fallen node rise.
    package var rise = 3
    /// It must have failed for this long as well.
    package var confirm: Duration = .seconds(2)
    /// What to try in turn when a node is down; `nil` takes the dialect's default.
    package var onFailure: [FailureAction]?
    /// How long a slot is held before the next action is tried; for good when `hold` is last.
    package var holdFor: Duration = .seconds(60)
    package var rejoin = Rejoin.flush
    package var failback = Failback.whenEjected
    /// The parts of its points with which a node that was out comes back, in per cent, rising to 100; empty for at once.
    package var ramp: [Int] = []
    /// How long a node stays at each of them.
    package var settle: Duration = .seconds(5 * 60)
    /// How long an item can live: after that much absence nothing on a node can be stale.
    package var maxItemTTL: Duration = .seconds(24 * 3600)
    /// The nodes of a burst.
    package var burstNodes = 3
    /// The share of the keys that they own, in per cent.
    package var burstShare = 20
    /// The time within which they turn suspect.
    package var burstWindow: Duration = .seconds(10)
    /// How long nearly nobody may be suspect before a frozen pool thaws.
    package var thawAfter: Duration = .seconds(30)
    /// Automation leaves at least this much of the slots' weight in the ring, in per cent.
    package var floor = 80
    /// The cold share that automatic changes may cause within `budgetWindow`, in per cent.
    package var moveBudget = 10
    package var budgetWindow: Duration = .seconds(30 * 60)
    /// Automatic changes an hour before an operator must acknowledge; 0 switches the limit off.
    package var maxChangesPerHour = 4
    package var damping = true
    package var mode = Mode.automatic
    /// `ringctl` asks above this moved share, in per cent.
    package var askAbove = 10
    package var continuum = ContinuumForm.omit
    /// How many snapshot files are kept.
    package var keepSnapshots = 1000

    /// What is done about a slot whose node is down.
    package enum FailureAction: String, Hashable, Sendable, CaseIterable {
        /// A flushed spare takes the slot over.
        case spare
        /// The slot stays; clients miss.
        case hold
        /// The slot's points leave the ring.
        case eject
    }

    /// How a node that was away comes back.
    package enum Rejoin: String, Hashable, Sendable, CaseIterable {
        case flush
        case acceptStale = "accept-stale"
    }

    /// Whether a node that was ejected gets its slot back.
    package enum Failback: String, Hashable, Sendable, CaseIterable {
        case never
        case whenEjected = "when-ejected"
        case always
    }

    /// Whether automation acts or only says what it would do.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        case automatic
        case observe
    }

    /// Whether the snapshot carries the continuum.
    package enum ContinuumForm: String, Hashable, Sendable, CaseIterable {
        case omit
        case inline
    }

    package init() {}

    /// The longest interval between two probes of a node that is down.
    package static let downIntervalLimit: Duration = .seconds(30)
}
