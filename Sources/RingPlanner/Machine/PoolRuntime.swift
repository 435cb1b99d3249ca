import RingCore

/// The volatile facts of a pool.
struct PoolRuntime: Sendable {
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
    /// When a slot that was ejected came back: whoever had its keys meanwhile still holds old copies.
    var returnedAt: [SlotID: Instant] = [:]
    /// What the budget refused, so that a ring is not planned again with every probe of a dead node.
    var removalCosts: [SlotID: RemovalCost] = [:]
    /// The spare that is being emptied for a slot.
    var promotions: [SlotID: NodeID] = [:]
    /// The newest version that came back as published.
    var published: RingVersion?
    /// When a failed publication is tried again, and for the how-manieth time.
    var republish: (at: Instant, attempt: Int)?
    /// Distinguishes the live deadline from those that were overtaken.
    var deadline: Instant?

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

    struct Spending: Hashable, Sendable {
        var at: Instant
        var share: Share
    }
}
