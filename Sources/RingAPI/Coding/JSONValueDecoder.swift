extension JSONValue {
    /// What happens to a member that the type does not know.
    package enum UnknownMembers: Sendable {
        /// Answers only ever grow, so an older reader skips what it does not know.
        case ignored
        /// In a request an unknown member is a wish that would not be fulfilled.
        case refused
    }

    /// Decodes a value.
    ///
    /// - Throws: ``WireError``.
    package func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        unknownMembers: UnknownMembers = .ignored
    ) throws(WireError) -> Value {
        let decoder = JSONValueDecoder(value: self, parents: [], key: nil, unknownMembers: unknownMembers)
        do {
            return try decoder.decode(type)
        } catch let error as WireError {
            throw error
        } catch let error as DecodingError {
            throw WireError(error)
        } catch {
            throw WireError(path: "", problem: "this message cannot be read")
        }
    }
}

/// A message of the right form that does not fit its type.
package struct WireError: Error, Hashable, Sendable {
    /// The member, as `nodes.0.weight`; empty for the message itself.
    package let path: String
    /// What is wrong, as a sentence without a full stop.
    package let problem: String

    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    fileprivate init(path: [any CodingKey], problem: String) {
        self.init(
            path: path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."),
            problem: problem
        )
    }

    fileprivate init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self.init(path: context.codingPath, problem: context.debugDescription)
        case .keyNotFound(let key, let context):
            self.init(path: context.codingPath + [key], problem: "is missing")
        @unknown default:
            self.init(path: "", problem: "this message cannot be read")
        }
    }
}

/// Reads any `Decodable` from a ``JSONValue``.
private struct JSONValueDecoder: Decoder {
    let value: JSONValue
    /// The path of what this is a member of: shared by all members, and put together with `key` where it is asked for.
    let parents: [any CodingKey]
    let key: (any CodingKey)?
    let unknownMembers: JSONValue.UnknownMembers
    var codingPath: [any CodingKey] { key.map { parents + [$0] } ?? parents }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw WireError(path: codingPath, problem: "is not an object") }
        if unknownMembers == .refused, let unknown = members.first(where: { Key(stringValue: $0.name) == nil }) {
            let path = codingPath + [AnyKey(unknown.name)]
            throw WireError(path: path, problem: "is not a member that this version knows")
        }
        return KeyedDecodingContainer(
            Keyed<Key>(codingPath: codingPath, members: members, unknownMembers: unknownMembers)
        )
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw WireError(path: codingPath, problem: "is not an array") }
        return Unkeyed(codingPath: codingPath, elements: elements, unknownMembers: unknownMembers)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    struct AnyKey: CodingKey {
        private let name: String?
        let intValue: Int?
        var stringValue: String { name ?? intValue.map(String.init) ?? "" }
        init(_ name: String) { (self.name, intValue) = (name, nil) }
        init(index: Int) { (name, intValue) = (nil, index) }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { self.init(index: intValue) }
    }

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let codingPath: [any CodingKey]
        let members: [JSONValue.Member]
        let unknownMembers: JSONValue.UnknownMembers
        var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

        func contains(_ key: Key) -> Bool { members.contains { $0.name == key.stringValue } }

        private func child(_ key: any CodingKey) throws -> JSONValueDecoder {
            guard let child = find(key) else { throw WireError(path: codingPath + [key], problem: "is missing") }
            return child
        }

        /// The member, unless it is absent or `null`.
        private func present(_ key: Key) -> JSONValueDecoder? { find(key).flatMap { $0.value == .null ? nil : $0 } }

        private func find(_ key: any CodingKey) -> JSONValueDecoder? {
            let name = key.stringValue
            guard let member = members.first(where: { $0.name == name }) else { return nil }
            return JSONValueDecoder(
                value: member.value,
                parents: codingPath,
                key: key,
                unknownMembers: unknownMembers
            )
        }

        // What most members are, without the way through a container of their own.
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
            try Single(decoder: child(key)).decode(type)
        }
        func decode(_ type: String.Type, forKey key: Key) throws -> String {
            try Single(decoder: child(key)).decode(type)
        }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try Single(decoder: child(key)).decode(type) }
        func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
            try Single(decoder: child(key)).decode(type)
        }
        func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
            try Single(decoder: child(key)).decode(type)
        }

        // In place of three searches for the member of each that may be absent.
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
            try present(key).map { try Single(decoder: $0).decode(type) }
        }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
            try present(key).map { try Single(decoder: $0).decode(type) }
        }
        func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
            try present(key).map { try Single(decoder: $0).decode(type) }
        }
        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            try present(key).map { try $0.decode(type) }
        }

        func decodeNil(forKey key: Key) throws -> Bool { try child(key).value == .null }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try child(key).decode(type)
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try child(key).container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try child(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder { try child(AnyKey("super")) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let codingPath: [any CodingKey]
        let elements: [JSONValue]
        let unknownMembers: JSONValue.UnknownMembers
        var currentIndex = 0
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex == elements.count }

        private mutating func next() throws -> JSONValueDecoder {
            guard !isAtEnd else { throw WireError(path: codingPath, problem: "has too few elements") }
            defer { currentIndex += 1 }
            return JSONValueDecoder(
                value: elements[currentIndex],
                parents: codingPath,
                key: AnyKey(index: currentIndex),
                unknownMembers: unknownMembers
            )
        }

        mutating func decodeNil() -> Bool {
            guard !isAtEnd, elements[currentIndex] == .null else { return false }
            currentIndex += 1
            return true
        }
        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try next().unkeyedContainer()
        }
        mutating func superDecoder() throws -> any Decoder { try next() }
    }

    struct Single: SingleValueDecodingContainer {
        let decoder: JSONValueDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }

        func decodeNil() -> Bool { decoder.value == .null }
        func decode(_ type: Bool.Type) throws -> Bool {
            guard case .bool(let value) = decoder.value else { throw mismatch("is not true or false") }
            return value
        }
        func decode(_ type: String.Type) throws -> String {
            guard case .string(let value) = decoder.value else { throw mismatch("is not a string") }
            return value
        }
        func decode(_ type: Double.Type) throws -> Double {
            switch decoder.value {
            case .integer(let value): return Double(value)
            case .decimal(let text):
                guard let value = Double(text), value.isFinite else { throw mismatch("is out of range") }
                return value
            case .null, .bool, .string, .array, .object: throw mismatch("is not a number")
            }
        }
        func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
        func decode(_ type: Int.Type) throws -> Int { try integer() }
        func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
        func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
        func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
        func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
        func decode(_ type: UInt.Type) throws -> UInt { try integer() }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }

        private func integer<Value: FixedWidthInteger>() throws -> Value {
            switch decoder.value {
            case .integer(let value):
                guard let exact = Value(exactly: value) else { throw mismatch("is out of range") }
                return exact
            case .decimal(let text):
                guard let exact = Value(text) else { throw mismatch("is not a whole number in range") }
                return exact
            case .null, .bool, .string, .array, .object: throw mismatch("is not a whole number")
            }
        }

        private func mismatch(_ problem: String) -> WireError { WireError(path: codingPath, problem: problem) }
    }
}
