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
