import Foundation
import RingAPI
import RingCore
import Testing

@Suite struct RowTests {
    private static let before =
        #"{"label":"a:1","node":"cache-1","host":"10.0.0.1","port":11211,"zone":"z \"1\"","weight":100,"points":160,"#
        + #""state":"in","share":0.000125}"#
    private static let after =
        #"{"label":"a:1","node":"cache-2","host":"/run/mc.sock","weight":50,"state":"held","share":1.000000}"#
    private static let changed =
        #"{"label":"a:1","change":"changed","fields":["weight","node"],"before":\#(before),"after":\#(after)}"#
    private static let added = #"{"label":"a:1","change":"added","fields":[],"after":\#(after)}"#

    private func rows(_ text: String) throws -> [SlotDifference] { try JSONDocument(parsing: text.utf8).decode() }

    @Test(arguments: [changed, added, changed + "," + added, added + "," + changed])
    func readBackWhatTheyWrite(list: String) throws {
        let rows = try rows("[\(list)]")
        #expect(String(decoding: try JSONBytes.encoding(rows), as: UTF8.self) == "[\(list)]")
    }

    @Test(arguments: [
        #"{"node":"a","falls":0,"up_ms":1,"down_ms":2,"unknown_ms":3}"#,
        #"{"node":"a","availability":0.500000,"falls":1,"evidence":"timeout","up_ms":1,"down_ms":1,"unknown_ms":0,"#
            + #""last_fall":"2026-11-26T03:12:00.000Z"}"#,
    ])
    func ofAvailabilityReadBackWhatTheyWrite(text: String) throws {
        let row: AvailabilityReport.Row = try JSONDocument(parsing: text.utf8).decode()
        #expect(String(decoding: try JSONBytes.encoding(row), as: UTF8.self) == text)
        #expect(row.up == 1 && row.falls == (row.lastFall == nil ? 0 : 1))
    }

    @Test func areReadMemberByMember() throws {
        let row = try #require(try rows("[\(Self.changed)]").first)
        #expect(row.label == "a:1" && row.change == .changed && row.fields == ["weight", "node"])
        #expect(row.before?.zone == #"z "1""# && row.before?.port == 11211 && row.before?.points == 160)
        #expect(row.after?.address == "/run/mc.sock" && row.after?.points == nil && row.after?.share == .whole)
    }

    @Test func areReadInAnyOrderWithMembersThatTheyDoNotKnow() throws {
        let text =
            #"{"share":0.5,"later":[{"label":"x"}],"state":"in","weight":1,"port":null,"host":"h","node":"n","label":"l"}"#
        let row: RingSlotRow = try JSONDocument(parsing: text.utf8).decode()
        #expect(row.label == "l" && row.node == "n" && row.weight == 1 && row.port == nil)
        #expect(row.share == Share(1, of: 2))
    }

    @Test func areReadWhereANameIsEscapedOrAMemberIsNull() throws {
        let text = #"[{"l\u0061bel":"a:1","change":"added","fields":[],"before":null,"after":\#(Self.after)}]"#
        let row = try #require(try rows(text).first)
        #expect(row.label == "a:1" && row.before == nil && row.after?.node == "cache-2")
    }

    /// Holds a row between other members.
    private struct Holder: Codable, Hashable {
        var first: Int
        var row: RingSlotRow
        var last: Int
    }

    @Test func closeWhatTheyOpenedBeforeTheMemberThatFollows() throws {
        let text = #"{"first":1,"row":\#(Self.before),"last":2}"#
        let holder: Holder = try JSONDocument(parsing: text.utf8).decode()
        #expect(holder.last == 2 && holder.row.label == "a:1")
        #expect(String(decoding: try JSONBytes.encoding(holder), as: UTF8.self) == text)
    }

    @Test func areRefusedByOtherCoders() throws {
        let row: RingSlotRow = try JSONDocument(parsing: Self.before.utf8).decode()
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(row) }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RingSlotRow.self, from: Data(Self.before.utf8))
        }
    }

    @Test(arguments: [
        (#"{"label":"x","change":"gone","fields":[]}"#, "0.change"), (#"{"label":"x","change":"added"}"#, "0.fields"),
        (#"{"label":"x","change":"added","fields":[1]}"#, "0.fields.0"),
        (#"{"label":"x","change":"added","fields":{}}"#, "0.fields"), (#"{"label":1}"#, "0.label"), ("[]", "0"),
        (#"{"label":"x","change":"added","fields":[],"after":{"label":"x"}}"#, "0.after.node"),
        (#"{"label":"x","change":"added","fields":[],"after":7}"#, "0.after"), ("{}", "0.label"),
    ])
    func nameTheMemberThatDoesNotFit(row: String, path: String) throws {
        let error = #expect(throws: WireError.self) { try rows("[\(row)]") }
        #expect(error?.path == path)
    }
}
