/// Where the elements of the outermost array of a valid JSON text begin.
///
/// Parsed values do not remember their places; this walks the text again, once, for those who have to name one.
/// - Precondition: `bytes` were parsed and are an array.
func elementPositions(ofArray bytes: [UInt8]) -> [TextPosition] {
    var positions: [TextPosition] = []
    var place = TextPosition(line: 1, column: 0)
    var depth = 0
    var isInString = false
    var isEscaped = false
    var expectsElement = false
    for byte in bytes {
        if byte == 0x0A { place = TextPosition(line: place.line + 1, column: 0) } else { place.column += 1 }
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            continue
        }
        let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
        if expectsElement, !isSpace, byte != UInt8(ascii: "]") {
            positions.append(place)
            expectsElement = false
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            if depth == 1 { expectsElement = true }
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: ",") where depth == 1: expectsElement = true
        default: break
        }
    }
    return positions
}
