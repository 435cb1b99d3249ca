/// The integer share of the key space that a slot asks for, relative to the other slots of its pool.
package struct Weight: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 1 to 10,000.
    package let value: Int

    /// The weights that a pool accepts.
    ///
    /// A dialect may accept fewer.
    package static let range = 1...10_000

    /// Validates a weight.
    package init(_ value: Int) throws(ValidationError) {
        guard Self.range.contains(value) else {
            throw ValidationError(field: "weight", problem: "\(value) is out of range", hint: "use 1 to 10000")
        }
        self.value = value
    }

    /// Parses a decimal weight.
    package init(parsing text: String) throws(ValidationError) {
        guard let value = Int(text) else {
            throw ValidationError(
                field: "weight",
                problem: "'\(printable(text))' is not a whole number",
                hint: "use 1 to 10000"
            )
        }
        try self.init(value)
    }

    package var description: String { "\(value)" }

    package static func < (a: Weight, b: Weight) -> Bool { a.value < b.value }
}
