package import RingCore

/// The answer to a command.
package enum Reply: Hashable, Sendable {
    /// Committed, and published where it made a version.
    case done(ChangeReport)
    /// What the change would do. Nothing was done.
    case preview(ChangeReport)
    /// Nothing was changed.
    case refused(Refusal)
    /// Whether the change is there is unknown; ask again with the same request after the restart.
    case unknown(reason: String)
}

/// What a change does to a pool, exactly.
package struct ChangeReport: Hashable, Sendable {
    package var pool: PoolName
    /// One line: `added cache-8 10.0.0.8:11211`.
    package var summary: String
    /// `nil` while the ring was never filled.
    package var oldVersion: RingVersion?
    package var newVersion: RingVersion?
    package var movement: MovementSummary
    /// Shares of the slots whose share changes or that change themselves, in the order of the ring.
    package var shares: [SlotShare]
    /// The other slots that are in the ring before and after.
    package var unchanged: [SlotShare] = []
    /// What the operator should know: `not in the ring yet: connection refused`.
    package var notices: [String]
    /// What the guards of automation would say; in previews alone, and empty where no version comes of the change.
    package var guards: [GuardVerdict] = []
    /// What the change leads to, as a digest; in previews alone.
    package var outcome: Outcome?

    /// The shares of keys that a change touches.
    package struct MovementSummary: Hashable, Sendable {
        /// Keys whose owner changes: own and collateral together.
        package var moved: Share
        /// Keys that go to or come from a slot that the change is about.
        package var own: Share
        /// Keys that move between slots that the change is not about.
        package var collateral: Share
        /// Keys that will miss until refilled.
        package var cold: Share
        /// How the figures were found: `exact`, or the method with its error bound.
        package var method: String

        package init(moved: Share, own: Share, collateral: Share, cold: Share, method: String) {
            self.moved = moved
            self.own = own
            self.collateral = collateral
            self.cold = cold
            self.method = method
        }

        /// Nothing moves.
        package static let none = MovementSummary(
            moved: .none,
            own: .none,
            collateral: .none,
            cold: .none,
            method: "exact"
        )
    }

    /// A slot's share before and after.
    package struct SlotShare: Hashable, Sendable {
        package var node: NodeName
        package var label: String
        package var before: Share
        package var after: Share

        package init(node: NodeName, label: String, before: Share, after: Share) {
            self.node = node
            self.label = label
            self.before = before
            self.after = after
        }
    }

    package init(
        pool: PoolName,
        summary: String,
        oldVersion: RingVersion?,
        newVersion: RingVersion?,
        movement: MovementSummary,
        shares: [SlotShare],
        notices: [String]
    ) {
        self.pool = pool
        self.summary = summary
        self.oldVersion = oldVersion
        self.newVersion = newVersion
        self.movement = movement
        self.shares = shares
        self.notices = notices
    }
}

/// Why a command was refused: what is wrong, where, and what to do next.
package struct Refusal: Error, Hashable, Sendable {
    /// Stable words for programs.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The input itself is not acceptable.
        case invalid
        /// No such pool, node or version.
        case notFound = "not-found"
        /// The name or address is taken.
        case duplicate
        /// The pool's version is not the expected one.
        case versionConflict = "version-conflict"
        /// The change would leave an empty ring.
        case emptyRing = "empty-ring"
        /// The state of the pool or node does not allow it.
        case notAllowed = "not-allowed"
        /// The program does not implement it.
        case unsupported
        /// A limit of the program is reached.
        case limit
        /// Too many changes wait already; try again.
        case busy
        /// The disk refused the write; nothing was changed.
        case storage
    }

    package var code: Code
    /// The offending field, as the operator knows it.
    package var field: String?
    package var problem: String
    package var hint: String

    package init(_ code: Code, field: String? = nil, problem: String, hint: String) {
        self.code = code
        self.field = field
        self.problem = problem
        self.hint = hint
    }

    /// Wraps an error about a value.
    package init(_ error: ValidationError) {
        self.init(.invalid, field: error.field, problem: error.problem, hint: error.hint)
    }
}
