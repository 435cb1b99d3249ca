/// The version of the control API's messages: each answer carries it as `"schema": 1`, and only ever grows.
package struct Schema: Codable, Hashable, Sendable {
    /// The only schema there is.
    package static let current = Schema()

    private static let number = 1

    package init() {}

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard try container.decode(Int.self) == Self.number else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is a schema that is not known")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Self.number)
    }
}
