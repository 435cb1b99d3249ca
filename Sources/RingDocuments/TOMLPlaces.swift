/// Where the keys and values of a TOML document stand: TOMLKit keeps no places.
///
/// The document is one that TOMLKit has accepted, so this only has to find its way through it. A path is written as
/// `node[3].weight`; a name that is not plain stands in quotes, so that no two paths are the same text.
///
/// - Complexity: O(*n*) in bytes.
struct TOMLPlaces {
    /// The places of keys and of the headers of tables.
    private(set) var keys: [String: DocumentValue.Place] = [:]
    /// The places of values.
    private(set) var values: [String: DocumentValue.Place] = [:]
    /// How many elements each list of tables has so far.
    private var counts: [String: Int] = [:]
    private var scanner: TOMLScanner

    init(_ text: String) {
        scanner = TOMLScanner(text)
        var table = ""
        while scanner.skipToStatement() {
            if scanner.byte == 0x5B {
                table = header()
            } else {
                keyAndValue(below: table)
            }
        }
    }

    /// A path one name longer.
    static func path(_ parent: String, _ name: String) -> String {
        let isPlain =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
            }
        return (parent.isEmpty ? "" : parent + ".") + (isPlain ? name : "\"\(name)\"")
    }

    private mutating func header() -> String {
        let place = scanner.place
        scanner.advance()
        let isList = scanner.byte == 0x5B
        if isList { scanner.advance() }
        let names = scanner.key()
        var path = ""
        for (index, name) in names.enumerated() {
            path = Self.path(path, name)
            if index < names.count - 1, let count = counts[path] { path += "[\(count - 1)]" }
        }
        if isList {
            let count = counts[path, default: 0]
            counts[path] = count + 1
            note(place, key: path)
            path += "[\(count)]"
        }
        note(place, key: path)
        values[path] = place
        scanner.skipLine()
        return path
    }

    private mutating func keyAndValue(below table: String) {
        let place = scanner.place
        var path = table
        for name in scanner.key() {
            path = Self.path(path, name)
            note(place, key: path)
        }
        scanner.skip { $0 != 0x3D }
        scanner.advance()
        value(at: path)
    }

    /// The first place of a key counts: a table may be spoken of again.
    private mutating func note(_ place: DocumentValue.Place, key path: String) {
        if keys[path] == nil { keys[path] = place }
    }

    private mutating func value(at path: String) {
        scanner.skipBlank()
        values[path] = scanner.place
        switch scanner.byte {
        case 0x22, 0x27: scanner.skipString()
        case 0x5B:
            scanner.advance()
            var index = 0
            while scanner.skipToElement(before: 0x5D) {
                value(at: "\(path)[\(index)]")
                index += 1
            }
            scanner.advance()
        case 0x7B:
            scanner.advance()
            while scanner.skipToElement(before: 0x7D) { keyAndValue(below: path) }
            scanner.advance()
        default: scanner.skipWord()
        }
    }
}
