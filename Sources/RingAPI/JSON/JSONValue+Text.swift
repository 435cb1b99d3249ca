extension JSONValue {
    /// The value as one line without spaces.
    package var compactText: String {
        var text = ""
        write(to: &text, indentation: nil)
        return text
    }

    /// The value over several lines, two spaces a level, without a final newline.
    package var prettyText: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .decimal(let value): text += value
        case .string(let value): Self.writeQuoted(value, to: &text)
        case .array(let elements):
            Self.writeList(elements, "[", "]", to: &text, indentation: indentation) { element, text, deeper in
                element.write(to: &text, indentation: deeper)
            }
        case .object(let members):
            Self.writeList(members, "{", "}", to: &text, indentation: indentation) { member, text, deeper in
                Self.writeQuoted(member.name, to: &text)
                text += deeper == nil ? ":" : ": "
                member.value.write(to: &text, indentation: deeper)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        _ opening: String,
        _ closing: String,
        to text: inout String,
        indentation: Int?,
        _ write: (Element, inout String, Int?) -> Void
    ) {
        guard !elements.isEmpty else {
            text += opening + closing
            return
        }
        let deeper = indentation.map { $0 + 2 }
        text += opening
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let deeper { text += "\n" + String(repeating: " ", count: deeper) }
            write(element, &text, deeper)
        }
        if let indentation { text += "\n" + String(repeating: " ", count: indentation) }
        text += closing
    }

    /// Writes `string` with quotes.
    ///
    /// Beyond what JSON demands, every control character is escaped, those of the C1 block and the line separators
    /// included, so that the text is safe to print on a terminal.
    package static func writeQuoted(_ string: String, to text: inout String) {
        text += "\""
        if string.isPlainJSON {
            text += string
            text += "\""
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{200E}", "\u{200F}",
                "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension String {
    /// Whether each byte is a printable character of ASCII that stands for itself: most text is, and needs no look at
    /// its scalars.
    fileprivate var isPlainJSON: Bool {
        utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}
