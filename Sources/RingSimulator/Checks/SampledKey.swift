import RingCore
import RingPlanner

/// Who has one of some fixed keys in a version of the ring.
struct SampledKey: Hashable, Sendable {
    var slot: SlotID
    var node: NodeID?
    var isHeld: Bool
}

extension Witness {
    /// So many keys are sampled that a share of one half is met within ``tolerance`` but for one time in millions.
    static let sampleCount = 2048
    /// How far a sampled share may be from the exact one: 5.5 times its standard deviation at one half, in parts of the
    /// sample.
    static let tolerance = 125

    private static let keys = (0..<sampleCount).map { Array("sample-\($0)".utf8) }

    /// Looks the sampled keys up, as a client does.
    static func sample(_ ring: PublishedRing, _ roster: Roster) -> [SampledKey] {
        let owners = ring.contents.map { content in
            SampledKey(
                slot: content.slot,
                node: roster.slot(content.slot)?.node,
                isHeld: content.content.state == .held
            )
        }
        return ring.ring.owners(ofKeys: keys).map { owners[$0] }
    }

    /// Holds what a version says that it moves and turns cold against the keys themselves.
    ///
    /// A key is cold when another node has it than before, or when its slot was held and is served again by a node that
    /// was emptied meanwhile. More may be said to turn cold than does, where an operator takes a node back as it is; less
    /// never.
    static func compare(
        _ before: [SampledKey],
        _ after: [SampledKey],
        _ version: NewVersion,
        _ change: Change
    ) -> Breach? {
        var moved = 0
        var cold = 0
        for (old, new) in zip(before, after) {
            if old.slot != new.slot { moved += 1 }
            if !new.isHeld, old.node != new.node || old.isHeld { cold += 1 }
        }
        let saidMoved = parts(version.movedShare)
        if abs(moved - saidMoved) > tolerance {
            return Breach(
                "moved share",
                "version \(version.version) says that it moves \(version.movedShare.percentText), and "
                    + "\(moved) of \(sampleCount) keys have another slot"
            )
        }
        guard change.events.first?.actor == .ringd, cold > parts(version.coldShare) + tolerance else { return nil }
        return Breach(
            "cold share",
            "version \(version.version) says that \(version.coldShare.percentText) turn cold, and "
                + "\(cold) of \(sampleCount) keys do"
        )
    }

    /// A share of the sample.
    private static func parts(_ share: Share) -> Int {
        Int(share.parts / ((1 << 62) / UInt64(sampleCount)))
    }
}
