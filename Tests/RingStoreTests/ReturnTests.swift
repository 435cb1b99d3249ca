import RingCore
import RingPlanner
import Testing

@testable import RingStore

/// Which slots came back into the ring, against a model that watches the changes as they are made.
@Suite struct ReturnTests {
    @Test(arguments: [UInt64(4), 11, 23])
    func areFoundInTheIntervalsOfTheSlots(seed: UInt64) throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        var fleet = Fleet(seed: seed)
        var change = try fleet.newPool("web", nodes: 4)
        var wasPublished: Set<SlotID> = []
        var returns: [SlotID: WallTime] = [:]
        var newest = WallTime(milliseconds: 0)
        for _ in 0..<150 {
            let before = fleet.roster
            _ = try store.commit(change)
            fleet.commit(change)
            for slot in before.slots where slot.placement.isPublished { wasPublished.insert(slot.id) }
            if let version = change.version {
                newest = version.createdAt
                for content in version.changedSlots where before.slot(content.slot)?.placement.isPublished != true {
                    if wasPublished.contains(content.slot) { returns[content.slot] = version.createdAt }
                }
            }
            change = try fleet.anyChange()
        }
        let live = Set(fleet.roster.slots.map(\.id))
        #expect(!returns.isEmpty)
        #expect(try store.returns(of: fleet.roster, at: newest) == returns.filter { live.contains($0.key) })
        let later = WallTime(milliseconds: newest.milliseconds + 25 * 3_600_000)
        #expect(try store.returns(of: fleet.roster, at: later).isEmpty)
        try store.close()
    }
}
