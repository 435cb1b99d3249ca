#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds ports of the loopback interface that nothing listens on.
package enum FreePort {
    /// A port that was free a moment ago; another process may take it before its user does.
    package static func next(ipv6: Bool = false) throws -> UInt16 {
        let socket = try BlockingSocket(listeningOnLoopback: ipv6)
        return try socket.localPort()
    }

    /// A number that no other test of this machine uses at the moment, for names of sockets and directories.
    package static func unique() -> String {
        "\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    }
}

/// Whether this machine has the IPv6 loopback address.
package func hasIPv6Loopback() -> Bool {
    (try? BlockingSocket(listeningOnLoopback: true)) != nil
}
