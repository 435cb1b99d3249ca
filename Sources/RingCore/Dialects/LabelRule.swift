/// The text by which a client knows a server, and which it hashes.
enum LabelRule: Hashable, Sendable {
    /// The host, with the port where it is not 11211.
    case hostUnlessOtherPort
    /// The host and the port, always.
    case hostAndPort
    /// The same with brackets around an IPv6 address.
    case bracketedHostAndPort
    /// The address that the host resolved to, and the port, with brackets around IPv6.
    case resolvedAndPort
    /// The host alone.
    case hostOnly
    /// A slash before host and port.
    case spy
    /// The host twice, then the port.
    case hostTwice
    /// Java's text of a socket address: `host/ip:port` for names, with or without the slash for literals.
    case java(slashBeforeLiterals: Bool)
    /// Java's text of an address that was never resolved.
    case javaUnresolved
    /// The reverse-resolved name, with the port where it is not 11211: only the loopback address is known to have one.
    case reverseUnlessOtherPort
    /// The resolved address, with the port where it is not 11211.
    case resolvedUnlessOtherPort

    /// The alias, tag or node name where the server has one.
    indirect case nameOr(LabelRule)

    /// The text for a server.
    ///
    /// - Throws: `ValidationError` where the client hashes the resolved address, and that is not known.
    func text(for server: DialectServer) throws(ValidationError) -> String {
        if let label = server.label { return label }
        if case .nameOr(let rule) = self {
            if let name = server.name { return name }
            return try rule.text(for: server)
        }
        guard let port = server.port else { return server.host }
        let host = server.host
        switch self {
        case .nameOr: return host
        case .hostUnlessOtherPort: return Self.unlessOtherPort(host, port)
        case .hostAndPort: return "\(host):\(port)"
        case .bracketedHostAndPort: return "\(Self.bracketed(host)):\(port)"
        case .resolvedAndPort: return "\(Self.bracketed(try address(of: server))):\(port)"
        case .hostOnly: return host
        case .spy: return "/\(host):\(port)"
        case .hostTwice: return "\(host)/\(host):\(port)"
        case .java(let slashBeforeLiterals):
            let literal = IPAddress(parsing: host)
            let text = Self.javaText(of: literal, or: try address(of: server))
            return literal == nil ? "\(host)/\(text):\(port)" : "\(slashBeforeLiterals ? "/" : "")\(text):\(port)"
        case .javaUnresolved: return "\(host)/<unresolved>:\(port)"
        case .reverseUnlessOtherPort: return Self.unlessOtherPort(host == "127.0.0.1" ? "localhost" : host, port)
        case .resolvedUnlessOtherPort: return Self.unlessOtherPort(try address(of: server), port)
        }
    }

    private static func unlessOtherPort(_ host: String, _ port: UInt16) -> String {
        port == NodeAddress.defaultPort ? host : "\(host):\(port)"
    }

    private static func bracketed(_ host: String) -> String { host.utf8.contains(0x3a) ? "[\(host)]" : host }

    private func address(of server: DialectServer) throws(ValidationError) -> String {
        if let ip = server.ip { return ip }
        if IPAddress(parsing: server.host) != nil { return server.host }
        throw ValidationError(
            field: "label",
            problem: "this client hashes the address that '\(printable(server.host))' resolves to",
            hint: "give the address, or the label itself"
        )
    }

    /// Java writes IPv6 addresses in brackets, as eight groups without `::`.
    private static func javaText(of literal: IPAddress?, or text: String) -> String {
        guard let address = literal ?? IPAddress(parsing: text), address.isIPv6 else { return text }
        return "[" + address.groups.map { String($0, radix: 16) }.joined(separator: ":") + "]"
    }
}
