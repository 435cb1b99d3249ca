/// A value from outside that is not acceptable: what is wrong, where, and what to do next.
///
/// Nothing has been changed when this error is thrown.
package struct ValidationError: Error, Equatable, Sendable {
    /// The name of the offending field, as the operator knows it: `name`, `port`, `weight`.
    package let field: String
    /// What is wrong, as a sentence without a full stop.
    package let problem: String
    /// What to do next, as a sentence without a full stop.
    package let hint: String

    /// Creates an error about one field.
    package init(field: String, problem: String, hint: String) {
        self.field = field
        self.problem = problem
        self.hint = hint
    }
}

extension ValidationError: CustomStringConvertible {
    package var description: String { "\(field): \(problem); \(hint)" }
}
