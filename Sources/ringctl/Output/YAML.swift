import RingAPI

extension JSONValue {
    /// The value as YAML 1.2, in a form that readers of YAML 1.1 understand alike.
    ///
    /// Text is quoted unless nobody could take it for a number, a date or a truth value.
    var yaml: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private func write(to text: inout String, indentation: Int) {
        let margin = String(repeating: " ", count: indentation)
        switch self {
        case .object(let members) where !members.isEmpty:
            for member in members {
                text += margin + Self.scalar(member.name) + ":"
                member.value.writeBelow(to: &text, indentation: indentation + 2)
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                var inner = ""
                element.write(to: &inner, indentation: indentation + 2)
                // The first line of the element stands beside the dash.
                text += margin + "- " + inner.dropFirst(element.isBlock ? indentation + 2 : 0)
            }
        case .null, .bool, .integer, .decimal, .string, .array, .object:
            text += inline + "\n"
        }
    }

    private func writeBelow(to text: inout String, indentation: Int) {
        if isBlock {
            text += "\n"
            write(to: &text, indentation: indentation)
        } else {
            text += " " + inline + "\n"
        }
    }

    private var isBlock: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        case .null, .bool, .integer, .decimal, .string: false
        }
    }

    private var inline: String {
        if case .string(let value) = self { return Self.scalar(value) }
        return compactText
    }

    private static let reserved: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    private static func scalar(_ value: String) -> String {
        let isPlain = value.utf8.enumerated().allSatisfy { index, byte in
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte == 0x2F
            let isInner = (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
            return isLetter || (index > 0 && isInner)
        }
        guard isPlain, !value.isEmpty, !reserved.contains(value.lowercased()) else { return quoted(value) }
        return value
    }
}
