import Testing

@testable import RingCore

struct RefusalTests {
    private let slot = RingSlot(label: "a", weight: Weight(known: 1))

    private func refusal(_ dialect: String, _ options: [(String, String)] = [], _ slots: [RingSlot]) -> ValidationError?
    {
        let choice = DialectChoice(name: dialect, options: options.map { .init(name: $0.0, value: $0.1) })
        do {
            _ = try Ring(dialect: choice, slots: slots)
            return nil
        } catch { return error }
    }

    @Test func refusesAnEmptyList() { #expect(refusal("pinned-ketama", [], [])?.field == "slots") }

    @Test func refusesTwoSlotsWithOneLabel() {
        #expect(refusal("pinned-ketama", [], [slot, slot])?.problem == "two servers have the label 'a'")
    }

    @Test func refusesLabelsThatAreEmptyOrTooLong() {
        for label in ["", String(repeating: "x", count: 256)] {
            #expect(refusal("pinned-ketama", [], [RingSlot(label: label, weight: slot.weight)])?.field == "label")
        }
        let longest = RingSlot(label: String(repeating: "x", count: 255), weight: slot.weight)
        #expect(refusal("pinned-ketama", [], [longest]) == nil)
    }

    @Test func suggestsTheNearestDialect() {
        #expect(
            refusal("libmemcached-ketama-weigthed", [], [slot])?.hint == "did you mean 'libmemcached-ketama-weighted'?"
        )
    }

    @Test func suggestsTheNearestOptionAndValue() {
        #expect(refusal("twemproxy-ketama", [("hahs", "md5")], [slot])?.hint == "did you mean 'hash'?")
        #expect(refusal("twemproxy-ketama", [("hash", "fnv1a_46")], [slot])?.hint.contains("'fnv1a_64'") == true)
    }

    @Test func refusesPointsThatTheWeightDoesNotGive() {
        let count = RingSlot(label: "a", weight: Weight(known: 100), limit: .count(161))
        #expect(refusal("pinned-ketama", [], [count])?.field == "points")
        #expect(
            refusal("pinned-ketama", [], [RingSlot(label: "a", weight: slot.weight, limit: .count(0))])?.field
                == "points"
        )
        #expect(
            refusal("pinned-ketama", [], [RingSlot(label: "a", weight: slot.weight, limit: .percent(0))])?.field
                == "ramp"
        )
    }

    @Test func refusesRingsBeyondTheLimit() {
        let heavy = (0..<2000).map { RingSlot(label: "\($0)", weight: Weight(known: 10_000)) }
        #expect(refusal("pecl-memcache-consistent", [], heavy)?.field == "weight")
        #expect(refusal("python-memcached", [], heavy)?.field == "weight")
    }

    @Test func refusesMoreSlotsThanTheDialectTakes() {
        let many = (0...10_000).map { RingSlot(label: "\($0)", weight: slot.weight) }
        #expect(refusal("pinned-ketama", [], many)?.field == "slots")
    }

    @Test func refusesEjectingWhatIsNotThere() {
        #expect(refusal("twemproxy-ketama", [("ejected", "0")], [slot])?.problem == "every server is ejected")
        #expect(refusal("twemproxy-ketama", [("ejected", "7")], [slot])?.field == "option")
    }

    @Test func refusesTablesWhoseLengthIsNotPrime() {
        #expect(refusal("envoy-maglev", [("table_size", "65536")], [slot])?.field == "option")
    }

    @Test func refusesWeightsThatTheDialectCannotHave() {
        for weight in [-1, 0.5, 1e300, .nan, .infinity] as [Double] {
            let server = DialectServer(host: "10.0.0.1", weight: weight)
            #expect(throws: ValidationError.self, "\(weight)") {
                _ = try Ring(evaluating: DialectChoice(name: "libketama"), servers: [server])
            }
        }
        let nothing = [DialectServer(host: "10.0.0.1", weight: 0)]
        #expect(throws: ValidationError.self) {
            _ = try Ring(evaluating: DialectChoice(name: "libketama"), servers: nothing)
        }
        #expect(throws: Never.self) {
            _ = try Ring(evaluating: DialectChoice(name: "libmemcached-modula"), servers: nothing)
        }
    }

    @Test func saysWhenALabelNeedsAResolvedAddress() throws {
        let dialect = try Dialect.named("spymemcached-ketama")
        #expect(throws: ValidationError.self) { try dialect.label(for: NodeAddress(host: "cache-1", port: 11211)) }
        #expect(try dialect.label(for: NodeAddress(host: "10.0.0.1", port: 11211)) == "10.0.0.1:11211")
    }
}
