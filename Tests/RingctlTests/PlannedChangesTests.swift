import RingAPI
import RingCore
import Testing

@testable import ringctl

/// Goal: what is typed is cut into changes as its author meant it, and read by the parsers of the commands themselves.
struct PlannedChangesTests {
    @Test(arguments: [
        (["node remove a"], [["node", "remove", "a"]]),
        (["node remove a", "node add b 10.0.0.2"], [["node", "remove", "a"], ["node", "add", "b", "10.0.0.2"]]),
        (["node", "remove", "a"], [["node", "remove", "a"]]),
        (
            ["node", "remove", "a", ",", "node", "add", "b", "h"],
            [["node", "remove", "a"], ["node", "add", "b", "h"]]
        ),
        (["node", "remove", "a,", "pool", "thaw"], [["node", "remove", "a"], ["pool", "thaw"]]),
        (["node remove a", ",", "pool", "thaw"], [["node", "remove", "a"], ["pool", "thaw"]]),
        (["pool", "thaw", ",", "node remove a"], [["pool", "thaw"], ["node", "remove", "a"]]),
        (["node", "set", "a", "zone=rack 4"], [["node", "set", "a", "zone=rack 4"]]),
        (["node set a 'zone=rack 4' tags=x,y"], [["node", "set", "a", "zone=rack 4", "tags=x,y"]]),
        (["node  set\ta zone=\"\""], [["node", "set", "a", "zone="]]),
        (["node set a zone=it\\'s \"b\\\"c\""], [["node", "set", "a", "zone=it's", "b\"c"]]),
    ])
    func argumentsAreCutIntoChanges(arguments: [String], changes: [[String]]) throws {
        #expect(try PlannedChanges(arguments: arguments).changes == changes)
    }

    @Test(arguments: [
        [""], ["  "], [","], ["node", "remove", "a", ","], ["node", "remove", "a", ",", ",", "pool", "thaw"],
        ["node set a 'zone=x"], ["node set a zone=x\\"], ["node remove a", ""],
    ])
    func whatIsNoChangeIsRefused(arguments: [String]) throws {
        let failure = #expect(throws: CommandFailure.self) { try PlannedChanges(arguments: arguments) }
        #expect(failure?.status == .usage && failure?.hint.isEmpty == false)
    }

    private func request(_ changes: String..., pool: String? = nil) throws -> ChangeRequest {
        try PlannedChanges(arguments: changes).request(of: try pool.map { try PoolName($0) })
    }

    @Test func everyChangeIsReadByItsOwnCommand() throws {
        let request = try request(
            "node add a 10.0.0.1 --weight 200 --zone z --tag x --now",
            "node set b weight=3",
            "node remove c",
            "node rm c2",
            "node replace d 10.0.0.4 --flush",
            "node drain e",
            "node maintenance f --for 2h",
            "node enable g --accept-stale",
            "nodes eject h",
            "node readmit i",
            "node undamp j",
            "spare add s 10.0.0.9",
            "spare remove t",
            "spare failback k",
            "pool set floor=50 dialect=twemproxy-ketama",
            "pool thaw",
            "pool ack"
        )
        let changes = try #require(request.changes)
        #expect(request.action == .batch && request.pool == nil)
        #expect(
            changes.map(\.action) == [
                .addNode, .setNode, .removeNode, .removeNode, .replaceNode, .drain, .maintenance, .enable, .eject,
                .readmit,
                .undamp, .addSpare, .removeNode, .failback, .setPool, .thaw, .acknowledge,
            ]
        )
        #expect(changes[0].address == "10.0.0.1:11211" && changes[0].weight == 200 && changes[0].now == true)
        #expect(changes[4].flush == true && changes[6].duration == 7_200_000 && changes[7].acceptStale == true)
        #expect(changes[14].settings?.map(\.key) == ["floor", "dialect"])
    }

    @Test func aRollbackOrADeletionStandsAlone() throws {
        let rollback = try request("ring rollback 7", pool: "web")
        #expect(rollback.action == .rollback && rollback.version == 7 && rollback.pool == "web")
        #expect(try request("pool delete web").action == .deletePool)
        #expect(try request("ring rollback 7", "node remove a").action == .batch)
    }

    @Test func aPoolIsNamedOnce() throws {
        #expect(try request("pool freeze web", "node remove a").pool == "web")
        #expect(try request("pool freeze web", pool: "web").changes?.first?.pool == nil)
        for failing in [
            { try request("pool freeze web", "pool set api floor=1") }, { try request("pool thaw web", pool: "api") },
        ] {
            let failure = #expect(throws: CommandFailure.self) { try failing() }
            #expect(failure?.status == .refused && failure?.field == "pool")
        }
    }

    @Test(arguments: [
        ("nod remove a", "did you mean 'ringctl node'?"), ("node remov a", "did you mean 'ringctl node remove'?"),
        ("node remove", "Missing expected argument"), ("node remove a b", "'b'"), ("node list", "not a change"),
        ("node", "not a change"), ("status web", "not a change"), ("node add a", "<address>"),
        ("node remove a -n", "--dry-run is for the whole"), ("node remove a -m x", "--message is for the whole"),
        ("node remove a -p web", "--pool is for the whole"), ("node remove a -y", "--yes is for the whole"),
        ("node remove a -o json", "--output is for the whole"), ("node set a weight", "no key and value"),
        ("node set a weight=0", "weight"), ("node add a 10.0.0.1:99999", "port"), ("node remove ../x", "name"),
        ("pool set", "key=value"), ("plan 'node remove a'", "not a change"), ("apply -f x", "not a change"),
    ])
    func aChangeThatIsNoneIsNamedWithItsPlace(change: String, words: String) throws {
        let failure = try #require(#expect(throws: CommandFailure.self) { try request("pool freeze", change) })
        #expect(failure.problem.hasPrefix("change 2 of 2, '"))
        #expect("\(failure.problem) \(failure.hint) \(failure.field ?? "")".contains(words))
        #expect(!failure.hint.isEmpty)
    }

    @Test(arguments: [
        ["node remove a", "node set a weight=2"], ["node set a weight=2", "node remove a"],
        ["node set a weight=2", "node set a weight=3"], ["node drain a", "node enable a"],
        ["node eject a", "node maintenance a"], ["node remove a", "node remove a"],
        ["node add a 10.0.0.1", "node remove a"], ["node replace a 10.0.0.1", "node replace a 10.0.0.2"],
        ["pool freeze", "pool thaw"], ["pool set floor=1", "node remove b", "pool set rise=2 floor=2"],
        ["spare add a 10.0.0.1", "node add a 10.0.0.2"], ["spare remove a", "node drain a"],
    ])
    func contradictionsAreRefused(changes: [String]) throws {
        let failure = #expect(throws: CommandFailure.self) {
            try PlannedChanges(arguments: changes).request(of: nil)
        }
        #expect(failure?.status == .refused)
        #expect(failure?.problem.contains("contradicts change 1") == true)
    }

    @Test(arguments: [
        ["node set a weight=2", "node set a zone=b"], ["node set a weight=2", "node set b weight=2"],
        ["node remove a", "node add a 10.0.0.1"], ["node remove a", "spare add a 10.0.0.1"],
        ["node replace a 10.0.0.1", "node set a weight=2"], ["node undamp a", "node readmit a"],
        ["node add a 10.0.0.1", "node set a weight=2"], ["pool set floor=1", "pool set rise=2"],
    ])
    func whatGoesTogetherIsTaken(changes: [String]) throws {
        #expect(try PlannedChanges(arguments: changes).request(of: nil).changes?.count == 2)
    }
}
