import RingAPI
import RingCore

/// Policy values in a file: `KEY=VALUE` lines, or TOML with the same keys.
///
///     # what we would like to try
///     on-failure = ["spare", "eject"]
///     confirm = "5s"
///     burst-nodes = 4
///     damping = off
///
/// A value stands with or without quotes; a list in brackets or by commas. A header `[policy]` is allowed. What a key
/// means is the daemon's to say.
struct PolicyFile {
    /// In the order of the file.
    let values: NamedValues

    /// The largest file: there are some thirty keys.
    private static let byteLimit = 1 << 20

    /// Reads `path`, or standard input for `-`.
    ///
    /// - Throws: `CommandFailure` of status 65 with the line and column of the first thing that is no setting.
    init(path: String) throws {
        let name = path == "-" ? "standard input" : printable(path)
        let bytes = try InputFile.contents(of: path, limit: Self.byteLimit)
        try self.init(String(decoding: bytes, as: UTF8.self), name: name)
    }

    init(_ text: String, name: String) throws {
        var pairs: [NamedValues.Pair] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = Self.withoutComment(line)
            guard content.contains(where: { !$0.isWhitespace }), Self.trimmed(content) != "[policy]" else { continue }
            func failure(_ at: Substring, _ problem: String, hint: String) -> CommandFailure {
                let column = line.utf8.distance(from: line.startIndex, to: at.startIndex) + 1
                return CommandFailure(in: name, at: TextPosition(line: index + 1, column: column), problem, hint: hint)
            }
            guard let mark = content.firstIndex(of: "=") else {
                let word = Self.trimmed(content)
                throw failure(word, "'\(printable(String(word)))' is no setting", hint: "write KEY = VALUE")
            }
            let key = Self.trimmed(content[..<mark])
            guard !key.isEmpty, key.utf8.allSatisfy(Self.isKeyByte) else {
                throw failure(
                    key,
                    "'\(printable(String(key)))' is not a key",
                    hint: "use the keys of 'ringctl pool show'"
                )
            }
            guard !pairs.contains(where: { $0.name == key }) else {
                throw failure(key, "'\(key)' stands twice", hint: "name it once")
            }
            let raw = Self.trimmed(content[content.index(after: mark)...])
            guard let value = Self.value(raw) else {
                throw failure(
                    raw,
                    "'\(printable(String(raw)))' is not a value",
                    hint: "write 5s, \"5s\", or [\"spare\", \"eject\"] with all quotes and brackets closed"
                )
            }
            pairs.append(NamedValues.Pair(String(key), value))
        }
        values = NamedValues(pairs)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }

    /// The line up to a `#` that does not stand in quotes.
    private static func withoutComment(_ line: Substring) -> Substring {
        var quote: Character?
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#" {
                return line[..<index]
            }
        }
        return line
    }

    /// The text of a value; `nil` where something is not closed, or nothing is there.
    private static func value(_ text: Substring) -> String? {
        guard text.first == "[" else { return single(text) }
        guard text.count > 1, text.last == "]" else { return nil }
        var items: [String] = []
        for item in text.dropFirst().dropLast().split(separator: ",") {
            guard let value = single(trimmed(item)) else { return nil }
            items.append(value)
        }
        return items.isEmpty ? nil : items.joined(separator: ",")
    }

    private static func single(_ text: Substring) -> String? {
        guard let first = text.first else { return nil }
        guard first == "\"" || first == "'" else {
            let isPlain = !text.contains { $0 == "\"" || $0 == "'" || $0 == "[" || $0 == "]" }
            return isPlain ? switchWord(String(text)) : nil
        }
        guard text.count > 1, text.last == first else { return nil }
        let inner = text.dropFirst().dropLast()
        return inner.isEmpty || inner.contains(first) ? nil : String(inner)
    }

    /// TOML's words for what is on or off.
    private static func switchWord(_ text: String) -> String {
        switch text {
        case "true": "on"
        case "false": "off"
        default: text
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? start
        return text[start..<max(start, end)]
    }
}
