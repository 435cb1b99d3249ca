extension JSONDocument {
    /// What happens to a member that the type does not know.
    package enum UnknownMembers: Sendable {
        /// Answers only ever grow, so an older reader skips what it does not know.
        case ignored
        /// In a request an unknown member is a wish that would not be fulfilled.
        case refused
    }

    /// Decodes the value.
    ///
    /// - Throws: ``WireError``.
    package func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        unknownMembers: UnknownMembers = .ignored
    ) throws(WireError) -> Value {
        let decoder = DocumentDecoder(
            source: source,
            place: UInt32(place),
            root: UInt32(place),
            unknownMembers: unknownMembers
        )
        do {
            return try Value(from: decoder)
        } catch let error as WireError {
            throw error
        } catch let error as DecodingError {
            throw WireError(error)
        } catch {
            throw WireError(path: "", problem: "this message cannot be read")
        }
    }
}

/// Reads any `Decodable` from a ``JSONDocument``.
///
/// It is small, because one is made for every value, and its path is found where it is asked for.
struct DocumentDecoder: Decoder, SingleValueDecodingContainer {
    let source: JSONDocument.Source
    /// The token of the value that is read.
    let place: UInt32
    /// The token of the value that the whole of it was asked for; paths begin there.
    let root: UInt32
    let unknownMembers: JSONDocument.UnknownMembers

    var userInfo: [CodingUserInfoKey: Any] { [:] }
    var token: JSONToken { source.tokens[Int(place)] }

    func at(_ place: Int) -> DocumentDecoder {
        DocumentDecoder(source: source, place: UInt32(place), root: root, unknownMembers: unknownMembers)
    }

    /// From the root down: in each value the part that reaches over the place.
    var codingPath: [any CodingKey] {
        var path: [any CodingKey] = []
        var outer = Int(root)
        while outer < place {
            let parts: [(key: JSONKey, value: Int)] =
                switch source.tokens[outer].kind {
                case .object: source.members(of: outer).map { (JSONKey($0.name), $0.value) }
                default: source.elements(of: outer).enumerated().map { (JSONKey(index: $0.offset), $0.element) }
                }
            guard let part = parts.last(where: { $0.value <= place }) else { break }
            path.append(part.key)
            outer = part.value
        }
        return path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard token.kind == .object else { throw mismatch("is not an object") }
        if unknownMembers == .refused,
            let unknown = source.members(of: Int(place)).first(where: { Key(stringValue: $0.name) == nil })
        {
            let path = codingPath + [JSONKey(unknown.name)]
            throw WireError(path: path, problem: "is not a member that this version knows")
        }
        return KeyedDecodingContainer(Keyed<Key>(object: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard token.kind == .array else { throw mismatch("is not an array") }
        return Unkeyed(array: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { token.kind == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch token.kind {
        case .yes: return true
        case .no: return false
        default: throw mismatch("is not true or false")
        }
    }

    func decode(_ type: String.Type) throws -> String {
        guard token.kind == .plainString || token.kind == .escapedString else { throw mismatch("is not a string") }
        return source.bytes.string(token)
    }

    func decode(_ type: Double.Type) throws -> Double {
        switch token.kind {
        case .integer: return Double(source.integer(token))
        case .decimal:
            guard let value = Double(source.bytes.string(token)), value.isFinite else {
                throw mismatch("is out of range")
            }
            return value
        default: throw mismatch("is not a number")
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
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    func integer<Value: FixedWidthInteger>() throws -> Value {
        switch token.kind {
        case .integer:
            guard let exact = Value(exactly: source.integer(token)) else { throw mismatch("is out of range") }
            return exact
        case .decimal:
            guard let exact = Value(source.bytes.string(token)) else {
                throw mismatch("is not a whole number in range")
            }
            return exact
        default: throw mismatch("is not a whole number")
        }
    }

    func mismatch(_ problem: String) -> WireError { WireError(path: codingPath, problem: problem) }
}

struct JSONKey: CodingKey {
    private let name: String?
    let intValue: Int?
    var stringValue: String { name ?? intValue.map(String.init) ?? "" }
    init(_ name: String) { (self.name, intValue) = (name, nil) }
    init(index: Int) { (name, intValue) = (nil, index) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: DocumentDecoder
    var codingPath: [any CodingKey] { object.codingPath }
    var allKeys: [Key] { object.source.members(of: Int(object.place)).compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: any CodingKey) -> DocumentDecoder? {
        object.source.member(key.stringValue, of: Int(object.place)).map(object.at)
    }

    private func child(_ key: any CodingKey) throws -> DocumentDecoder {
        guard let child = find(key) else { throw WireError(path: codingPath + [key], problem: "is missing") }
        return child
    }

    /// The member, unless it is absent or `null`.
    private func present(_ key: Key) -> DocumentDecoder? { find(key).flatMap { $0.decodeNil() ? nil : $0 } }

    // What most members are, without the way through a container of their own.
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try child(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try child(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try child(key).decode(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try child(key).decode(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try child(key).decode(type) }

    // In place of three searches for the member of each that may be absent.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try $0.decode(type) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try $0.decode(type) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try present(key).map { try $0.decode(type) }
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key).map { try $0.decode(type) }
    }

    func decodeNil(forKey key: Key) throws -> Bool { try child(key).decodeNil() }
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
    func superDecoder() throws -> any Decoder { try child(JSONKey("super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

private struct Unkeyed: UnkeyedDecodingContainer {
    let array: DocumentDecoder
    var currentIndex = 0
    /// The token of the element that is read next.
    private var place: Int

    init(array: DocumentDecoder) {
        self.array = array
        place = Int(array.place) + 1
    }

    var codingPath: [any CodingKey] { array.codingPath }
    var count: Int? { array.source.elements(of: Int(array.place)).count }
    var isAtEnd: Bool { place >= array.token.next }

    private mutating func next() throws -> DocumentDecoder {
        guard !isAtEnd else { throw WireError(path: codingPath, problem: "has too few elements") }
        let element = array.at(place)
        place = Int(element.token.next)
        currentIndex += 1
        return element
    }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, array.at(place).decodeNil() else { return false }
        place += 1
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
