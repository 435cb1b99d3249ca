import RingCore
import RingDocuments

/// Turns a document into a roster and gathers all that is wrong with it.
struct RosterReader {
    private var roster: RosterFile
    private var problems: [DocumentError] = []
    private var names: [NodeName: DocumentValue.Place] = [:]
    private var addresses: [NodeAddress: DocumentValue.Place] = [:]

    private static let keys = ["pool", "base", "dialect", "dialect-options", "policy", "node", "spare"]
    private static let nodeKeys = ["name", "address", "weight", "zone", "tags"]
    private static let spareKeys = ["name", "address", "zone"]
    private static let baseKeys = ["version", "event", "id"]

    init(file: String) { roster = RosterFile(file: file) }

    /// - Throws: ``RosterProblems``.
    mutating func read(_ document: DocumentValue) throws -> RosterFile {
        for entry in table(document, keys: Self.keys, what: "the file") {
            switch entry.name {
            case "pool":
                roster.place = entry.value.place
                roster.pool = checked(entry.value.place, text(entry), PoolName.init(_:))
            case "base": roster.base = base(entry)
            case "dialect", "dialect-options":
                if let value = text(entry) { set(entry.name, value, entry.place) }
            case "policy":
                for setting in table(entry.value, keys: nil, what: "policy") {
                    if let value = scalar(setting) { set(setting.name, value, setting.place) }
                }
            case "node", "spare": servers(entry)
            default: continue
            }
        }
        if roster.entries.count > RosterFile.entryLimit {
            note(
                roster.entries[RosterFile.entryLimit].place,
                "\(roster.entries.count) servers are too many",
                "a pool has at most \(RosterFile.entryLimit)"
            )
        }
        guard problems.isEmpty else { throw RosterProblems(file: roster.file, problems: problems) }
        return roster
    }

    private mutating func set(_ key: String, _ value: String, _ place: DocumentValue.Place) {
        roster.settings.append(.init(key: key, value: value, place: place))
    }

    private mutating func base(_ entry: DocumentValue.Entry) -> RosterFile.Base? {
        var base = RosterFile.Base(version: -1, event: -1, id: "")
        for member in table(entry.value, keys: Self.baseKeys, what: "base") {
            switch (member.name, member.value.content) {
            case ("version", .integer(let number)) where number >= 0: base.version = number
            case ("event", .integer(let number)) where number >= 0: base.event = number
            case ("id", .text(let id)) where Self.isID(id): base.id = id
            default: note(member.value.place, "'\(member.name)' is not what was exported", Self.baseHint)
            }
        }
        guard base.version >= 0, base.event >= 0, !base.id.isEmpty else {
            note(entry.place, "'base' is not whole", Self.baseHint)
            return nil
        }
        return base
    }

    private static let baseHint = "export again, or leave 'base' out: then the file is the truth"

    private static func isID(_ text: String) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    private mutating func servers(_ entry: DocumentValue.Entry) {
        guard case .list(let elements) = entry.value.content else {
            note(
                entry.value.place,
                "'\(entry.name)' is \(entry.value.kind), not a list of tables",
                "begin each server with [[\(entry.name)]] in TOML, with '- name:' in YAML"
            )
            return
        }
        let isSpare = entry.name == "spare"
        for element in elements { server(element, isSpare: isSpare) }
    }

    private mutating func server(_ element: DocumentValue, isSpare: Bool) {
        let before = problems.count
        var name: NodeName?
        var address: NodeAddress?
        var weight: Weight?
        var zone: String?
        var tags: [String]?
        let what = isSpare ? "a spare" : "a node"
        for member in table(element, keys: isSpare ? Self.spareKeys : Self.nodeKeys, what: what) {
            let place = member.value.place
            switch member.name {
            case "name": name = checked(place, text(member), NodeName.init(_:))
            case "address": address = checked(place, text(member), NodeAddress.init(parsing:))
            case "weight": weight = checked(place, scalar(member), Weight.init(parsing:))
            case "zone": zone = checked(place, text(member), zoneName(_:))
            case "tags": tags = words(member)
            default: continue
            }
        }
        guard problems.count == before else { return }
        guard let name, let address else {
            note(
                element.place,
                "\(what) has no \(name == nil ? "name" : "address")",
                "give name = \"cache-1\" and address = \"10.0.0.1:11211\""
            )
            return
        }
        if let first = names.updateValue(element.place, forKey: name) {
            note(element.place, "'\(name)' stands here and in line \(first.line)", "name each server once")
        } else if let first = addresses.updateValue(element.place, forKey: address) {
            note(element.place, "\(address) stands here and in line \(first.line)", "give each server its own address")
        }
        roster.entries.append(
            .init(
                name: name,
                address: address,
                isSpare: isSpare,
                weight: weight,
                zone: zone,
                tags: tags,
                place: element.place
            )
        )
    }

    // MARK: Values

    /// The members of a table whose names are known; `nil` for `keys` takes any.
    private mutating func table(_ value: DocumentValue, keys: [String]?, what: String) -> [DocumentValue.Entry] {
        guard case .table(let entries) = value.content else {
            note(value.place, "\(what) is \(value.kind), not a table", "write KEY = VALUE in TOML, KEY: VALUE in YAML")
            return []
        }
        guard let keys else { return entries }
        for entry in entries where !keys.contains(entry.name) {
            let nearest = nearestName(to: entry.name, among: keys)
            note(
                entry.place,
                "'\(printable(entry.name))' is not a key of \(what)",
                nearest.map { "did you mean '\($0)'?" } ?? "use \(keys.joined(separator: ", "))"
            )
        }
        return entries.filter { keys.contains($0.name) }
    }

    private mutating func text(_ entry: DocumentValue.Entry) -> String? {
        guard case .text(let text) = entry.value.content else {
            note(entry.value.place, "'\(entry.name)' is \(entry.value.kind), not a text", "write its value in quotes")
            return nil
        }
        return text
    }

    /// A text, number or truth value as `KEY=VALUE` takes it.
    private mutating func scalar(_ entry: DocumentValue.Entry) -> String? {
        switch entry.value.content {
        case .text(let text): return text
        case .integer(let number): return "\(number)"
        case .truth(let isTrue): return isTrue ? "true" : "false"
        case .list, .table, .other:
            note(
                entry.value.place,
                "'\(printable(entry.name))' is \(entry.value.kind), not one value",
                "write a number, or a text in quotes"
            )
            return nil
        }
    }

    private mutating func words(_ entry: DocumentValue.Entry) -> [String]? {
        guard case .list(let elements) = entry.value.content else {
            note(entry.value.place, "'\(entry.name)' is \(entry.value.kind), not a list", "write [\"one\", \"two\"]")
            return nil
        }
        return elements.compactMap { element in
            guard case .text(let text) = element.content else {
                note(element.place, "a tag is \(element.kind), not a text", "write it in quotes")
                return nil
            }
            return checked(element.place, text, tagWord(_:))
        }
    }

    private mutating func checked<Value>(
        _ place: DocumentValue.Place,
        _ text: String?,
        _ parse: (String) throws(RingCore.ValidationError) -> Value
    ) -> Value? {
        guard let text else { return nil }
        do throws(RingCore.ValidationError) {
            return try parse(text)
        } catch {
            note(place, "\(error.field): \(error.problem)", error.hint)
            return nil
        }
    }

    private mutating func note(_ place: DocumentValue.Place, _ problem: String, _ hint: String) {
        problems.append(DocumentError(at: place, problem, hint: hint))
    }
}

/// Checks a zone; an empty one takes the zone away.
private func zoneName(_ text: String) throws(RingCore.ValidationError) -> String {
    try validateText(text, field: "zone", limit: 63)
    return text
}

/// Checks a tag: the separator of lists cannot be part of it.
private func tagWord(_ text: String) throws(RingCore.ValidationError) -> String {
    try validateText(text, field: "tag", limit: 63)
    guard !text.isEmpty, !text.utf8.contains(0x2C) else {
        throw RingCore.ValidationError(field: "tag", problem: "'\(printable(text))' is no word", hint: "use no comma")
    }
    return text
}
