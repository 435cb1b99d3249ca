/// Values by name in a fixed order: an object of strings on the wire.
package struct NamedValues: Codable, Hashable, Sendable {
    /// The pairs in order.
    package var pairs: [Pair]

    /// One name with its value.
    package struct Pair: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ pairs: [Pair] = []) { self.pairs = pairs }

    /// The value of that name.
    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyName.self)
        pairs = try container.allKeys.map { Pair($0.stringValue, try container.decode(String.self, forKey: $0)) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyName.self)
        for pair in pairs { try container.encode(pair.value, forKey: AnyName(stringValue: pair.name)) }
    }

    private struct AnyName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
