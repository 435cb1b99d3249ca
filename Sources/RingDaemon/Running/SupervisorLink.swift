import Glibc
import RingCore

/// Tells the supervisor that started the daemon how it is: systemd's notify protocol, one datagram a message.
///
/// A message that cannot be delivered is dropped: a supervisor that does not listen must not stop the daemon.
package struct SupervisorLink: Sendable {
    private let path: String
    /// How often the supervisor wants to hear that the daemon lives; `nil` where it does not watch.
    package let watchdog: Duration?

    /// What is told.
    package enum Message: Hashable, Sendable {
        /// It serves.
        case ready
        /// It reads its configuration; the monotonic time in microseconds tells one reload from the next.
        case reloading(microseconds: Int64)
        /// It ends because it was asked to.
        case stopping
        /// What it does, in a line for a person.
        case status(String)
        /// The event loop turns and keeps time.
        case alive

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .stopping: "STOPPING=1"
            case .status(let line): "STATUS=\(printable(line))"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// The supervisor that the environment names; `nil` where none does.
    ///
    /// `WATCHDOG_PID` names the process that is meant: a child that inherits the environment is not watched.
    package init?(environment: [String: String], pid: Int32) {
        guard let path = environment["NOTIFY_SOCKET"], ["/", "@"].contains(path.prefix(1)),
            (2...Self.pathLimit).contains(path.utf8.count)
        else { return nil }
        self.path = path
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(pid)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isMeant && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// The room in `sockaddr_un`, without the terminating zero.
    private static let pathLimit = 107

    /// Sends a message, and does not wait.
    package func send(_ message: Message) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Self.flags, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // An abstract name begins with a zero byte, and its length ends it.
        if name.first == 0x40 { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(message.text.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }

    /// `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
    private static let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
}
