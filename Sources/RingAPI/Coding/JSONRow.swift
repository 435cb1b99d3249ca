package import RingCore

/// An element of a list that may be long: written and read member by member.
///
/// The containers of `Codable` cost several times what the members do, which shows where an answer has thousands of
/// them. A row may hold others. Members that it does not know are skipped, so a row is of answers, not of requests.
package protocol JSONRow: Codable {
    /// Reads the members; fastest in the order in which they are written.
    init(reading row: inout JSONRowReader) throws
    /// Writes the members in their order.
    func write(into row: inout JSONRowWriter)
}

extension JSONRow {
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? DocumentDecoder else {
            let problem = "\(Self.self) is read from a JSONDocument"
            let context = DecodingError.Context(codingPath: decoder.codingPath, debugDescription: problem)
            throw DecodingError.typeMismatch(Self.self, context)
        }
        var reader = try JSONRowReader(decoder)
        try self.init(reading: &reader)
    }

    package func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? JSONTextEncoder else {
            let problem = "\(Self.self) is written as JSONBytes"
            let context = EncodingError.Context(codingPath: encoder.codingPath, debugDescription: problem)
            throw EncodingError.invalidValue(self, context)
        }
        encoder.output.writer.write(self, at: encoder.depth)
    }
}

/// Where a row writes its members, by names of which every byte stands for itself.
package struct JSONRowWriter {
    fileprivate var writer: JSONWriter
    /// Of the row: itself and those around it.
    fileprivate let depth: Int

    package mutating func write(_ name: StaticString, _ value: String) {
        writer.name(name, at: depth)
        writer.string(value)
    }

    package mutating func write(_ name: StaticString, _ value: some BinaryInteger) {
        writer.name(name, at: depth)
        writer.literal(String(value))
    }

    package mutating func write(_ name: StaticString, _ value: Share) {
        writer.name(name, at: depth)
        writer.share(value)
    }

    package mutating func write(_ name: StaticString, _ values: [String]) {
        writer.name(name, at: depth)
        writer.enter(.array, at: depth)
        for value in values {
            writer.element(at: depth + 1)
            writer.string(value)
        }
        writer.close(to: depth)
    }

    package mutating func write(_ name: StaticString, _ value: some JSONRow) {
        writer.name(name, at: depth)
        writer.write(value, at: depth)
        writer.close(to: depth)
    }
}

extension JSONWriter {
    /// Writes a row that has `depth` objects and arrays around it; whoever goes on closes it.
    fileprivate mutating func write(_ row: some JSONRow, at depth: Int) {
        enter(.object, at: depth)
        var members = JSONRowWriter(writer: exchange(&self, with: JSONWriter()), depth: depth + 1)
        row.write(into: &members)
        self = members.writer
    }
}

/// Where a row reads its members: each throws ``WireError`` where it is absent or of another kind.
package struct JSONRowReader {
    private let row: DocumentDecoder
    /// The name of the member after the one that was read last.
    private var next: Int

    fileprivate init(_ row: DocumentDecoder) throws {
        guard row.token.kind == .object else { throw row.mismatch("is not an object") }
        precondition(row.unknownMembers == .ignored, "a request has no rows, and refuses what it does not know")
        self.row = row
        next = Int(row.place) + 1
    }

    package mutating func string(_ name: StaticString) throws -> String { try member(name).decode(String.self) }
    package mutating func integer<Value: FixedWidthInteger>(_ name: StaticString) throws -> Value {
        try member(name).integer()
    }
    package mutating func value<Value: Decodable>(_ name: StaticString) throws -> Value {
        try Value(from: member(name))
    }

    package mutating func strings(_ name: StaticString) throws -> [String] {
        let list = try member(name)
        guard list.token.kind == .array else { throw list.mismatch("is not an array") }
        return try list.source.elements(of: Int(list.place)).map { try list.at($0).decode(String.self) }
    }

    // `nil` where the member is absent or `null`.
    package mutating func optionalString(_ name: StaticString) throws -> String? {
        try present(name)?.decode(String.self)
    }
    package mutating func optionalInteger<Value: FixedWidthInteger>(_ name: StaticString) throws -> Value? {
        try present(name)?.integer()
    }
    package mutating func optionalValue<Value: Decodable>(_ name: StaticString) throws -> Value? {
        try present(name).map { try Value(from: $0) }
    }
    package mutating func optionalRow<Row: JSONRow>(_ name: StaticString) throws -> Row? {
        guard let row = present(name) else { return nil }
        var reader = try JSONRowReader(row)
        return try Row(reading: &reader)
    }

    private mutating func member(_ name: StaticString) throws -> DocumentDecoder {
        guard let member = find(name) else {
            throw WireError(path: row.codingPath + [JSONKey(name.description)], problem: "is missing")
        }
        return member
    }

    private mutating func present(_ name: StaticString) -> DocumentDecoder? {
        find(name).flatMap { $0.decodeNil() ? nil : $0 }
    }

    /// Looks from the member after the last one on, once around.
    private mutating func find(_ name: StaticString) -> DocumentDecoder? {
        let (begin, end) = (Int(row.place) + 1, Int(row.token.next))
        let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard
            let value = row.source.member(wanted, from: next, to: end)
                ?? row.source.member(wanted, from: begin, to: next)
        else { return nil }
        next = Int(row.source.tokens[value].next)
        return row.at(value)
    }
}
