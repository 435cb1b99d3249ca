import Testing

@testable import RingCore

struct SortKeyTests {
    @Test(arguments: [DialectRule.SlotOrder.label, .labelLength, .hostThenPort])
    func beginningsNeverContradictTheOrder(order: DialectRule.SlotOrder) {
        var generator = Generator(seed: 8)
        let labels = (0..<150).map { _ in
            let alphabet = Array("ab\u{0}:1é".unicodeScalars)
            var text = String.UnicodeScalarView()
            for _ in 0..<generator.number(1...24) { text.append(alphabet[generator.number(0...5)]) }
            return String(text)
        }
        let keys = labels.map { SortKey(label: $0, order: order) }
        for a in keys {
            for b in keys where a.beginning < b.beginning { #expect(a < b) }
        }
    }

    @Test func sortsHostsThenPorts() {
        let labels = ["b", "a:11212", "a", "2001:db8::1:11210", "2001:db8::1", "a:9"]
        let keys = labels.map { SortKey(label: $0, order: .hostThenPort) }
        let sorted = labels.indices.sorted { keys[$0] < keys[$1] }.map { labels[$0] }
        #expect(sorted == ["2001:db8::1:11210", "2001:db8::1", "a:9", "a", "a:11212", "b"])
    }
}
