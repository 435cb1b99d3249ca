#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A system call that failed.
package struct SystemError: Error, CustomStringConvertible {
    package let call: String
    package let code: CInt

    package var description: String { "\(call): \(String(cString: strerror(code)))" }

    static func check(_ result: CInt, _ call: String) throws -> CInt {
        guard result >= 0 else { throw SystemError(call: call, code: errno) }
        return result
    }
}

/// A plain blocking socket for tests that need another view of a server than the code under test has.
///
/// Reads and writes give up after two seconds.
package final class BlockingSocket {
    private let descriptor: CInt

    /// Connects to a loopback port.
    package init(port: UInt16, ipv6: Bool = false) throws {
        descriptor = try Self.make(ipv6 ? AF_INET6 : AF_INET)
        try Self.withLoopback(port, ipv6) { address, length in
            _ = try SystemError.check(connect(descriptor, address, length), "connect")
        }
    }

    /// Connects to a Unix socket.
    package init(path: String) throws {
        descriptor = try Self.make(AF_UNIX)
        try Self.withPath(path) { address, length in
            _ = try SystemError.check(connect(descriptor, address, length), "connect")
        }
    }

    /// Listens on a free loopback port and accepts nothing.
    package init(listeningOnLoopback ipv6: Bool, backlog: CInt = 1) throws {
        descriptor = try Self.make(ipv6 ? AF_INET6 : AF_INET)
        try Self.withLoopback(0, ipv6) { address, length in
            _ = try SystemError.check(bind(descriptor, address, length), "bind")
        }
        _ = try SystemError.check(listen(descriptor, backlog), "listen")
    }

    /// Listens on a Unix socket and accepts nothing.
    package init(listeningAt path: String, backlog: CInt) throws {
        descriptor = try Self.make(AF_UNIX)
        try Self.withPath(path) { address, length in
            _ = try SystemError.check(bind(descriptor, address, length), "bind")
        }
        _ = try SystemError.check(listen(descriptor, backlog), "listen")
    }

    deinit { close(descriptor) }

    /// The port this end is bound to.
    package func localPort() throws -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        _ = try SystemError.check(result, "getsockname")
        return UInt16(bigEndian: storage.sin6_port)
    }

    /// Sends a command and reads until the answer ends with the given text.
    package func ask(_ command: String, until end: String = "\r\n") throws -> String {
        var rest = Array(command.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw SystemError(call: "send", code: errno) }
            rest = rest.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 4096)
        while !answer.suffix(end.utf8.count).elementsEqual(end.utf8) {
            let count = space.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError(call: "read", code: count == 0 ? ECONNRESET : errno) }
            answer += space.prefix(count)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func make(_ family: CInt) throws -> CInt {
        let descriptor = try SystemError.check(
            socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0),
            "socket"
        )
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        return descriptor
    }

    private static func withLoopback(
        _ port: UInt16,
        _ ipv6: Bool,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            try withUnsafePointer(to: &address) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            try withUnsafePointer(to: &address) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    private static func withPath(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { space in
            space.copyBytes(from: path.utf8.prefix(space.count - 1))
        }
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
