import RingCore

extension JSONValue {
    /// Encodes `value`, members in the order in which it encodes them.
    ///
    /// - Throws: `EncodingError`, only for a type outside this target that refuses to encode itself.
    package init(encoding value: some Encodable) throws {
        let node = JSONValueEncoder.Node()
        try value.encode(to: JSONValueEncoder(node: node, codingPath: []))
        self = node.value
    }
}

/// Turns any `Encodable` into a ``JSONValue``; the containers of one value share its node.
private struct JSONValueEncoder: Encoder {
    let node: Node
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A value while it grows.
    final class Node {
        enum Content {
            case none
            case leaf(JSONValue)
            case array([Node])
            case object([(name: String, node: Node)])
        }

        var content = Content.none

        var value: JSONValue {
            switch content {
            case .none: .object([])
            case .leaf(let value): value
            case .array(let nodes): .array(nodes.map(\.value))
            case .object(let members): .object(members.map { Member($0.name, $0.node.value) })
            }
        }

        func member(_ name: String) -> Node {
            let child = Node()
            var members: [(name: String, node: Node)] = []
            if case .object(let known) = content { members = known }
            // Lets go of the second reference, so that appending does not copy.
            content = .none
            members.append((name, child))
            content = .object(members)
            return child
        }

        func element() -> Node {
            let child = Node()
            var nodes: [Node] = []
            if case .array(let known) = content { nodes = known }
            content = .none
            nodes.append(child)
            content = .array(nodes)
            return child
        }

        func encode(_ value: some Encodable, codingPath: [any CodingKey]) throws {
            switch value {
            case let share as Share: content = .leaf(.decimal(share.description))
            default: try value.encode(to: JSONValueEncoder(node: self, codingPath: codingPath))
            }
        }

        typealias Member = JSONValue.Member
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .none = node.content { node.content = .object([]) }
        return KeyedEncodingContainer(Keyed<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .none = node.content { node.content = .array([]) }
        return Unkeyed(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node, codingPath: codingPath) }

    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: Node
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { node.member(key.stringValue).content = .leaf(.null) }

        func encode(_ value: some Encodable, forKey key: Key) throws {
            try node.member(key.stringValue).encode(value, codingPath: codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            JSONValueEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key]).container(
                keyedBy: type
            )
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            JSONValueEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { JSONValueEncoder(node: node.member("super"), codingPath: codingPath) }

        func superEncoder(forKey key: Key) -> any Encoder {
            JSONValueEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
        }
    }

    struct Unkeyed: UnkeyedEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey]
        var count: Int { if case .array(let nodes) = node.content { nodes.count } else { 0 } }

        func encodeNil() { node.element().content = .leaf(.null) }

        func encode(_ value: some Encodable) throws { try node.element().encode(value, codingPath: codingPath) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            JSONValueEncoder(node: node.element(), codingPath: codingPath).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            JSONValueEncoder(node: node.element(), codingPath: codingPath).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { JSONValueEncoder(node: node.element(), codingPath: codingPath) }
    }

    struct Single: SingleValueEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey]

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
        func encode(_ value: some Encodable) throws { try node.encode(value, codingPath: codingPath) }

        private func encode(integer value: some BinaryInteger) throws {
            node.content = .leaf(Int64(exactly: value).map(JSONValue.integer) ?? .decimal(String(value)))
        }
    }
}
