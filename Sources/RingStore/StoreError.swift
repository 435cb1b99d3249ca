import GRDB

/// Why the database could not be opened, read or written: what is wrong, where, and what to do next.
package struct StoreError: Error, Hashable, Sendable {
    /// What kind of trouble it is.
    package enum Code: Hashable, Sendable {
        /// Another `ringd` has the database; its process, where it could be told.
        case lockedByAnother(pid: Int32?)
        /// A newer `ringd` made or migrated it.
        case newerSchema
        /// SQLite found pages, rows or a chain that cannot be.
        case damaged
        /// The file is something else, or another application's database.
        case notADatabase
        /// The directory, the file or the file system does not allow writing.
        case readOnlyDirectory
        case diskFull
        /// A setting that durability rests on did not take.
        case settingsRefused
        /// A rule of the schema refused the rows.
        case constraint
        /// Another program holds the write lock.
        case busy
        /// There is no such pool or version.
        case notFound
        /// An earlier commit had an unknown outcome: this process may not go on.
        case unusable
        /// The system refused a call.
        case ioError
    }

    package let code: Code
    /// A sentence without a full stop.
    package let what: String
    /// The file or the part of the database that it is about.
    package let `where`: String
    /// A sentence without a full stop; what to do next.
    package let hint: String

    package init(_ code: Code, _ what: String, at place: String, hint: String) {
        self.code = code
        self.what = what
        self.where = place
        self.hint = hint
    }

    /// Names the trouble behind an error of SQLite, or passes a ``StoreError`` through.
    init(_ error: any Error, doing what: String, at path: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.ioError, "\(what): \(error)", at: path, hint: "see the system's log")
            return
        }
        let (code, hint): (Code, String) =
            switch error.resultCode {
            case .SQLITE_FULL: (.diskFull, "free some space; nothing was changed")
            case .SQLITE_CORRUPT: (.damaged, "restore a backup; clients keep the last published ring meanwhile")
            case .SQLITE_NOTADB: (.notADatabase, "name another file, or move this one away")
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                (.readOnlyDirectory, "let ringd's user write the directory and the files in it")
            case .SQLITE_CONSTRAINT: (.constraint, "report this with the log: the planner should have refused it")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                (.busy, "end the program that writes to the database; readers should open it with mode=ro")
            default: (.ioError, "look at the disk and the system's log")
            }
        let reason = error.message ?? "SQLite result \(error.extendedResultCode.rawValue)"
        let number = error.extendedResultCode.rawValue
        self.init(code, "\(what): \(reason) (SQLite \(number))", at: path, hint: hint)
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String { "\(`where`): \(what); \(hint)" }
}
