/// Where a memcached server listens: a host and port, or the absolute path of a Unix socket.
package struct NodeAddress: Hashable, Sendable {
    /// A DNS name, an IPv4 address, a bare IPv6 address (no brackets), or the absolute path of a Unix socket.
    package let host: String
    /// 1 to 65535; `nil` exactly for a Unix socket.
    package let port: UInt16?

    /// The port of memcached where none is given.
    package static let defaultPort: UInt16 = 11211

    /// Validates a host and an optional port.
    ///
    /// - Throws: `ValidationError` about `host` or `port`.
    package init(host: String, port: UInt16?) throws(ValidationError) {
        if host.utf8.first == 0x2F {
            guard port == nil else {
                throw ValidationError(field: "port", problem: "a Unix socket has no port", hint: "give the path alone")
            }
            try Self.validatePath(host)
        } else {
            guard let port, port != 0 else {
                throw ValidationError(field: "port", problem: "0 is not a port", hint: "use 1 to 65535")
            }
            try Self.validateHost(host)
        }
        self.host = host
        self.port = port
    }

    /// Parses `HOST`, `HOST:PORT`, `[IPV6]:PORT`, a bare IPv6 address or `/path/of/socket`.
    ///
    /// - Throws: `ValidationError` about `host` or `port`.
    package init(parsing text: String) throws(ValidationError) {
        guard text.utf8.first != 0x2F else {
            try self.init(host: text, port: nil)
            return
        }
        let bytes = Array(text.utf8)
        let colons = bytes.count { $0 == 0x3A }
        var host = text
        var portText: String?
        if bytes.first == 0x5B {
            guard let close = bytes.firstIndex(of: 0x5D) else {
                throw ValidationError(
                    field: "host",
                    problem: "'\(printable(text))' opens a bracket that is never closed",
                    hint: "write an IPv6 address as [2001:db8::1]:11211"
                )
            }
            host = String(decoding: bytes[1..<close], as: UTF8.self)
            let rest = bytes[(close + 1)...]
            if rest.first == 0x3A {
                portText = String(decoding: rest.dropFirst(), as: UTF8.self)
            } else if !rest.isEmpty {
                throw ValidationError(
                    field: "host",
                    problem: "'\(printable(text))' goes on after the bracket",
                    hint: "write an IPv6 address as [2001:db8::1]:11211"
                )
            }
        } else if colons == 1, let colon = bytes.firstIndex(of: 0x3A) {
            host = String(decoding: bytes[..<colon], as: UTF8.self)
            portText = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        }
        try self.init(host: host, port: try portText.map(Self.port(parsing:)) ?? Self.defaultPort)
    }

    /// Parses a decimal port, 1 to 65535.
    package static func port(parsing text: String) throws(ValidationError) -> UInt16 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(text), port > 0
        else {
            throw ValidationError(
                field: "port",
                problem: "'\(printable(text))' is not a port",
                hint: "use a whole number from 1 to 65535"
            )
        }
        return port
    }

    /// Whether the address is a Unix socket.
    package var isUnixSocket: Bool { port == nil }

    private static func validatePath(_ path: String) throws(ValidationError) {
        // sun_path of Linux has 108 bytes, the last one for the terminating zero.
        guard path.utf8.count <= 107 else {
            throw ValidationError(
                field: "host",
                problem: "the path is \(path.utf8.count) bytes long",
                hint: "the path of a Unix socket has at most 107 bytes"
            )
        }
        try validateText(path, field: "host", limit: 107)
    }

    private static func validateHost(_ host: String) throws(ValidationError) {
        guard host.utf8.count <= 253 else {
            throw ValidationError(
                field: "host",
                problem: "is \(host.utf8.count) bytes long",
                hint: "a host name has at most 253 bytes"
            )
        }
        guard !host.isEmpty else {
            throw ValidationError(field: "host", problem: "is empty", hint: "give a name or an IP address")
        }
        let isIPv6 = host.utf8.contains(0x3A)
        if isIPv6 {
            guard IPAddress(parsing: host)?.isIPv6 == true else {
                throw ValidationError(
                    field: "host",
                    problem: "'\(printable(host))' is not an IPv6 address",
                    hint: "write it as 2001:db8::1 or [2001:db8::1]:11211"
                )
            }
            return
        }
        let hint = "use a DNS name of letters, digits, '-', '_' and '.', an IP address, or the path of a Unix socket"
        var label = 0
        for byte in host.utf8 {
            let isLetter = (0x61...0x7A).contains(byte | 0x20)
            let isDigit = (0x30...0x39).contains(byte)
            switch byte {
            case 0x2E where label > 0: label = 0
            case 0x2D, 0x5F: label += 1
            case _ where isLetter || isDigit: label += 1
            default:
                throw ValidationError(field: "host", problem: "'\(printable(host))' is not a host", hint: hint)
            }
            guard label <= 63 else {
                throw ValidationError(field: "host", problem: "a part of '\(printable(host))' is too long", hint: hint)
            }
        }
        guard host.utf8.last != 0x2E else {
            throw ValidationError(field: "host", problem: "'\(host)' ends with a dot", hint: hint)
        }
        // 127.1 and 0x7f.1 mean different things to different resolvers: a host of digits must be a whole address.
        let looksNumeric = host.utf8.suffix(label).first.map { (0x30...0x39).contains($0) } ?? false
        if looksNumeric, host.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 | 0x20 == 0x78 }) {
            guard IPAddress(parsing: host) != nil else {
                throw ValidationError(
                    field: "host",
                    problem: "'\(host)' is not a whole IPv4 address",
                    hint: "write four decimal numbers from 0 to 255"
                )
            }
        }
    }
}

extension NodeAddress: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address; the path of a Unix socket.
    package var description: String {
        guard let port else { return host }
        return host.utf8.contains(0x3A) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
