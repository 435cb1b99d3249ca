import RingCore

/// Values as JSON text on one line, members in the order in which they are encoded.
package enum JSONBytes {
    /// Encodes a value as UTF-8.
    ///
    /// - Throws: `EncodingError`, only for a type outside this target that refuses to encode itself.
    package static func encoding(_ value: some Encodable) throws -> [UInt8] {
        let writer = JSONWriter()
        try TextEncoder(writer: writer, depth: 0).encode(value)
        return writer.bytes
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

/// Writes one value, an object or array of which has `depth` others around it.
///
/// Nothing but its text is kept of what was written, so the parts of a value are written one after the other: into an
/// object that is over nothing can be written.
private struct TextEncoder: Encoder, SingleValueEncodingContainer {
    let writer: JSONWriter
    let depth: Int
    /// Nobody asks where a value is that cannot be written: all can.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.enter(.object, at: depth)
        return KeyedEncodingContainer(Keyed<Key>(writer: writer, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.enter(.array, at: depth)
        return Unkeyed(writer: writer, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { writer.literal("null") }
    func encode(_ value: Bool) { writer.literal(value ? "true" : "false") }
    func encode(_ value: String) { writer.string(value) }
    func encode(_ value: Double) throws {
        guard value.isFinite else {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "not a finite number")
            throw EncodingError.invalidValue(value, context)
        }
        writer.literal(value.description)
    }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Int) { writer.literal(String(value)) }
    func encode(_ value: Int8) { writer.literal(String(value)) }
    func encode(_ value: Int16) { writer.literal(String(value)) }
    func encode(_ value: Int32) { writer.literal(String(value)) }
    func encode(_ value: Int64) { writer.literal(String(value)) }
    func encode(_ value: UInt) { writer.literal(String(value)) }
    func encode(_ value: UInt8) { writer.literal(String(value)) }
    func encode(_ value: UInt16) { writer.literal(String(value)) }
    func encode(_ value: UInt32) { writer.literal(String(value)) }
    func encode(_ value: UInt64) { writer.literal(String(value)) }

    /// Writes the value and closes all that it opened.
    func encode<Value: Encodable>(_ value: Value) throws {
        // With its zeros, which a binary fraction does not keep.
        if Value.self == Share.self, let share = value as? Share { return writer.literal(share.description) }
        let before = writer.bytes.count
        try value.encode(to: self)
        writer.close(to: depth)
        if writer.bytes.count == before { writer.literal("{}") }
    }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    /// Of the object: itself and those around it.
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    private func member(_ key: any CodingKey) -> TextEncoder {
        writer.name(key.stringValue, at: depth)
        return TextEncoder(writer: writer, depth: depth)
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
        writer.name("super", at: depth)
        return TextEncoder(writer: writer, depth: depth)
    }
    func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct Unkeyed: UnkeyedEncodingContainer {
    let writer: JSONWriter
    /// Of the array: itself and those around it.
    let depth: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(writer: JSONWriter, depth: Int) {
        self.writer = writer
        self.depth = depth
        count = writer.count
    }

    private mutating func element() -> TextEncoder {
        writer.element(at: depth)
        count += 1
        return TextEncoder(writer: writer, depth: depth)
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
