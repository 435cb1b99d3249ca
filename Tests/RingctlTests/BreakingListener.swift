import Foundation
import Glibc
import RingServerTesting

/// A server that reads requests and hangs up on them.
final class BreakingListener: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(descriptor, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }

    /// Hangs up on so many requests, then sends `answer` to one more, unless it is empty.
    ///
    /// - Returns: what each connection sent at first; ends early when nobody connects for ten seconds.
    func serve(breaking count: Int, then answer: String) async -> [String] {
        await onThread { [descriptor] in
            var heads: [String] = []
            for index in 0..<(answer.isEmpty ? count : count + 1) {
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, 10_000) > 0 else { break }
                let connection = accept(descriptor, nil, nil)
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let received = recv(connection, &buffer, buffer.count, 0)
                heads.append(String(decoding: buffer[..<max(0, received)], as: UTF8.self))
                if index == count { _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) } }
                close(connection)
            }
            return heads
        }
    }
}
