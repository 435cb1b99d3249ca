import RingCore

/// Values as JSON text on one line, members in the order in which they are encoded.
package enum JSONBytes {
    /// Encodes a value as UTF-8.
    ///
    /// - Throws: `EncodingError`, only for a type outside this target that refuses to encode itself.
    package static func encoding(_ value: some Encodable) throws -> [UInt8] {
        let output = JSONOutput()
        try JSONTextEncoder(output: output, depth: 0).encode(value)
        return output.writer.bytes
    }
}

extension JSONDocument {
    /// What reading the encoded value gives.
    package init(encoding value: some Encodable) throws { try self.init(parsing: JSONBytes.encoding(value)) }
}

extension JSONValue {
    /// Encodes `value`, members in the order in which it encodes them.
    ///
    /// - Throws: `EncodingError`, only for a type outside this target that refuses to encode itself.
    package init(encoding value: some Encodable) throws { self = try JSONDocument(encoding: value).value }
}

extension JSONWriter {
    /// Writes a share with its zeros, which a binary fraction does not keep.
    mutating func share(_ share: Share) { literal(share.description) }
}

/// The text that all the parts of a value are written into.
final class JSONOutput {
    var writer = JSONWriter()
}

/// Writes one value, an object or array of which has `depth` others around it.
///
/// Nothing but its text is kept of what was written, so the parts of a value are written one after the other: into an
/// object that is over nothing can be written.
struct JSONTextEncoder: Encoder, SingleValueEncodingContainer {
    let output: JSONOutput
    let depth: Int
    /// Nobody asks where a value is that cannot be written: all can.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        output.writer.enter(.object, at: depth)
        return KeyedEncodingContainer(Keyed<Key>(output: output, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        output.writer.enter(.array, at: depth)
        return Unkeyed(output: output, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { output.writer.literal("null") }
    func encode(_ value: Bool) { output.writer.literal(value ? "true" : "false") }
    func encode(_ value: String) { output.writer.string(value) }
    func encode(_ value: Double) throws {
        guard value.isFinite else {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "not a finite number")
            throw EncodingError.invalidValue(value, context)
        }
        output.writer.literal(value.description)
    }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Int) { output.writer.literal(String(value)) }
    func encode(_ value: Int8) { output.writer.literal(String(value)) }
    func encode(_ value: Int16) { output.writer.literal(String(value)) }
    func encode(_ value: Int32) { output.writer.literal(String(value)) }
    func encode(_ value: Int64) { output.writer.literal(String(value)) }
    func encode(_ value: UInt) { output.writer.literal(String(value)) }
    func encode(_ value: UInt8) { output.writer.literal(String(value)) }
    func encode(_ value: UInt16) { output.writer.literal(String(value)) }
    func encode(_ value: UInt32) { output.writer.literal(String(value)) }
    func encode(_ value: UInt64) { output.writer.literal(String(value)) }

    /// Writes the value and closes all that it opened.
    func encode<Value: Encodable>(_ value: Value) throws {
        if Value.self == Share.self, let share = value as? Share { return output.writer.share(share) }
        let before = output.writer.bytes.count
        try value.encode(to: self)
        output.writer.close(to: depth)
        if output.writer.bytes.count == before { output.writer.literal("{}") }
    }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    /// Of the object: itself and those around it.
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    private func member(_ key: any CodingKey) -> JSONTextEncoder {
        output.writer.name(key.stringValue, at: depth)
        return JSONTextEncoder(output: output, depth: depth)
    }

    func encodeNil(forKey key: Key) { member(key).encodeNil() }

    // What most members are, without the way through a container of their own.
    func encode(_ value: Bool, forKey key: Key) { member(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { member(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { member(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) { member(key).encode(value) }
    func encode(_ value: UInt16, forKey key: Key) { member(key).encode(value) }

    func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { member(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }
    func superEncoder() -> any Encoder {
        output.writer.name("super", at: depth)
        return JSONTextEncoder(output: output, depth: depth)
    }
    func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct Unkeyed: UnkeyedEncodingContainer {
    let output: JSONOutput
    /// Of the array: itself and those around it.
    let depth: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(output: JSONOutput, depth: Int) {
        self.output = output
        self.depth = depth
        count = output.writer.count
    }

    private mutating func element() -> JSONTextEncoder {
        output.writer.element(at: depth)
        count += 1
        return JSONTextEncoder(output: output, depth: depth)
    }

    mutating func encodeNil() { element().encodeNil() }
    mutating func encode(_ value: String) { element().encode(value) }
    mutating func encode(_ value: some Encodable) throws { try element().encode(value) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        element().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { element() }
}
