package import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Turns a host name into addresses; it blocks, so it is called on a thread of its own.
package struct NameLookup: Sendable {
    /// The addresses of a host, in the order in which to try them; at most ``maximumAddresses`` are used.
    package let addresses: @Sendable (_ host: String, _ port: UInt16) throws(Failure) -> [SocketAddress]

    /// How old the addresses of a name may become before they are looked up again.
    package let lifetime: Duration
    /// How old they may become while the node does not answer.
    package let lifetimeAfterFailure: Duration

    /// The most addresses of one name that are tried.
    package static let maximumAddresses = 8

    /// The name could not be resolved; the node is not to blame.
    package struct Failure: Error, Hashable, Sendable {
        package let detail: String

        package init(_ detail: String) { self.detail = detail }
    }

    package init(
        lifetime: Duration = .seconds(60),
        lifetimeAfterFailure: Duration = .seconds(5),
        _ addresses: @escaping @Sendable (String, UInt16) throws(Failure) -> [SocketAddress]
    ) {
        self.lifetime = lifetime
        self.lifetimeAfterFailure = lifetimeAfterFailure
        self.addresses = addresses
    }

    /// The resolver of the system.
    package static let system = NameLookup { (host, port) throws(Failure) in
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw Failure(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var result: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee, result.count < maximumAddresses {
            if let raw = UnsafeRawPointer(entry.ai_addr) {
                switch entry.ai_family {
                case AF_INET: result.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in.self)))
                case AF_INET6: result.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self)))
                default: break
                }
            }
            next = entry.ai_next
        }
        guard !result.isEmpty else { throw Failure("no address") }
        return result
    }
}
