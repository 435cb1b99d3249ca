import RingCore
import RingMemcached
import Testing

struct ProbeExchangeTests {
    static let canary = CanaryKey("ringd-canary-7")

    /// A whole conversation: what is asked, what is answered, and the verdict at its end.
    struct Conversation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let goal: ProbeExchange.Goal
        var meta = ProbeExchange.MetaSupport.unknown
        let turns: [(command: ProbeCommand, answer: String)]
        let verdict: ProbeExchange.Verdict
    }

    static func conversations() throws -> [Conversation] {
        let key = try #require(canary)
        let stats =
            "STAT pid 42\r\nSTAT uptime 7\r\nSTAT time 1\r\nSTAT version 1.6.18\r\nSTAT curr_connections 3\r\n"
            + "STAT max_connections 1024\r\nSTAT rusage_user 0.1\r\nSTAT curr_items 9\r\nEND\r\n"
        let facts = ServerStats(
            pid: 42,
            uptime: 7,
            items: 9,
            connections: 3,
            maxConnections: 1024,
            version: "1.6.18"
        )
        return [
            Conversation(
                testDescription: "first probe with stats",
                goal: .liveness(wantsStats: true),
                turns: [(.version, "VERSION 1.6.18\r\n"), (.stats, stats)],
                verdict: .alive(facts)
            ),
            Conversation(
                testDescription: "probe with mn",
                goal: .liveness(wantsStats: false),
                meta: .known,
                turns: [(.meta, "MN\r\n")],
                verdict: .alive(nil)
            ),
            Conversation(
                testDescription: "probe where mn is unknown",
                goal: .liveness(wantsStats: false),
                meta: .known,
                turns: [(.meta, "ERROR\r\n"), (.version, "VERSION 1.4.0\r\n")],
                verdict: .alive(nil)
            ),
            Conversation(
                testDescription: "flush",
                goal: .plantAndFlush(key),
                turns: [(.plant(key), "STORED\r\n"), (.flush, "OK\r\n")],
                verdict: .cleansing(.flushed)
            ),
            Conversation(
                testDescription: "flush refused",
                goal: .plantAndFlush(key),
                turns: [
                    (.plant(key), "STORED\r\n"), (.flush, "CLIENT_ERROR flush_all not allowed\r\n"),
                    (.uproot(key), "DELETED\r\n"),
                ],
                verdict: .cleansing(.flushDisabled)
            ),
            Conversation(
                testDescription: "canary gone",
                goal: .verify(key),
                turns: [(.read(key), "END\r\n")],
                verdict: .cleansing(.canaryGone)
            ),
            Conversation(
                testDescription: "canary present",
                goal: .verify(key),
                turns: [(.read(key), "VALUE ringd-canary-7 0 6\r\ncanary\r\nEND\r\n")],
                verdict: .cleansing(.canaryPresent)
            ),
        ]
    }

    @Test(arguments: try conversations())
    func reachesTheVerdictWhereverTheReadsAreCut(_ talk: Conversation) throws {
        let longest = talk.turns.map(\.answer.utf8.count).max() ?? 0
        for cut in 0..<longest {
            for second in Set([cut, min(cut + 1, longest), longest]) {
                #expect(try verdict(of: talk, cuts: [cut, second]) == talk.verdict)
            }
        }
        #expect(try verdict(of: talk, cuts: Array(0..<longest)) == talk.verdict)
    }

    @Test(arguments: try conversations())
    func refusesABytesTooMany(_ talk: Conversation) throws {
        var longer = talk.turns
        longer[longer.count - 1].answer += "X"
        let extended = Conversation(
            testDescription: "",
            goal: talk.goal,
            meta: talk.meta,
            turns: longer,
            verdict: talk.verdict
        )
        let failure = ProbeFailure(.soft, "malformed answer: bytes nobody asked for")
        #expect(try verdict(of: extended, cuts: []) == .failure(failure))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func endsOrAsksForMoreWhateverTheServerSays(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = try #require(Self.canary)
        let goals: [ProbeExchange.Goal] = [
            .liveness(wantsStats: false), .liveness(wantsStats: true), .plantAndFlush(key), .verify(key),
        ]
        for _ in 0..<50 {
            var exchange = ProbeExchange(goals[Int.random(in: 0..<4, using: &random)], metaSupport: .known)
            _ = exchange.begin()
            var fed = 0
            var isOver = false
            while !isOver, fed < 200_000 {
                let bytes = random.noise(Int.random(in: 1...400, using: &random))
                fed += bytes.count
                switch exchange.received(bytes.span) {
                case .awaitMore, .send: break
                case .finish(.failure(let failure)):
                    isOver = true
                    #expect(failure.detail.utf8.count <= 200)
                    #expect(failure.detail.utf8.allSatisfy { (0x20...0x7E).contains($0) })
                case .finish: isOver = true
                }
            }
            #expect(isOver, "seed \(seed): no end after \(fed) bytes")
        }
    }

    @Test(arguments: [
        ("1.6.18", true), ("1.6", true), ("1.10.0", true), ("2.0", true), ("1.5.22", false), ("1.4.39_4", false),
        ("v1.6", false), ("99999999999999999999.6", false), ("1", false), (".", false),
    ])
    func asksWithMetaFromVersion16On(_ version: String, _ isKnown: Bool) {
        var exchange = ProbeExchange(.liveness(wantsStats: false))
        #expect(exchange.begin() == .version)
        let action = exchange.received(Array("VERSION \(version)\r\n".utf8).span)
        #expect(action == .finish(.alive(nil)))
        #expect(exchange.metaSupport == (isKnown ? .known : .absent))
    }

    @Test func sendsConstantBytesOnly() throws {
        let key = try #require(Self.canary)
        let commands: [ProbeCommand] = [
            .meta, .version, .stats, .plant(key), .flush, .uproot(key), .read(key),
        ]
        #expect(
            commands.map(\.text) == [
                "mn\r\n", "version\r\n", "stats\r\n", "set ringd-canary-7 0 0 6\r\ncanary\r\n", "flush_all\r\n",
                "delete ringd-canary-7\r\n", "get ringd-canary-7\r\n",
            ]
        )
    }

    /// Plays a conversation with each answer cut into reads at these offsets.
    private func verdict(of talk: Conversation, cuts: [Int]) throws -> ProbeExchange.Verdict? {
        var exchange = ProbeExchange(talk.goal, metaSupport: talk.meta)
        var command = exchange.begin()
        for (index, turn) in talk.turns.enumerated() {
            try #require(command == turn.command)
            let bytes = Array(turn.answer.utf8)
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            for cut in cuts where cut > start && cut < bytes.count {
                pieces.append(bytes[start..<cut])
                start = cut
            }
            pieces.append(bytes[start...])
            for (place, piece) in pieces.enumerated() {
                switch exchange.received(piece.span) {
                case .awaitMore: try #require(place < pieces.count - 1)
                case .send(let next):
                    try #require(place == pieces.count - 1)
                    command = next
                case .finish(let verdict):
                    try #require(index == talk.turns.count - 1 && place == pieces.count - 1)
                    return verdict
                }
            }
        }
        return nil
    }
}
