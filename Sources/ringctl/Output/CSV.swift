import RingAPI

extension JSONValue {
    /// An answer as RFC 4180 with a line of names: a row for each element of its list, or one row for all of it.
    ///
    /// The values are those of the JSON, so a share is `0.125400` and a time is whole. What is nested gets the names
    /// along the way, joined by a point; a list of words is joined by spaces.
    ///
    /// - Parameter list: the member that holds the list; `nil` for an answer without one.
    func csv(list: String?) -> String {
        let rows = records(of: list).map { Self.flattened($0) }
        var names: [String] = []
        for row in rows {
            for field in row where !names.contains(field.name) { names.append(field.name) }
        }
        var text = Self.line(names)
        for row in rows { text += Self.line(names.map { name in row.first { $0.name == name }?.text ?? "" }) }
        return names.isEmpty ? "" : text
    }

    private typealias Field = (name: String, text: String)

    /// The objects that become rows.
    private func records(of list: String?) -> [JSONValue] {
        guard let list else { return [self] }
        guard case .array(let elements)? = self[list] else { return [] }
        return elements
    }

    private static func flattened(_ value: JSONValue, below path: String = "") -> [Field] {
        guard case .object(let members) = value else { return [(path, value.field)] }
        return members.flatMap { flattened($0.value, below: path.isEmpty ? $0.name : path + "." + $0.name) }
    }

    private var field: String {
        switch self {
        case .null: ""
        case .string(let text): text.onOneLine
        case .array(let elements): elements.map(\.field).joined(separator: " ")
        case .bool, .integer, .decimal, .object: compactText
        }
    }

    private static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
