extension Character {
    /// The columns that a terminal gives the character: 0, 1 or 2.
    ///
    /// East Asian wide and fullwidth forms and emoji take two; a joined sequence takes what its first part takes.
    var displayWidth: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}") { return 2 }
        return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks of Unicode's East Asian Width W and F.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1B000...0x1B2FF, 0x20000...0x3FFFD,
    ]
}

extension String {
    /// The columns that a terminal gives the text.
    var displayWidth: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.displayWidth } }

    /// Whether each byte is a printable character of ASCII, one column wide: most text is, and needs no look at Unicode.
    var isPlain: Bool {
        func arePlain(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { (0x20...0x7E).contains($0) } }
        // Bytes that lie in a row are looked at many times faster than through the string.
        return utf8.withContiguousStorageIfAvailable { arePlain($0) } ?? arePlain(utf8)
    }

    /// The text cut to `columns`, an ellipsis in place of what is missing.
    func cut(toColumns columns: Int) -> String {
        guard displayWidth > columns else { return self }
        if isPlain { return String(prefix(max(0, columns - 1))) + "…" }
        var result = ""
        var width = 1
        for character in self {
            width += character.displayWidth
            guard width <= columns else { break }
            result.append(character)
        }
        return result + "…"
    }
}
