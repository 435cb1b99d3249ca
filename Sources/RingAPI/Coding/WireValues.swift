package import RingCore

// Values of the core on the wire. Each is a plain JSON string or number, as the snapshot writes it.

extension Share: Codable {
    /// Reads a number from 0 to 1; what is finer than a millionth is cut.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(Double.self)
        guard value >= 0, value <= 1 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a share is from 0 to 1")
        }
        self.init(UInt64((value * 1_000_000).rounded()), of: 1_000_000)
    }

    /// Writes a number with six decimals where the encoder can, else the nearest binary fraction.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        guard let value = Double(description) else { preconditionFailure("a share that is no number: \(self)") }
        try container.encode(value)
    }
}

extension WallTime: Codable {
    /// Reads RFC 3339.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = WallTime(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "this is not an RFC 3339 time")
        }
        self = time
    }

    /// Writes RFC 3339 in UTC with milliseconds.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
