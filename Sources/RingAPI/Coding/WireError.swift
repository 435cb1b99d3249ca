/// A message of the right form that does not fit its type.
package struct WireError: Error, Hashable, Sendable {
    /// The member, as `nodes.0.weight`; empty for the message itself.
    package let path: String
    /// What is wrong, as a sentence without a full stop.
    package let problem: String

    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    init(path: [any CodingKey], problem: String) {
        self.init(
            path: path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."),
            problem: problem
        )
    }

    init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self.init(path: context.codingPath, problem: context.debugDescription)
        case .keyNotFound(let key, let context):
            self.init(path: context.codingPath + [key], problem: "is missing")
        @unknown default:
            self.init(path: "", problem: "this message cannot be read")
        }
    }
}
