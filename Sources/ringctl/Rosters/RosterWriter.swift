import RingAPI
import RingCore

/// Writes a roster as a file that ``RosterFile`` reads back.
struct RosterWriter {
    let pool: PoolDetail
    let nodes: [NodeRow]
    let base: RosterFile.Base

    /// The text in TOML, for people: comments, and a line between servers.
    var toml: String {
        var text = """
            # The roster of the pool '\(pool.pool)' at version \(base.version).
            # Change it, look with 'ringctl diff -f FILE', take it with 'ringctl apply -f FILE'.
            pool = \(Self.quoted(pool.pool))
            # What people change elsewhere from here on is not overwritten. Without this line the file is the truth.
            base = { version = \(base.version), event = \(base.event), id = \(Self.quoted(base.id)) }
            dialect = \(Self.quoted(pool.dialect.name))

            """
        if let options { text += "dialect-options = \(Self.quoted(options))\n" }
        if !policy.isEmpty {
            text += "\n[policy]\n"
            for value in policy { text += "\(value.name) = \(Self.quoted(value.value))\n" }
        }
        for node in nodes {
            text += node.isSpareOnRoster ? "\n[[spare]]\n" : "\n[[node]]\n"
            text += "name = \(Self.quoted(node.name))\naddress = \(Self.quoted(node.address))\n"
            if let weight = node.rosterWeight { text += "weight = \(weight)\n" }
            if let zone = node.zone { text += "zone = \(Self.quoted(zone))\n" }
            if node.hasTags { text += "tags = [\(node.tags.map(Self.quoted).joined(separator: ", "))]\n" }
        }
        return text
    }

    /// The same for YAML and JSON.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("pool", .string(pool.pool)),
            .init(
                "base",
                .object([
                    .init("version", .integer(base.version)), .init("event", .integer(base.event)),
                    .init("id", .string(base.id)),
                ])
            ),
            .init("dialect", .string(pool.dialect.name)),
        ]
        if let options { members.append(.init("dialect-options", .string(options))) }
        if !policy.isEmpty {
            members.append(.init("policy", .object(policy.map { .init($0.name, .string($0.value)) })))
        }
        for (key, isSpare) in [("node", false), ("spare", true)] {
            let rows = nodes.filter { $0.isSpareOnRoster == isSpare }
            if !rows.isEmpty { members.append(.init(key, .array(rows.map(\.rosterJSON)))) }
        }
        return .object(members)
    }

    private var options: String? {
        let pairs = pool.dialect.options.pairs
        return pairs.isEmpty ? nil : pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }

    /// What an operator set, in the words of `pool set`.
    private var policy: [(name: String, value: String)] {
        pool.policy.pairs.filter { pool.overrides.contains($0.name) }
            .map { (String($0.name.map { $0 == "_" ? "-" : $0 }), $0.value) }
    }

    /// A basic string of TOML: the escapes of JSON are all among its own.
    private static func quoted(_ text: String) -> String { JSONValue.quoted(text) }
}

extension NodeRow {
    /// Whether it is on the roster as a spare.
    var isSpareOnRoster: Bool { admin == "spare" }

    /// The weight that the roster gives it; a spare has that of the slot that it covers.
    var rosterWeight: Int? { isSpareOnRoster ? nil : weight }

    fileprivate var hasTags: Bool { !tags.isEmpty && !isSpareOnRoster }

    fileprivate var rosterJSON: JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name)), .init("address", .string(address))]
        if let weight = rosterWeight { members.append(.init("weight", .integer(Int64(weight)))) }
        if let zone { members.append(.init("zone", .string(zone))) }
        if hasTags { members.append(.init("tags", .array(tags.map(JSONValue.string)))) }
        return .object(members)
    }
}
