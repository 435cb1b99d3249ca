import Foundation

/// Plain sockets on 127.0.0.1, for what the demonstration does behind the clients' backs.
enum Loopback {
    /// Whether nobody listens on a port.
    static func isFree(_ port: UInt16) -> Bool {
        guard let socket = bound(to: port) else { return false }
        close(socket)
        return true
    }

    /// A port that the system says is free.
    static func freePort() -> UInt16 {
        guard let socket = bound(to: 0) else { return 0 }
        defer { close(socket) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Sends a request and returns what comes back, up to a line that ends it; `nil` when nobody answers.
    static func exchange(_ request: String, with port: UInt16, until end: String = "\r\n") -> String? {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard withLoopbackAddress(port, { connect(socket, $0, $1) }) == 0 else { return nil }
        var bytes = Array(request.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return nil }
            bytes = bytes.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !answer.suffix(end.utf8.count).elementsEqual(end.utf8) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return answer.isEmpty ? nil : String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Stores items on a server without asking any ring.
    static func plant(_ items: [(key: String, value: String)], on port: UInt16) {
        let requests = items.map { "set \($0.key) 0 0 \($0.value.utf8.count) noreply\r\n\($0.value)\r\n" }
        _ = exchange(requests.joined() + "version\r\n", with: port)
    }

    private static func bound(to port: UInt16) -> Int32? {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard withLoopbackAddress(port, { bind(socket, $0, $1) }) == 0, listen(socket, 1) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    private static func withLoopbackAddress(
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
