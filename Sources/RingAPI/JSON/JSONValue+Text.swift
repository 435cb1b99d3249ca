extension JSONValue {
    /// The value as one line without spaces.
    package var compactText: String {
        var text: [UInt8] = []
        write(to: &text, indentation: nil)
        return String(decoding: text, as: UTF8.self)
    }

    /// The value over several lines, two spaces a level, without a final newline.
    package var prettyText: String {
        var text: [UInt8] = []
        write(to: &text, indentation: 0)
        return String(decoding: text, as: UTF8.self)
    }

    /// `string` in quotes, safe to print on a terminal.
    package static func quoted(_ string: String) -> String {
        var text: [UInt8] = []
        text.append(quoted: string)
        return String(decoding: text, as: UTF8.self)
    }

    private func write(to text: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .integer(let value): text += String(value).utf8
        case .decimal(let value): text += value.utf8
        case .string(let value): text.append(quoted: value)
        case .array(let elements):
            Self.writeList(elements, "[", "]", to: &text, indentation: indentation) { element, text, deeper in
                element.write(to: &text, indentation: deeper)
            }
        case .object(let members):
            Self.writeList(members, "{", "}", to: &text, indentation: indentation) { member, text, deeper in
                text.append(quoted: member.name)
                text += (deeper == nil ? ":" : ": ").utf8
                member.value.write(to: &text, indentation: deeper)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        _ opening: String,
        _ closing: String,
        to text: inout [UInt8],
        indentation: Int?,
        _ write: (Element, inout [UInt8], Int?) -> Void
    ) {
        guard !elements.isEmpty else {
            text += (opening + closing).utf8
            return
        }
        let deeper = indentation.map { $0 + 2 }
        text += opening.utf8
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            if let deeper { text += ("\n" + String(repeating: " ", count: deeper)).utf8 }
            write(element, &text, deeper)
        }
        if let indentation { text += ("\n" + String(repeating: " ", count: indentation)).utf8 }
        text += closing.utf8
    }
}
