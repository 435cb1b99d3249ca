/// A JSON value whose members keep their order, so that equal answers are equal bytes.
///
/// Both ends of the control API use it in place of a general coder: it bounds what it reads, refuses a repeated member
/// and says where the text is wrong, and what it writes reads like the documentation.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as its text: `0.125400` keeps its zeros.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One member of an object.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The member of that name, if this is an object that has one.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

/// Text that is not acceptable JSON, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a sentence without a full stop.
    package let problem: String
    /// Both count from 1; a column is a byte.
    package let line: Int
    package let column: Int

    package var description: String { "line \(line), column \(column): \(problem)" }
}
