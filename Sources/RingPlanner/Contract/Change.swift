package import RingCore

/// Identifies a change on its way to the disk and back; rises by one in a process, never stored.
package struct ChangeID: Hashable, Sendable, Comparable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (a: ChangeID, b: ChangeID) -> Bool { a.value < b.value }
}

/// One transaction: an event of the audit, the rows it changes, and the version it makes, if any.
///
/// The store writes all of it or nothing. Applying it to a ``Roster`` gives what the store would load afterwards.
package struct Change: Hashable, Sendable {
    package let id: ChangeID
    /// What happened.
    ///
    /// The first event causes the version.
    package var events: [AuditEvent]
    package var rows: [RowChange]
    package var version: NewVersion?
    /// The request that this answers; one request has one effect.
    package var answer: AnsweredRequest?

    package init(
        id: ChangeID,
        events: [AuditEvent],
        rows: [RowChange] = [],
        version: NewVersion? = nil,
        answer: AnsweredRequest? = nil
    ) {
        self.id = id
        self.events = events
        self.rows = rows
        self.version = version
        self.answer = answer
    }
}

/// One row as it is after the change.
package enum RowChange: Hashable, Sendable {
    /// Inserts the pool or replaces the row of the same identifier.
    case pool(PoolRecord)
    /// Deletes the pool with its nodes and slots; its versions and events stay.
    case poolDeleted(PoolID)
    /// Inserts the node or replaces the row of the same identifier.
    case node(NodeRecord)
    /// Inserts the slot or replaces the row of the same identifier.
    case slot(SlotRecord)
}

/// A version of a pool's ring, about to be committed.
package struct NewVersion: Hashable, Sendable {
    package var pool: PoolID
    package var version: RingVersion
    /// The version before; `nil` for the first.
    package var parent: RingVersion?
    package var epoch: Epoch
    /// The wall clock, but later than the parent's by at least a millisecond.
    package var createdAt: WallTime
    package var dialect: DialectChoice
    /// Slots that are new in this version or whose published content changed.
    package var changedSlots: [SlotContent]
    /// Slots of the parent that this version no longer has.
    package var removedSlots: [SlotID]
    /// SHA-256 over the owners of the 4,096 agreement keys.
    package var agreement: [UInt8]
    package var movedShare: Share
    package var coldShare: Share
    /// Automation made it, so it counts against the rate; `charge` is what it takes from the budget of cold share.
    package var isAutomatic: Bool
    package var charge: Share
    /// Whether the snapshot carries its continuum as arrays.
    package var hasContinuum: Bool

    /// The published content of a slot, with what the database keeps beside it.
    package struct SlotContent: Hashable, Sendable {
        package var slot: SlotID
        package var position: Int64
        /// The part of the slot's points that is published, in per cent: 1 to 100.
        package var ramp: Int
        package var content: PublishedSlot

        package init(slot: SlotID, position: Int64, ramp: Int, content: PublishedSlot) {
            self.slot = slot
            self.position = position
            self.ramp = ramp
            self.content = content
        }
    }

    package init(
        pool: PoolID,
        version: RingVersion,
        parent: RingVersion?,
        epoch: Epoch,
        createdAt: WallTime,
        dialect: DialectChoice,
        changedSlots: [SlotContent],
        removedSlots: [SlotID],
        agreement: [UInt8],
        movedShare: Share,
        coldShare: Share,
        isAutomatic: Bool = false,
        charge: Share = .none,
        hasContinuum: Bool
    ) {
        self.pool = pool
        self.version = version
        self.parent = parent
        self.epoch = epoch
        self.createdAt = createdAt
        self.dialect = dialect
        self.changedSlots = changedSlots
        self.removedSlots = removedSlots
        self.agreement = agreement
        self.movedShare = movedShare
        self.coldShare = coldShare
        self.isAutomatic = isAutomatic
        self.charge = charge
        self.hasContinuum = hasContinuum
    }
}

/// Why a commit did not come back well.
package enum CommitFailure: Hashable, Sendable {
    /// The transaction was rolled back: nothing of it is there. The disk was full, or a constraint refused it.
    case refused(reason: String)
    /// Whether it is there is unknown. Nothing may be decided any more by this process.
    case unknown(reason: String)
}
