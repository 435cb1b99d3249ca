package import RingCore

/// Something that happened, told to the planner.
package enum Event: Hashable, Sendable {
    /// An operator asked for a change.
    ///
    /// Indirect, so that the ten thousand other events a second are small.
    indirect case commandSubmitted(RequestID, Command, Actor)
    case probeCompleted(ProbeID, ProbeOutcome)
    /// The open connection to a node was closed or reset between probes.
    case connectionLost(NodeID)
    case cleansingStepCompleted(CleansingID, CleansingOutcome)
    case committed(ChangeID)
    case commitFailed(ChangeID, CommitFailure)
    /// The version is on disk and its directory is synced.
    case published(PoolID, RingVersion)
    case publishFailed(PoolID, RingVersion, reason: String)
    /// The checker itself was in trouble: descriptors ran out, the database refused a write.
    case checkerDisturbed(reason: String)
    /// The moment of the last `wake` has come. Late and spurious ones are harmless.
    case deadlineReached
}

/// Something to be done, by whoever touches the world.
package enum Effect: Hashable, Sendable {
    case startProbe(Probe)
    case startCleansingStep(CleansingStep)
    /// Write the change. Nothing that follows from it may be visible before it came back.
    indirect case commit(Change)
    /// Publish the newest committed version of the pool, at least this one.
    case publish(PoolID, RingVersion)
    indirect case reply(RequestID, Reply)
    /// A node's health went from one state to another: for the record and the log.
    case record(HealthTransition)
    /// Tell ``Event/deadlineReached`` at this time; it takes the place of the one asked for before.
    case wake(at: Instant)
    /// Close what is open to a node that is gone.
    case forgetNode(NodeID)
    /// Stop with an error: the outcome of a commit is unknown, or an invariant broke.
    case stop(reason: String)
}

/// What probes say about a node.
package enum Health: String, Hashable, Sendable, CaseIterable {
    /// Not probed yet by this process.
    case unknown
    case up
    /// Failing, under the threshold.
    case suspect
    /// Confirmed dead.
    case down
    /// Answers again, not often enough yet.
    case recovering
    /// Being emptied before it may hold keys again.
    case cleansing
}

/// A change of a node's health, with the evidence that caused it: one row of the table `health_interval`.
package struct HealthTransition: Hashable, Sendable {
    package var node: NodeID
    package var from: Health
    package var to: Health
    package var at: WallTime
    /// What ended the earlier state: `2 hard failures: connection refused`.
    package var evidence: String

    package init(node: NodeID, from: Health, to: Health, at: WallTime, evidence: String) {
        self.node = node
        self.from = from
        self.to = to
        self.at = at
        self.evidence = evidence
    }
}
