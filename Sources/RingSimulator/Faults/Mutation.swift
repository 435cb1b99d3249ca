import RingPlanner

/// A planner that is broken on purpose, to show that the checks see it.
///
/// Nothing of this is in the product: the shell around the planner lies to it, or spoils what it asks for.
package enum Mutation: String, CaseIterable, Hashable, Sendable {
    /// It is told that no burst is ever a mass failure.
    case dropsFreeze = "drops-freeze"
    /// Servers seem to be emptied and are not.
    case skipsFlush = "skips-flush"
    /// It is told that everything may turn cold.
    case ignoresBudget = "ignores-budget"
    /// Time in which it was stopped is hidden from it.
    case decidesOnLateTick = "decides-on-late-tick"
    case publishesBeforeCommit = "publishes-before-commit"
    /// The checker's own trouble is told as the server's.
    case countsLocalErrors = "counts-local-errors"
    /// It is told to let nodes back as they are.
    case failsBackAtOnce = "fails-back-at-once"
    /// Each restart forgets which nodes flapped.
    case forgetsDamping = "forgets-damping"
    /// It lives by the wall clock.
    case usesWallTime = "uses-wall-time"
    /// A spare takes a slot without being emptied.
    case promotesUnflushedSpare = "promotes-unflushed-spare"
    /// It is told that any share of the ring may be missing.
    case ignoresFloor = "ignores-floor"
    /// It is told that there is no limit to automatic changes.
    case ignoresRate = "ignores-rate"
    /// It acknowledges what it has only sent to the disk.
    case acknowledgesBeforeCommit = "acknowledges-before-commit"
    /// It is told that no copy outlives a moment, so that keys may go back to whoever had them.
    case ignoresOldCopies = "ignores-old-copies"
    /// Each restart forgets who may hold old copies.
    case forgetsOldCopies = "forgets-old-copies"

    /// What the planner is told of the policy.
    func bend(_ policy: Policy) -> Policy {
        var policy = policy
        switch self {
        case .dropsFreeze: policy.burstNodes = 10_000
        case .ignoresBudget: policy.moveBudget = 100
        case .failsBackAtOnce: policy.rejoin = .acceptStale
        case .ignoresFloor: policy.floor = 0
        case .ignoresRate: policy.maxChangesPerHour = 0
        case .ignoresOldCopies: policy.maxItemTTL = .milliseconds(1)
        case .skipsFlush, .decidesOnLateTick, .publishesBeforeCommit, .countsLocalErrors, .forgetsDamping,
            .usesWallTime, .promotesUnflushedSpare, .acknowledgesBeforeCommit, .forgetsOldCopies:
            break
        }
        return policy
    }

    /// What the planner is told of the roster at its start.
    func bend(_ roster: Roster) -> Roster {
        var roster = roster
        for index in roster.pools.indices { roster.pools[index].policy = bend(roster.pools[index].policy) }
        if self == .forgetsDamping {
            for index in roster.nodes.indices {
                roster.nodes[index].isDamped = false
                roster.nodes[index].flapPenalty = 0
            }
        }
        return roster
    }
}
