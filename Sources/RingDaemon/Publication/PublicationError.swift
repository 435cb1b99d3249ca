package import RingSnapshots

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a version was not published: what is wrong, where, and what to do next.
///
/// Whatever was published before is still there, whole.
package struct PublicationError: Error, Hashable, Sendable {
    /// The kind of failure.
    package enum Code: Hashable, Sendable {
        /// Where a directory should be is something else.
        case notADirectory
        /// The directory is another user's, or others may write to it.
        case unsafeDirectory
        /// Another process publishes to the directory.
        case lockedByAnother
        /// The published version is newer than the one to be published: it stays.
        case newerPublished(Snapshot.Place)
        /// The same version is published with another content: two writers, or a damaged database.
        case conflict
        /// No client would accept the snapshot.
        case unacceptable(SnapshotError)
        /// There is no space left.
        case diskFull
        /// The system refused a call with the number.
        case system(PublicationStep, Int32)
    }

    package let code: Code
    /// The file or directory at fault.
    package let path: String
    /// What is wrong, as a sentence without a full stop.
    package let problem: String
    /// What to do next, as a sentence without a full stop.
    package let hint: String

    package init(_ code: Code, path: String, problem: String, hint: String) {
        self.code = code
        self.path = path
        self.problem = problem
        self.hint = hint
    }

    /// Says in words that the system refused a call with the number.
    package init(_ step: PublicationStep, _ number: Int32, path: String) {
        let code: Code
        let hint: String
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            code = .diskFull
            hint = "make room; the version is published as soon as there is"
        case ENOTDIR, ELOOP, EISDIR:
            code = number == EISDIR ? .system(step, number) : .notADirectory
            hint = "move it away, or give another directory for the snapshots"
        case EWOULDBLOCK where step == .lockRoot:
            code = .lockedByAnother
            hint = "stop the other ringd, or give this one another directory for the snapshots"
        case EACCES, EPERM, EROFS:
            code = .system(step, number)
            hint = "let the user of ringd write there"
        default:
            code = .system(step, number)
            hint = "look at the disk and at the system's log"
        }
        let problem =
            switch code {
            case .notADirectory: "is not a directory"
            case .lockedByAnother: "another process publishes there"
            default: "\(String(cString: strerror(number))) (\(step.rawValue))"
            }
        self.init(code, path: path, problem: problem, hint: hint)
    }

    /// The same error, with its path below a directory.
    func below(_ directory: String) -> PublicationError {
        let whole = path.isEmpty ? directory : path.utf8.first == 0x2F ? path : "\(directory)/\(path)"
        return PublicationError(code, path: whole, problem: problem, hint: hint)
    }
}

extension PublicationError: CustomStringConvertible {
    package var description: String { "\(path): \(problem); \(hint)" }
}
