/// The name of a pool: 1 to 63 bytes of `a-z 0-9 . _ -`, the first a letter or digit, without `..`.
///
/// The name becomes a directory below the snapshots, so nothing else is ever accepted.
package struct PoolName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name as text.
    package let text: String

    /// Validates `text` as a pool name.
    package init(_ text: String) throws(ValidationError) {
        try validateName(text, field: "pool")
        self.text = text
    }

    package var description: String { text }

    package static func < (a: PoolName, b: PoolName) -> Bool { a.text < b.text }
}

/// The name of a node, unique in its pool: same rules as ``PoolName``.
package struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name as text.
    package let text: String

    /// Validates `text` as a node name.
    package init(_ text: String) throws(ValidationError) {
        try validateName(text, field: "name")
        self.text = text
    }

    package var description: String { text }

    package static func < (a: NodeName, b: NodeName) -> Bool { a.text < b.text }
}

private func validateName(_ text: String, field: String) throws(ValidationError) {
    let rule = "use 1 to 63 characters of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
    guard !text.isEmpty else {
        throw ValidationError(field: field, problem: "is empty", hint: rule)
    }
    guard text.utf8.count <= 63 else {
        throw ValidationError(field: field, problem: "is \(text.utf8.count) bytes long", hint: rule)
    }
    for (index, byte) in text.utf8.enumerated() {
        let isAlphanumeric = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
        let isPunctuation = byte == 0x2E || byte == 0x5F || byte == 0x2D
        guard isAlphanumeric || (isPunctuation && index > 0) else {
            let problem = "'\(printable(text))' has a character that a name may not have at position \(index + 1)"
            throw ValidationError(field: field, problem: problem, hint: rule)
        }
    }
    var previous: UInt8 = 0
    for byte in text.utf8 {
        guard !(byte == 0x2E && previous == 0x2E) else {
            throw ValidationError(field: field, problem: "'\(text)' contains '..'", hint: rule)
        }
        previous = byte
    }
}

/// `text` with control characters shown as `\u{…}`, cut after 80 characters: safe to print on a terminal.
package func printable(_ text: String) -> String { printable(text, limit: 80) }

/// The same, cut after `limit` characters: a path is shown whole, since whoever reads it wants to go there.
package func printable(_ text: String, limit: Int) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == limit { return result + "…" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Refuses text with control characters or beyond `limit` bytes: for zones, tags, labels and reasons.
package func validateText(_ text: String, field: String, limit: Int) throws(ValidationError) {
    guard text.utf8.count <= limit else {
        throw ValidationError(
            field: field,
            problem: "is \(text.utf8.count) bytes long",
            hint: "use at most \(limit) bytes"
        )
    }
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator:
            throw ValidationError(
                field: field,
                problem: "'\(printable(text))' has a control character",
                hint: "use printable text on one line"
            )
        default: continue
        }
    }
}
