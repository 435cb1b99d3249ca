import RingCore
import RingSnapshots

/// One key as a line of text: what it is, its name, and its 32 bytes in base64.
///
/// The first word keeps the two kinds apart, so that a private key that is handed out in place of a public one is seen
/// by whoever reads it.
struct KeyLine {
    enum Kind: String {
        case `public` = "ringd-public-key"
        case `private` = "ringd-private-key"
    }

    let kind: Kind
    let id: String
    let bytes: [UInt8]

    /// The bytes of a key of either kind.
    static let keyByteCount = 32

    init(kind: Kind, id: String, bytes: [UInt8]) {
        self.kind = kind
        self.id = id
        self.bytes = bytes
    }

    /// Reads one line.
    ///
    /// No problem repeats the line, which may be a secret.
    init(parsing line: Substring) throws(ValidationError) {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 3, let kind = Kind(rawValue: String(words[0])) else {
            throw ValidationError(
                field: "key",
                problem: "is no key",
                hint: "a key is a line as in 'ringd-public-key ID BASE64'; 'ringctl key generate' makes one"
            )
        }
        try Self.validate(id: String(words[1]))
        guard let bytes = Base64.decoded(String(words[2])) else {
            throw ValidationError(
                field: "key",
                problem: "'\(words[1])' is not in base64",
                hint: "copy the whole line, '=' at its end included"
            )
        }
        guard bytes.count == Self.keyByteCount else { throw Self.wrongSize(bytes.count) }
        self.init(kind: kind, id: String(words[1]), bytes: bytes)
    }

    /// The keys of a text: one a line; empty lines and those that begin with `#` say nothing.
    ///
    /// - Throws: `ValidationError` whose field is the line.
    static func all(in text: String) throws(ValidationError) -> [KeyLine] {
        var keys: [KeyLine] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard !line.allSatisfy({ $0 == " " || $0 == "\t" }), line.first != "#" else { continue }
            do throws(ValidationError) {
                keys.append(try KeyLine(parsing: line))
            } catch {
                throw ValidationError(field: "line \(index + 1)", problem: error.problem, hint: error.hint)
            }
        }
        return keys
    }

    var text: String { "\(kind.rawValue) \(id) \(Base64.encoded(bytes))" }

    static func validate(id: String) throws(ValidationError) {
        do throws(ValidationError) {
            // The names of keys follow the rules of all names.
            _ = try NodeName(id)
        } catch {
            throw ValidationError(field: "key id", problem: error.problem, hint: error.hint)
        }
    }

    static func wrongSize(_ count: Int) -> ValidationError {
        ValidationError(
            field: "key",
            problem: "has \(count) bytes in place of \(keyByteCount)",
            hint: "copy the whole line, '=' at its end included"
        )
    }
}
