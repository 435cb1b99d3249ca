import HTTPTypes

extension HTTPField.Name {
    /// The identifier of a request: chosen by the client, so that a retried request has one effect.
    static let requestID = known("X-Request-Id")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("no header name: \(name)") }
        return name
    }
}
