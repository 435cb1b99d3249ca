import FoundationEssentials
import Glibc
import RingCore

/// A Unix socket that appears at its path whole: with its mode and group, or not at all.
///
/// It is bound in a new private directory beside the path, given its mode and group there, and then renamed. So there
/// is no moment at which somebody else could connect, and no change of the process's `umask`, which all threads share.
struct ControlSocket {
    /// Where clients connect.
    let path: String
    let mode: mode_t
    /// The group that may use it; `nil` leaves the group of the process.
    let group: gid_t?
    /// Where it is bound first.
    let stagingPath: String

    private let directory: String

    /// Makes the private directory, after making sure that nobody serves at `path`.
    ///
    /// - Throws: ``ListenError`` when somebody does, when something else than a socket is there, or when the path
    ///   cannot be used.
    init(path: String, mode: mode_t, group: gid_t?) throws(ListenError) {
        self.path = path
        self.mode = mode
        self.group = group
        try Self.refuseUnlessFree(path)
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var template = Array("\(parent)/.ringd-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ListenError.system(
                "cannot make a directory in \(parent)",
                "give ringd a directory that it may write to"
            )
        }
        directory = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        stagingPath = directory + "/s"
        guard stagingPath.utf8.count <= Self.pathLimit else {
            rmdir(directory)
            throw Self.tooLong(path)
        }
    }

    /// The room for a path in `sockaddr_un`, without the terminating zero.
    private static let pathLimit = 107

    /// Shows the bound socket at its path, in place of one that a crash left.
    func reveal() throws(ListenError) {
        defer { discard() }
        guard chmod(stagingPath, mode) == 0 else {
            throw ListenError.system("cannot set the mode of \(path)", "use a file system with permissions")
        }
        if let group, chown(stagingPath, uid_t.max, group) != 0 {
            throw ListenError.system("cannot give \(path) to the group \(group)", "run ringd as a member of that group")
        }
        guard rename(stagingPath, path) == 0 else {
            throw ListenError.system("cannot put the socket at \(path)", "give ringd a directory that it may write to")
        }
    }

    /// Removes what was made on the way.
    func discard() {
        unlink(stagingPath)
        rmdir(directory)
    }

    /// The file at the path, to be recognised again.
    var identity: Identity? { Identity(of: path) }

    /// Removes the socket, unless something else took its place.
    func remove(_ identity: Identity?) {
        guard let identity, Identity(of: path) == identity else { return }
        unlink(path)
    }

    /// What tells one file from another; a link is not followed.
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let isSocket: Bool

        fileprivate init?(of path: String) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                let device = Self.number(attributes[.systemNumber]),
                let inode = Self.number(attributes[.systemFileNumber])
            else { return nil }
            self.device = device
            self.inode = inode
            isSocket = attributes[.type] as? FileAttributeType == .typeSocket
        }

        /// The number, whichever type it has: that differs with and without the whole of Foundation.
        private static func number(_ value: Any?) -> UInt64? {
            (value as? UInt64) ?? (value as? Int).map { UInt64(truncatingIfNeeded: $0) }
        }
    }

    private static func refuseUnlessFree(_ path: String) throws(ListenError) {
        guard path.utf8.count <= pathLimit else { throw tooLong(path) }
        guard faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT else { return }
        guard let found = Identity(of: path) else {
            throw ListenError.system("cannot look at \(path)", "let ringd use its directory")
        }
        guard found.isSocket else {
            throw ListenError(
                problem: "\(printable(path, limit: 4096)) is not a socket",
                hint: "move it away, or use another path"
            )
        }
        guard !isAnswered(path) else {
            throw ListenError(
                problem: "somebody serves at \(printable(path, limit: 4096)) already",
                hint: "stop the other ringd, or use another path"
            )
        }
    }

    /// Whether somebody accepts connections there.
    private static func isAnswered(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(pathLimit)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // Only a refusal proves that nobody is there: a full queue, say, proves the contrary.
        return result == 0 || errno != ECONNREFUSED
    }

    private static func tooLong(_ path: String) -> ListenError {
        ListenError(
            problem: "the path \(printable(path, limit: 4096)) is too long for a socket",
            hint: "use a directory whose path has at most \(pathLimit - ".ringd-XXXXXX/s".utf8.count - 1) bytes"
        )
    }
}

/// Why the server cannot listen.
package struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a sentence without a full stop.
    package let problem: String
    /// What to do next.
    package let hint: String

    package init(problem: String, hint: String) {
        self.problem = problem
        self.hint = hint
    }

    package var description: String { "\(problem); \(hint)" }

    /// A system call failed: `errno` is added to the problem.
    static func system(_ problem: String, _ hint: String) -> ListenError {
        ListenError(problem: "\(printable(problem)): \(String(cString: strerror(errno)))", hint: hint)
    }
}
