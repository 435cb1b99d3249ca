import RingCore

extension JSONValue {
    /// Encodes `value`, members in the order in which it encodes them.
    ///
    /// - Throws: `EncodingError`, only for a type outside this target that refuses to encode itself.
    package init(encoding value: some Encodable) throws {
        let node = JSONValueEncoder.Node()
        try node.encode(value, path: .root)
        self = node.value
    }
}

/// Turns any `Encodable` into a ``JSONValue``; the containers of one value share its node.
private struct JSONValueEncoder: Encoder {
    let node: Node
    let path: Path
    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Where a value is, put together only where it is asked for.
    indirect enum Path {
        case root
        case member(any CodingKey, of: Path)

        var keys: [any CodingKey] {
            switch self {
            case .root: []
            case .member(let key, let parent): parent.keys + [key]
            }
        }
    }

    /// A value that may still grow, as an element of another one.
    enum Element {
        case leaf(JSONValue)
        case node(Node)

        var value: JSONValue {
            switch self {
            case .leaf(let value): value
            case .node(let node): node.value
            }
        }
    }

    /// A value while it grows.
    final class Node {
        enum Content {
            case none
            case leaf(JSONValue)
            case array([Element])
            case object([(name: String, element: Element)])
        }

        var content = Content.none

        var value: JSONValue {
            switch content {
            case .none: .object([])
            case .leaf(let value): value
            case .array(let elements): .array(elements.map(\.value))
            case .object(let members): .object(members.map { JSONValue.Member($0.name, $0.element.value) })
            }
        }

        func append(_ name: String, _ element: Element) {
            var members: [(name: String, element: Element)] = []
            if case .object(let known) = content { members = known }
            // Lets go of the second reference, so that appending does not copy.
            content = .none
            members.append((name, element))
            content = .object(members)
        }

        func append(_ element: Element) {
            var elements: [Element] = []
            if case .array(let known) = content { elements = known }
            content = .none
            elements.append(element)
            content = .array(elements)
        }

        func member(_ name: String) -> Node {
            let child = Node()
            append(name, .node(child))
            return child
        }

        func element() -> Node {
            let child = Node()
            append(.node(child))
            return child
        }

        func encode<Value: Encodable>(_ value: Value, path: Path) throws {
            if Value.self == Share.self, let share = value as? Share {
                content = .leaf(.decimal(share.description))
            } else {
                try value.encode(to: JSONValueEncoder(node: self, path: path))
            }
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .none = node.content { node.content = .object([]) }
        return KeyedEncodingContainer(Keyed<Key>(node: node, path: path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .none = node.content { node.content = .array([]) }
        return Unkeyed(node: node, path: path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node, path: path) }

    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: Node
        let path: Path
        var codingPath: [any CodingKey] { path.keys }

        func encodeNil(forKey key: Key) { node.append(key.stringValue, .leaf(.null)) }

        // What most members are, without the way through a node and a container of their own.
        func encode(_ value: Bool, forKey key: Key) { node.append(key.stringValue, .leaf(.bool(value))) }
        func encode(_ value: String, forKey key: Key) { node.append(key.stringValue, .leaf(.string(value))) }
        func encode(_ value: Int, forKey key: Key) { node.append(key.stringValue, .leaf(.integer(Int64(value)))) }
        func encode(_ value: Int64, forKey key: Key) { node.append(key.stringValue, .leaf(.integer(value))) }
        func encode(_ value: UInt16, forKey key: Key) { node.append(key.stringValue, .leaf(.integer(Int64(value)))) }

        func encode(_ value: some Encodable, forKey key: Key) throws {
            try node.member(key.stringValue).encode(value, path: .member(key, of: path))
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { child(key).container(keyedBy: type) }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
        func superEncoder() -> any Encoder { JSONValueEncoder(node: node.member("super"), path: path) }
        func superEncoder(forKey key: Key) -> any Encoder { child(key) }

        private func child(_ key: Key) -> JSONValueEncoder {
            JSONValueEncoder(node: node.member(key.stringValue), path: .member(key, of: path))
        }
    }

    struct Unkeyed: UnkeyedEncodingContainer {
        let node: Node
        let path: Path
        var codingPath: [any CodingKey] { path.keys }
        var count: Int { if case .array(let elements) = node.content { elements.count } else { 0 } }

        func encodeNil() { node.append(.leaf(.null)) }
        func encode(_ value: String) { node.append(.leaf(.string(value))) }
        func encode(_ value: some Encodable) throws { try node.element().encode(value, path: path) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            JSONValueEncoder(node: node.element(), path: path).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            JSONValueEncoder(node: node.element(), path: path).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { JSONValueEncoder(node: node.element(), path: path) }
    }

    struct Single: SingleValueEncodingContainer {
        let node: Node
        let path: Path
        var codingPath: [any CodingKey] { path.keys }

        func encodeNil() { node.content = .leaf(.null) }
        func encode(_ value: Bool) { node.content = .leaf(.bool(value)) }
        func encode(_ value: String) { node.content = .leaf(.string(value)) }
        func encode(_ value: Double) throws {
            guard value.isFinite else {
                let context = EncodingError.Context(codingPath: codingPath, debugDescription: "not a finite number")
                throw EncodingError.invalidValue(value, context)
            }
            node.content = .leaf(.decimal(value.description))
        }
        func encode(_ value: Float) throws { try encode(Double(value)) }
        func encode(_ value: Int) throws { try encode(integer: value) }
        func encode(_ value: Int8) throws { try encode(integer: value) }
        func encode(_ value: Int16) throws { try encode(integer: value) }
        func encode(_ value: Int32) throws { try encode(integer: value) }
        func encode(_ value: Int64) throws { try encode(integer: value) }
        func encode(_ value: UInt) throws { try encode(integer: value) }
        func encode(_ value: UInt8) throws { try encode(integer: value) }
        func encode(_ value: UInt16) throws { try encode(integer: value) }
        func encode(_ value: UInt32) throws { try encode(integer: value) }
        func encode(_ value: UInt64) throws { try encode(integer: value) }
        func encode(_ value: some Encodable) throws { try node.encode(value, path: path) }

        private func encode(integer value: some BinaryInteger) throws {
            node.content = .leaf(Int64(exactly: value).map(JSONValue.integer) ?? .decimal(String(value)))
        }
    }
}
