import RingCore

/// The volatile facts of a pool: what is lost with the process, and found out again.
///
/// They are many, and most who ask want one of them: a copy of this costs one reference, and shares them until one of
/// the two is written to.
@dynamicMemberLookup
struct PoolRuntime: Sendable {
    /// Always one.
    private var facts = [Facts()]

    subscript<Value>(dynamicMember path: WritableKeyPath<Facts, Value>) -> Value {
        get { facts[0][keyPath: path] }
        _modify { yield &facts[0][keyPath: path] }
    }

    /// The facts themselves.
    struct Facts: Sendable {
        /// The ring of the newest committed version; `nil` while it was never filled.
        var ring: PublishedRing?
        /// Nodes with published slots that turned suspect within the burst window, oldest first.
        var burst: [Suspicion] = []
        /// Since when nearly nobody has been suspect, while the pool is frozen.
        var calmSince: Instant?
        /// A mass failure was seen whose freeze is not committed yet.
        var pendingFreeze: String?
        /// What automatic changes took from the budget, oldest first.
        var spending: [Spending] = []
        /// Automatic changes up to this do not count against the rate.
        var acknowledgedAt: Instant?
        /// It waits to be looked at.
        var isDirty = false
        /// It is not looked at before this, since it was just now, and a look at thousands of nodes costs.
        var restsUntil: Instant?
        /// Events to go with the next change of the pool.
        var notes: [AuditEvent] = []
        /// Node rows to go with those events.
        var noteRows: [NodeID] = []
        /// When new nodes that answered are let in together.
        var admissionDue: Instant?
        /// The guards that said no about a slot, so that each says it once.
        var refusals: [SlotID: [String]] = [:]
        /// What the dialect said against a change that automation wanted, so that it is said once.
        var dialectRefusal: String?
        /// The rate guard engaged, and that is not committed yet.
        var pendingNeedsAck: String?
        /// What automation would have done in observe mode, so that it says it once.
        var observed: [SlotID: String] = [:]
        /// Since when a held slot is held.
        var heldSince: [SlotID: Instant] = [:]
        /// When a slot took its last step, up or down.
        var steppedAt: [SlotID: Instant] = [:]
        /// What the budget refused, so that a ring is not planned again with every probe of a dead node.
        var removalCosts: [SlotID: RemovalCost] = [:]
        /// Which keys nodes in the ring gave away, and may hold old copies of.
        var memory = ArcMemory()
        /// What the guard against stale returns said of a slot's change, for the same reason.
        var returnVerdicts: [SlotID: ReturnVerdict] = [:]
        /// The spare that is being emptied for a slot.
        var promotions: [SlotID: NodeID] = [:]
        /// The newest version that came back as published.
        var published: RingVersion?
        /// When a failed publication is tried again, and for the how-manieth time.
        var republish: (at: Instant, attempt: Int)?
        /// Distinguishes the live deadline from those that were overtaken.
        var deadline: Instant?
    }

    struct Suspicion: Hashable, Sendable {
        var node: NodeID
        var share: Share
        var at: Instant
    }

    /// The keys that turn cold when a slot leaves the ring of a version.
    struct RemovalCost: Hashable, Sendable {
        var version: RingVersion?
        var cold: Share
    }

    /// Whether a slot's next change brings old copies back; it stands until the ring or the memory is another one.
    struct ReturnVerdict: Hashable, Sendable {
        enum Change: Hashable, Sendable { case leaving, entering, stepping }

        var change: Change
        var version: RingVersion?
        var forgotten: UInt64
        /// What comes back, and until when it may be alive; `nil` where nothing does.
        var stale: StaleShare?
    }

    /// The keys of which old copies would be read.
    struct StaleShare: Hashable, Sendable {
        var share: Share
        var until: Instant
    }

    struct Spending: Hashable, Sendable {
        var at: Instant
        var share: Share
    }
}
