import RingAPI

/// Keys as a JSON array of strings; a key is the UTF-8 of its string.
///
/// The array is read piece by piece, so that it may be longer than memory.
struct KeyArray: KeySource {
    private let file: InputFile
    private var piece: [UInt8] = []
    private var next = 0
    private var filled = 0
    private var place = TextPosition(line: 1, column: 1)
    private var state = State.before
    private(set) var bytesRead = 0

    private enum State {
        case before
        /// Behind the opening bracket: a key or the end.
        case opened
        /// Behind a key: a comma or the end.
        case between
        case ended
    }

    /// A batch is handed over once it has so many keys or bytes.
    private static let keyLimit = 8192

    init(_ file: InputFile) { self.file = file }

    mutating func read(into batch: inout KeyBatch) throws -> Bool {
        batch.keys.removeAll(keepingCapacity: true)
        batch.bytes.removeAll(keepingCapacity: true)
        while state != .ended, batch.keys.count < Self.keyLimit, batch.bytes.count < KeyLines.pieceSize {
            try step(&batch)
        }
        batch.countUnusual(hasOddBytes: true)
        return !batch.keys.isEmpty
    }

    /// Reads one bracket, comma or key.
    private mutating func step(_ batch: inout KeyBatch) throws {
        let byte = try token()
        switch (state, byte) {
        case (.before, UInt8(ascii: "[")):
            advance()
            state = .opened
        case (.opened, UInt8(ascii: "]")), (.between, UInt8(ascii: "]")):
            advance()
            state = .ended
            if try token() != nil { throw failure("text follows the end of the array") }
        case (.opened, UInt8(ascii: "\"")):
            try key(into: &batch)
        case (.between, UInt8(ascii: ",")):
            advance()
            guard try token() == UInt8(ascii: "\"") else { throw failure("a key in quotes belongs here") }
            try key(into: &batch)
        case (_, nil): throw failure("the text ends too early")
        case (.before, _): throw failure("this is no JSON array")
        case (.opened, _): throw failure("a key in quotes belongs here")
        default: throw failure("a ',' or ']' is missing")
        }
    }

    private mutating func key(into batch: inout KeyBatch) throws {
        let start = batch.bytes.count
        let position = place
        var hasEscape = false
        advance()
        while true {
            guard let byte = try peek() else { throw failure("a string is never closed", at: position) }
            guard byte != UInt8(ascii: "\"") else { break }
            guard byte >= 0x20 else { throw failure("a control character stands in a string") }
            guard batch.bytes.count - start < KeyLines.longestLine else {
                throw failure("a string of more than \(KeyLines.longestLine >> 20) MiB", at: position)
            }
            batch.bytes.append(byte)
            advance()
            guard byte == UInt8(ascii: "\\") else { continue }
            hasEscape = true
            guard let escaped = try peek() else { throw failure("a string is never closed", at: position) }
            batch.bytes.append(escaped)
            advance()
        }
        advance()
        if hasEscape {
            let text = [UInt8(ascii: "\"")] + batch.bytes[start...] + [UInt8(ascii: "\"")]
            do throws(JSONError) {
                guard case .string(let key) = try JSONValue(parsing: text) else { return }
                batch.bytes.replaceSubrange(start..., with: key.utf8)
            } catch {
                let column = position.column + error.column - 1
                throw failure(error.problem, at: TextPosition(line: position.line, column: column))
            }
        } else if String(validating: batch.bytes[start...], as: UTF8.self) == nil {
            throw failure("this is not UTF-8", at: position)
        }
        batch.keys.append(start..<batch.bytes.count)
        state = .between
    }

    /// The next byte that is no space; `nil` at the end.
    private mutating func token() throws -> UInt8? {
        while let byte = try peek() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            advance()
        }
        return nil
    }

    private mutating func peek() throws -> UInt8? {
        if next == filled {
            if piece.isEmpty { piece = [UInt8](repeating: 0, count: KeyLines.pieceSize) }
            filled = try file.read(into: &piece, from: 0)
            next = 0
            bytesRead += filled
            guard filled > 0 else { return nil }
        }
        return piece[next]
    }

    /// Steps over the byte that ``peek()`` has shown.
    private mutating func advance() {
        if piece[next] == 0x0A {
            place = TextPosition(line: place.line + 1, column: 1)
        } else {
            place.column += 1
        }
        next += 1
    }

    private func failure(_ problem: String, at position: TextPosition? = nil) -> CommandFailure {
        CommandFailure(in: file.name, at: position ?? place, problem, hint: "give a JSON array of strings")
    }
}
