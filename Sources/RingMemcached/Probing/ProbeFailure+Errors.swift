import NIOCore
import RingCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension ProbeFailure {
    static let connectionClosed = ProbeFailure(.hard, "connection closed")

    /// Says whose fault an error of a socket or channel is.
    init(_ error: any Error) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode)
        case let error as NameLookup.Failure: self.init(resolving: error.detail)
        case ChannelError.connectTimeout: self.init(.soft, "timed out while connecting")
        case ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed: self = .connectionClosed
        case is SocketAddressError: self.init(.local, "the address cannot be used")
        default: self.init(.soft, "unexpected error of the connection")
        }
    }

    /// A name that could not be resolved.
    init(resolving detail: String) {
        self.init(.local, "name resolution: \(Array(detail.utf8).span.printable(limit: 96))")
    }

    /// Classifies an error of the system.
    ///
    /// What says that nobody answers at that address is hard. What says that this machine is short of something, or
    /// has no way out, is local. A full accept queue of a Unix socket (EAGAIN) is like the timeout it is over TCP.
    init(errno code: CInt) {
        switch code {
        case ECONNREFUSED: self.init(.hard, "connection refused")
        case ECONNRESET, EPIPE, ECONNABORTED: self.init(.hard, "connection reset")
        case EHOSTUNREACH, EHOSTDOWN: self.init(.hard, "host unreachable")
        case ENETUNREACH: self.init(.hard, "network unreachable")
        case ENOENT, ENOTDIR, ENOTSOCK: self.init(.hard, "no such socket")
        case EPROTO, ENOPROTOOPT, EPROTOTYPE: self.init(.hard, "wrong protocol")
        case ETIMEDOUT: self.init(.soft, "timed out")
        case EAGAIN: self.init(.soft, "accept queue full")
        case EMFILE, ENFILE: self.init(.local, "out of file descriptors")
        case ENOMEM, ENOBUFS: self.init(.local, "out of memory")
        case EADDRNOTAVAIL: self.init(.local, "no local address or port left")
        case EPERM, EACCES: self.init(.local, "permission denied on this machine")
        case ENETDOWN, EAFNOSUPPORT: self.init(.local, "this machine has no such network")
        default: self.init(.soft, "system error \(code)")
        }
    }

    /// The more telling of two failures: what was tried at several addresses of a name counts as its worst.
    func worse(than other: ProbeFailure?) -> ProbeFailure {
        guard let other else { return self }
        func rank(_ failure: ProbeFailure) -> Int {
            switch failure.class {
            case .local: 0
            case .soft: 1
            case .hard: 2
            }
        }
        return rank(self) >= rank(other) ? self : other
    }
}
