import RingAPI
import RingCore
import Testing

@Suite struct WireTests {
    private let row = NodeRow(
        name: "cache-1",
        host: "10.0.0.1",
        port: 11211,
        weight: 100,
        admin: "active",
        health: "up",
        placement: "in",
        share: Share(1, of: 8)
    )

    @Test func writesMembersInTheOrderOfTheDocumentation() throws {
        let text = try JSONValue(encoding: NodeList(pool: "sessions", version: 42, nodes: [row])).compactText
        let expected =
            #"{"schema":1,"pool":"sessions","version":42,"nodes":[{"name":"cache-1","host":"10.0.0.1","port":11211,"#
            + #""weight":100,"admin":"active","health":"up","placement":"in","share":0.125000,"tags":[],"damped":false}]}"#
        #expect(text == expected)
    }

    @Test func readsBackWhatItWrites() throws {
        let list = NodeList(pool: "sessions", version: nil, nodes: [row, row])
        let read: NodeList = try JSONDocument(parsing: JSONValue(encoding: list).prettyText.utf8).decode()
        #expect(read == list)
        var request = ChangeRequest(.addNode, pool: "web", node: "a", settings: [.init(key: "k", value: "v")])
        request.ifVersion = 0
        let back: ChangeRequest = try JSONDocument(encoding: request).decode(unknownMembers: .refused)
        #expect(back == request)
    }

    @Test func namesTheMemberWithinThePartThatIsRead() throws {
        let document = try JSONDocument(
            parsing: #"{"x":[],"plan":{"pools":[{"pool":"a"},{"pool":[2]}],"schema":1}}"#.utf8
        )
        let error = #expect(throws: WireError.self) {
            let _: [PoolOnly] = try #require(document["plan"]?["pools"]).decode()
        }
        #expect(error?.path == "1.pool")
        #expect(error?.problem == "is not a string")
    }

    private struct PoolOnly: Codable { var pool: String }

    @Test func writesAValueThatOthersWriteInto() throws {
        #expect(try text(Flattened()) == #"{"a":1,"list":[{"deep":[]},null,2],"b":{"c":{}},"d":2}"#)
        #expect(try text(Nothing()) == "{}")
        #expect(try text([Nothing(), Nothing()]) == "[{},{}]")
        #expect(try text(["k": Int?.none]) == #"{"k":null}"#)
        #expect(try text("\u{1B}[31m") == #""\u001b[31m""#)
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONBytes.encoding(value), as: UTF8.self)
    }

    private struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }

    /// Uses each way in which a value can be written.
    private struct Flattened: Encodable {
        enum Key: String, CodingKey { case a, b, c, d, list, deep }

        func encode(to encoder: any Encoder) throws {
            var first = encoder.container(keyedBy: Key.self)
            try first.encode(1, forKey: .a)
            var list = first.nestedUnkeyedContainer(forKey: .list)
            var element = list.nestedContainer(keyedBy: Key.self)
            _ = element.nestedUnkeyedContainer(forKey: .deep)
            try list.encodeNil()
            try list.encode(2)
            var inner = first.superEncoder(forKey: .b).container(keyedBy: Key.self)
            try inner.encode(Nothing(), forKey: .c)
            var second = encoder.container(keyedBy: Key.self)
            try second.encode(2, forKey: .d)
        }
    }

    @Test(arguments: [0, 1, 333_333, 500_000, 999_999, 1_000_000])
    func keepsSixDecimalsOfAShare(millionths: UInt64) throws {
        let share = Share(millionths, of: 1_000_000)
        let read: [Share] = try JSONDocument(encoding: [share]).decode()
        #expect(read.first?.description == share.description)
    }

    @Test func ignoresNewMembersInAnswersAndRefusesThemInRequests() throws {
        let json = try JSONDocument(parsing: #"{"key":"a","value":"b","new":1}"#.utf8)
        let setting: ChangeRequest.Setting = try json.decode()
        #expect(setting.key == "a")
        let error = #expect(throws: WireError.self) {
            let _: ChangeRequest.Setting = try json.decode(unknownMembers: .refused)
        }
        #expect(error?.path == "new")
    }

    @Test(arguments: [
        (#"{"schema":2,"pools":[]}"#, "schema"), (#"{"schema":1}"#, "pools"), (#"{"schema":1,"pools":{}}"#, "pools"),
        (#"{"schema":1,"pools":[{"pool":1}]}"#, "pools.0.pool"),
    ])
    func namesTheMemberThatDoesNotFit(text: String, path: String) throws {
        let error = #expect(throws: WireError.self) {
            let _: PoolList = try JSONDocument(parsing: text.utf8).decode()
        }
        #expect(error?.path == path)
    }

    @Test(arguments: [
        ("active", "up", "in", "up"), ("active", "suspect", "in", "suspect"), ("active", "down", "held", "held"),
        ("active", "down", "ejected", "ejected"), ("active", "cleansing", "ejected", "cleansing"),
        ("maintenance", "up", "ejected", "maintenance"), ("active", "unknown", "absent", "unknown"),
        ("active", "up", "absent", "waiting"), ("spare", "up", "absent", "spare"), ("spare", "down", "absent", "down"),
        ("active", "up", "covered", "covered"),
    ])
    func saysTheStateThatMattersMost(admin: String, health: String, placement: String, state: String) {
        var row = row
        (row.admin, row.health, row.placement) = (admin, health, placement)
        #expect(row.state == state)
    }
}
