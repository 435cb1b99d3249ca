import Glibc
import Synchronization

/// The advisory lock that keeps a second `ringd` off a database: an `flock` on a file beside it.
///
/// The kernel drops the lock with the process, however it ends, so there is no stale lock to clear. The file stays, since
/// removing it would let two processes hold locks on two files of one name.
final class StoreLock: Sendable {
    /// `nil` once it is dropped.
    private let descriptor: Mutex<Int32?>

    /// Takes the lock at once, or says who holds it.
    init(at path: String, of database: String) throws(StoreError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, opening: path) }
        guard Self.retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
            let code = errno
            let holder = Self.processIdentifier(in: descriptor)
            Glibc.close(descriptor)
            guard code == EWOULDBLOCK else { throw Self.failure(code, opening: path) }
            throw StoreError(
                .lockedByAnother(pid: holder),
                "another ringd\(holder.map { ", process \($0)," } ?? "") has this database open",
                at: database,
                hint: "stop it first, or give this one a database of its own"
            )
        }
        self.descriptor = Mutex(descriptor)
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw Self.failure(errno, opening: path)
        }
    }

    deinit { drop() }

    /// Lets another process have the database.
    func drop() {
        descriptor.withLock { descriptor in
            if let open = descriptor { Glibc.close(open) }
            descriptor = nil
        }
    }

    /// Calls again while a signal interrupts.
    private static func retrying(_ call: () -> Int32) -> Int32 {
        var result = call()
        while result == -1, errno == EINTR { result = call() }
        return result
    }

    private static func processIdentifier(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// Names what the system said about a file.
    static func failure(_ code: Int32, opening path: String) -> StoreError {
        let reason = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM, EROFS:
            return StoreError(
                .readOnlyDirectory,
                "cannot be written: \(reason)",
                at: path,
                hint: "let ringd's user write the directory, or name another one"
            )
        case ENOSPC, EDQUOT:
            return StoreError(.diskFull, "cannot be written: \(reason)", at: path, hint: "free some space")
        case ENOENT, ENOTDIR:
            return StoreError(.ioError, "cannot be made: \(reason)", at: path, hint: "make the directory first")
        case ELOOP:
            return StoreError(.ioError, "is a symbolic link", at: path, hint: "remove the link")
        default:
            return StoreError(.ioError, "cannot be opened: \(reason)", at: path, hint: "see the system's log")
        }
    }
}
