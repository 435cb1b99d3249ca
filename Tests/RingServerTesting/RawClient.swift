import Foundation
import Glibc

/// A client that sends any bytes it likes and looks at what comes back.
///
/// Its calls wait on threads of their own, so that they cannot starve the server of the same process.
package final class RawClient: Sendable {
    private let descriptor: Int32

    /// What came back.
    package struct Answer: Sendable {
        package var status: Int
        package var head: String
        package var body: String

        /// The value of a header field, by its name in lower case.
        package func field(_ name: String) -> String? {
            for line in head.split(separator: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == name {
                    return parts[1].trimmingCharacters(in: .whitespaces)
                }
            }
            return nil
        }
    }

    /// Connects to a Unix socket.
    package init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Connects to a port of 127.0.0.1.
    ///
    /// Does not wait for a server whose queue is full: who sends or receives does, on a thread of its own.
    package convenience init(port: UInt16) throws { try self.init(port: port, waits: false) }

    /// Connects to a port of 127.0.0.1 as many clients, one after the other; each is in the server's queue at least.
    package static func crowd(_ count: Int, port: UInt16) async throws -> [RawClient] {
        try await onThread { Result { try (0..<count).map { _ in try RawClient(port: port, waits: true) } } }.get()
    }

    private init(port: UInt16, waits: Bool) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | (waits ? 0 : Int32(SOCK_NONBLOCK.rawValue)), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// Sends text; a peer that has closed is no error, its answer tells.
    package func send(_ text: String) async {
        await onThread { [descriptor] in
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let sent = bytes.withUnsafeBytes { buffer in
                    Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                bytes = bytes.dropFirst(sent)
            }
        }
    }

    /// Reads one answer, or until the peer closes.
    ///
    /// - Returns: `nil` when nothing came within `seconds`.
    package func receive(seconds: Double = 10) async -> Answer? {
        await onThread { [descriptor] in
            let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                if let answer = Self.answer(in: text) { return answer }
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return nil }
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, Int32(left / .milliseconds(1)) + 1) > 0 else { return nil }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return Self.answer(in: text, isWhole: true) }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }
    }

    /// Reads what comes until it holds `mark`, or nothing more comes within `seconds`.
    package func receiveText(until mark: String, seconds: Double = 10) async -> String {
        await onThread { [descriptor] in
            let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !text.contains(mark) {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { break }
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, Int32(left / .milliseconds(1)) + 1) > 0 else { break }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return text
        }
    }

    /// Whether the peer closes the connection within `seconds`.
    package func isClosed(within seconds: Double = 10) async -> Bool {
        await onThread { [descriptor] in
            let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return false }
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, Int32(left / .milliseconds(1)) + 1) > 0 else { return false }
                if recv(descriptor, &buffer, buffer.count, 0) <= 0 { return true }
            }
        }
    }

    /// Sends a request and reads its answer.
    package func exchange(
        _ method: String,
        _ path: String,
        host: String = "localhost",
        fields: [String] = [],
        body: String? = nil
    ) async -> Answer? {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
        for field in fields { text += field + "\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        await send(text + "\r\n" + (body ?? ""))
        return await receive()
    }

    private static func answer(in text: String, isWhole: Bool = false) -> Answer? {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        let words = head.split(separator: " ", maxSplits: 2)
        let answer = Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0, head: head, body: body)
        let length = answer.field("content-length").flatMap { Int($0) } ?? 0
        return isWhole || body.utf8.count >= length ? answer : nil
    }
}

/// Runs `work` on a thread that may wait.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: work()) }
        thread.start()
    }
}
