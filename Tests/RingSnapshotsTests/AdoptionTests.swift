import RingCore
import RingSnapshots
import Testing

@Suite struct AdoptionTests {
    private func place(_ epoch: Int64, _ version: Int64, _ byte: UInt8 = 1) -> Snapshot.Place {
        Snapshot.Place(epoch: Epoch(epoch), version: RingVersion(version), digest: Sample.digest(byte))
    }

    @Test func adoptsTheFirst() { #expect(Snapshot.adoption(of: place(1, 1), over: nil) == .adopt) }

    @Test func adoptsAGreaterVersion() {
        #expect(Snapshot.adoption(of: place(1, 5, 2), over: place(1, 4)) == .adopt)
    }

    @Test func adoptsAGreaterEpochWithALowerVersion() {
        #expect(Snapshot.adoption(of: place(2, 3, 2), over: place(1, 4)) == .adopt)
    }

    @Test func ignoresOlder() {
        #expect(Snapshot.adoption(of: place(1, 3, 2), over: place(1, 4)) == .ignoreOlder)
        #expect(Snapshot.adoption(of: place(1, 9, 2), over: place(2, 4)) == .ignoreOlder)
        #expect(Snapshot.adoption(of: place(1, 3), over: place(1, 4)) == .ignoreOlder)
    }

    @Test func keepsTheSame() { #expect(Snapshot.adoption(of: place(1, 4), over: place(1, 4)) == .keepSame) }

    @Test func alarmsOnAnotherContentOfTheSameVersion() {
        #expect(Snapshot.adoption(of: place(1, 4, 2), over: place(1, 4)) == .alarm)
    }
}
