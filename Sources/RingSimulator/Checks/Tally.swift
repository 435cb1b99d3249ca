/// What a run did, in numbers.
package struct Tally: Hashable, Sendable {
    package var steps: UInt64 = 0
    package var probes: UInt64 = 0
    package var versions: UInt64 = 0
    package var automaticChanges: UInt64 = 0
    package var holds: UInt64 = 0
    package var freezes: UInt64 = 0
    package var distrusts: UInt64 = 0
    package var restarts: UInt64 = 0
    package var flushes: UInt64 = 0
    package var commands: UInt64 = 0
    package var refusals: UInt64 = 0
    package var faults: UInt64 = 0
    package var reads: UInt64 = 0
    package var staleReads: UInt64 = 0
    /// Of these, those that come of a client that was behind: no policy can help them.
    package var lagReads: UInt64 = 0
    package var unservedReads: UInt64 = 0
    /// Looks at a file that was torn, and not taken.
    package var tornReads: UInt64 = 0
    /// Misses that a read had to fill again.
    package var misses: UInt64 = 0
    /// Moved key share of all versions, in thousandths of the whole.
    package var movedPermille: UInt64 = 0
    package var coldPermille: UInt64 = 0
    package var simulatedSeconds: UInt64 = 0
    /// Nodes times simulated seconds.
    package var nodeSeconds: UInt64 = 0

    package init() {}

    package static func += (a: inout Tally, b: Tally) {
        a.steps += b.steps
        a.probes += b.probes
        a.versions += b.versions
        a.automaticChanges += b.automaticChanges
        a.holds += b.holds
        a.freezes += b.freezes
        a.distrusts += b.distrusts
        a.restarts += b.restarts
        a.flushes += b.flushes
        a.commands += b.commands
        a.refusals += b.refusals
        a.faults += b.faults
        a.reads += b.reads
        a.staleReads += b.staleReads
        a.lagReads += b.lagReads
        a.unservedReads += b.unservedReads
        a.tornReads += b.tornReads
        a.misses += b.misses
        a.movedPermille += b.movedPermille
        a.coldPermille += b.coldPermille
        a.simulatedSeconds += b.simulatedSeconds
        a.nodeSeconds += b.nodeSeconds
    }
}
