package import RingCore
package import RingPlanner
package import RingSnapshots

/// What a committed change left behind.
package struct CommitReceipt: Hashable, Sendable {
    /// The identifiers of the change's events, in their order.
    package let events: [EventID]
    /// The hash of the change's last event: the head of the audit's chain after it.
    package let auditHead: Digest
    /// The digest of the version that the change made, if it made one.
    package let digest: Digest?
}

/// Why a commit did not come back well.
package enum CommitError: Error, Hashable, Sendable {
    /// The transaction was rolled back: nothing of it is there.
    case refused(StoreError)
    /// Whether it is there is unknown. The store writes nothing any more.
    case unknown(StoreError)

    /// The same, in the words of the planner.
    package var failure: CommitFailure {
        switch self {
        case .refused(let error): .refused(reason: error.description)
        case .unknown(let error): .unknown(reason: error.description)
        }
    }

    /// What was wrong.
    package var cause: StoreError {
        switch self {
        case .refused(let error), .unknown(let error): error
        }
    }
}
