import HTTPTypes

extension HTTPField.Name {
    /// The identifier of a request: chosen by the client, so that a retried request has one effect.
    static let requestID = known("X-Request-Id")

    /// What a link tells of where it was followed.
    static let referrerPolicy = known("Referrer-Policy")
    /// Where a stream of events that broke off is to be taken up.
    static let lastEventID = known("Last-Event-ID")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("no header name: \(name)") }
        return name
    }
}
