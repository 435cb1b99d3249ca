import TOMLKit

extension DocumentValue {
    /// Reads a TOML document: always a table, each key and value with its place.
    ///
    /// - Throws: `DocumentError` at the first byte that is not TOML.
    package init(toml text: String) throws(DocumentError) {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw DocumentError(
                at: Place(line: max(1, begin.line), column: max(1, begin.column)),
                error.description,
                hint: "write it as TOML: KEY = VALUE, texts in quotes"
            )
        } catch {
            throw DocumentError(at: Place(line: 1, column: 1), "\(error)", hint: "write it as TOML")
        }
        self.init(table, at: "", TOMLPlaces(text))
    }

    private static let start = Place(line: 1, column: 1)

    private init(_ table: TOMLTable, at path: String, _ places: TOMLPlaces) {
        let place = places.values[path] ?? places.keys[path] ?? Self.start
        let entries = table.keys.compactMap { name -> Entry? in
            guard let value = table[name] else { return nil }
            let inner = TOMLPlaces.path(path, name)
            return Entry(
                name: name,
                place: places.keys[inner] ?? place,
                value: DocumentValue(value.tomlValue, at: inner, places)
            )
        }
        self.init(place: place, content: .table(entries.sorted { $0.place < $1.place }))
    }

    private init(_ value: TOMLValue, at path: String, _ places: TOMLPlaces) {
        let place = places.values[path] ?? places.keys[path] ?? Self.start
        if let table = value.table {
            self.init(table, at: path, places)
        } else if let array = value.array {
            let elements = array.enumerated().map { DocumentValue($1.tomlValue, at: "\(path)[\($0)]", places) }
            self.init(place: place, content: .list(elements))
        } else if let text = value.string {
            self.init(place: place, content: .text(text))
        } else if let truth = value.bool {
            self.init(place: place, content: .truth(truth))
        } else if let number = value.int {
            self.init(place: place, content: .integer(Int64(number)))
        } else if value.type == .double {
            self.init(place: place, content: .other("a decimal number"))
        } else {
            self.init(place: place, content: .other("a date"))
        }
    }
}
