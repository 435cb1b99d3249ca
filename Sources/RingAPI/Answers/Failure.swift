/// The answer to a request that was not fulfilled.
package struct Failure: Error, Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var error: Details

    /// What is wrong, where, and what to do next.
    package struct Details: Codable, Hashable, Sendable {
        package var code: Code
        /// The offending field, as the operator knows it.
        package var field: String?
        package var problem: String
        package var hint: String
    }

    /// A stable word for programs.
    ///
    /// New ones may be added, so a reader must expect words that it does not know.
    package struct Code: RawRepresentable, Codable, Hashable, Sendable {
        package var rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The input itself is not acceptable.
        package static let invalid = Code(rawValue: "invalid")
        /// No such pool, node, version or route.
        package static let notFound = Code(rawValue: "not-found")
        /// The pool's version is not the expected one.
        package static let versionConflict = Code(rawValue: "version-conflict")
        /// Too many changes wait already; try again.
        package static let busy = Code(rawValue: "busy")
        /// Whether the change is there is unknown; ask again with the same request.
        package static let unknownOutcome = Code(rawValue: "unknown-outcome")
        /// The caller may not do this.
        package static let forbidden = Code(rawValue: "forbidden")
        /// The request is beyond a limit of the server.
        package static let tooLarge = Code(rawValue: "too-large")
        /// The `Host` header names another server.
        package static let wrongHost = Code(rawValue: "wrong-host")
        /// A defect of the server.
        package static let internalError = Code(rawValue: "internal")
    }

    package init(_ code: Code, field: String? = nil, problem: String, hint: String) {
        error = Details(code: code, field: field, problem: problem, hint: hint)
    }
}
