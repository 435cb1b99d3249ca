import Glibc
import NIOCore
import RingPlanner

/// Who is at the other end of a Unix socket, as the kernel says it.
struct Peer: Hashable, Sendable {
    let pid: Int32
    let uid: UInt32
    /// The primary group; the others are asked from the system.
    let gid: UInt32

    /// The layout of `struct ucred`, which Swift's Glibc module does not show.
    private struct Credentials: Sendable {
        var pid: Int32
        var uid: UInt32
        var gid: UInt32
    }

    /// Asks the kernel about the connection.
    ///
    /// The answer was fixed when the peer connected, so it cannot be changed by a later `setuid`.
    init(of channel: any Channel) async throws {
        guard let provider = channel as? any SocketOptionProvider else { throw PeerError.unknown }
        let credentials: Credentials = try await provider.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        pid = credentials.pid
        uid = credentials.uid
        gid = credentials.gid
    }

    /// The peer as the audit names it.
    var actor: Actor { Actor(user: userName ?? "uid:\(uid)", uid: uid, pid: pid) }

    /// Whether the peer is in the group, by its primary group or by membership.
    func isMember(of group: gid_t) -> Bool {
        if gid == group { return true }
        guard let userName else { return false }
        var count: Int32 = 64
        var groups = [gid_t](repeating: 0, count: Int(count))
        if getgrouplist(userName, gid, &groups, &count) < 0 {
            // The call has told how many there are.
            guard (65...65_536).contains(count) else { return false }
            groups = [gid_t](repeating: 0, count: Int(count))
            guard getgrouplist(userName, gid, &groups, &count) >= 0 else { return false }
        }
        return groups.prefix(Int(max(0, count))).contains(group)
    }

    /// The login name; `nil` where the system knows none.
    private var userName: String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 * 1024) { buffer in
            guard let start = buffer.baseAddress, getpwuid_r(uid, &entry, start, buffer.count, &found) == 0,
                found != nil, let name = entry.pw_name
            else { return nil }
            return String(cString: name)
        }
    }
}

/// The connection is none that the kernel knows a peer of.
enum PeerError: Error {
    case unknown
}
