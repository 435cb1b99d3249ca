/// A value of a TOML or YAML document, with the place where it stands.
package struct DocumentValue: Hashable, Sendable {
    package var place: Place
    package var content: Content

    /// A place in the text; both count from 1.
    package struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package var description: String { "\(line):\(column)" }

        package static func < (a: Place, b: Place) -> Bool { (a.line, a.column) < (b.line, b.column) }
    }

    /// What the value is.
    package indirect enum Content: Hashable, Sendable {
        case text(String)
        case integer(Int64)
        case truth(Bool)
        case list([DocumentValue])
        /// In the order of the text.
        case table([Entry])
        /// What no document of this program has: `a date`, `a decimal number`, `nothing`.
        case other(String)
    }

    /// A key with its value.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// Where the key stands.
        package var place: Place
        package var value: DocumentValue

        package init(name: String, place: Place, value: DocumentValue) {
            self.name = name
            self.place = place
            self.value = value
        }
    }

    package init(place: Place, content: Content) {
        self.place = place
        self.content = content
    }

    /// What the value is, as a message says it: `a list`.
    package var kind: String {
        switch content {
        case .text: "a text"
        case .integer: "a number"
        case .truth: "a truth value"
        case .list: "a list"
        case .table: "a table"
        case .other(let kind): kind
        }
    }
}

/// Text that is no document: what is wrong, where, and what to do next.
package struct DocumentError: Error, Hashable, Sendable {
    package var place: DocumentValue.Place
    /// What is wrong, as a sentence without a full stop.
    package var problem: String
    package var hint: String

    package init(at place: DocumentValue.Place, _ problem: String, hint: String) {
        self.place = place
        self.problem = problem
        self.hint = hint
    }
}
