import Foundation
import RingCore
import RingSnapshots
import Testing

@Suite struct SnapshotFileTests {
    @Test func writesTheExampleByteForByte() throws {
        #expect(String(decoding: try Sample.snapshot().encoded(), as: UTF8.self) == Sample.file)
    }

    @Test func readsWhatItWrote() throws {
        let signature = Snapshot.Signature(keyID: "key-1", ed25519: (0..<64).map { $0 })
        let continuum = Snapshot.Continuum(hashes: [0, 7, 7, .max], slots: [2, 0, 1, 2])
        let options = [DialectChoice.Option(name: "z", value: "1"), .init(name: "hash", value: "fnv1a_64")]
        let snapshot = try Sample.snapshot(options: options, continuum: continuum, signature: signature)
        let bytes = snapshot.encoded()
        let copy = try Snapshot.decoding(bytes)
        #expect(copy.encoded() == bytes)
        #expect(copy.slots == snapshot.slots)
        #expect(copy.continuum == continuum)
        #expect(copy.signature == signature)
        #expect(copy.dialect == snapshot.dialect)
        #expect(copy.dialect.options.map(\.name) == ["hash", "z"])
        #expect(copy.place == snapshot.place)
        try copy.verify(expectedPool: PoolName("sessions"))
    }

    @Test func firstVersionHasParentNull() throws {
        let bytes = try Sample.snapshot(version: 1, parent: nil).encoded()
        #expect(String(decoding: bytes, as: UTF8.self).contains("\n  \"parent\": null,\n"))
        #expect(try Snapshot.decoding(bytes).parent == nil)
    }

    @Test func orderOfOptionsDoesNotMatter() throws {
        let options = [DialectChoice.Option(name: "b", value: "1"), .init(name: "a", value: "2")]
        let snapshots = try [options, options.reversed()].map { try Sample.snapshot(options: $0) }
        #expect(snapshots[0].encoded() == snapshots[1].encoded())
    }

    @Test(arguments: ["0.125400", "0.1254", "1254e-4", "0.01254E+1", "0.00001254e4"])
    func readsSharesOfOtherWriters(number: String) throws {
        let text = Sample.file.replacingFirst("0.125400", with: number)
        #expect(try Snapshot.decoding(Array(text.utf8)).change.movedShare == Share(1254, of: 10_000))
    }

    @Test(arguments: [
        ("1", "1.000000"), ("1.0", "1.000000"), ("0", "0.000000"), ("1e-9", "0.000000"), ("0e5", "0.000000"),
    ])
    func readsSharesAtTheEnds(number: String, share: String) throws {
        let text = Sample.file.replacingFirst("0.125400", with: number)
        #expect(try Snapshot.decoding(Array(text.utf8)).change.movedShare.description == share)
    }

    @Test func readsAFileThatAnotherLibraryWroteAnew() throws {
        let object = try JSONSerialization.jsonObject(with: Data(Sample.file.utf8))
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: object, options: .prettyPrinted))
        let copy = try Snapshot.decoding(bytes)
        try copy.verify(expectedPool: PoolName("sessions"))
        #expect(copy.encoded() == Array(Sample.file.utf8))
    }

    @Test func readsEscapes() throws {
        let escaped = "\\u0041\\u00e4\\ud83d\\ude00\\/\\\"\\\\"
        let text = Sample.file.replacingFirst("2 hard failures: connection refused", with: escaped)
        #expect(try Snapshot.decoding(Array(text.utf8)).change.reason == "Aä😀/\"\\")
    }

    @Test func ignoresUnknownMembersOfEveryKind() throws {
        let unknown = "\"new\": { \"a\": [1, -2.5e3, true, false, null, \"x\", { }], \"b\": [] },"
        let text = Sample.file.replacingFirst("\"format\": 1,", with: "\(unknown) \"format\": 1,")
            .replacingFirst("\"label\": \"10.0.0.1\"", with: "\(unknown) \"label\": \"10.0.0.1\"")
        let copy = try Snapshot.decoding(Array(text.utf8))
        try copy.verify(expectedPool: PoolName("sessions"))
    }

    @Test func aliveNoteIsReadAsWritten() throws {
        let note = AliveNote(
            pool: try PoolName("sessions"),
            at: WallTime(milliseconds: 1_795_343_700_123),
            epoch: Epoch(1),
            version: RingVersion(42)
        )
        let text =
            "{\"format\":1,\"pool\":\"sessions\",\"at\":\"2026-11-22T10:35:00.123Z\",\"epoch\":1,\"version\":42}\n"
        #expect(String(decoding: note.encoded(), as: UTF8.self) == text)
        #expect(try AliveNote.decoding(note.encoded()) == note)
        let empty = AliveNote(pool: note.pool, at: note.at, epoch: note.epoch, version: nil)
        #expect(try AliveNote.decoding(empty.encoded()) == empty)
    }

    @Test(arguments: ["", "{}", "{\"format\":2}", "[]", "{\"format\":1,\"pool\":\"p\",\"epoch\":1}"])
    func refusesBadAliveNotes(text: String) {
        #expect(throws: SnapshotError.self) { try AliveNote.decoding(Array(text.utf8)) }
    }
}
