import RingStore

/// Why the daemon does not start or cannot go on: what is wrong, and what to do next.
package struct DaemonError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The exit status, as `sysexits.h` names them.
    package let exitCode: Int32
    package let problem: String
    package let hint: String

    package init(exitCode: Int32, problem: String, hint: String) {
        self.exitCode = exitCode
        self.problem = problem
        self.hint = hint
    }

    package var description: String { "\(problem)\n  \(hint)" }

    init(_ error: StoreError) {
        let code: Int32 =
            switch error.code {
            case .lockedByAnother, .busy: 75
            case .newerSchema: 78
            case .damaged, .notADatabase, .constraint, .notFound: 65
            case .readOnlyDirectory: 73
            case .diskFull, .settingsRefused, .unusable, .ioError: 74
            }
        self.init(exitCode: code, problem: "\(error.where): \(error.what)", hint: error.hint)
    }

    package init(_ error: PublicationError) {
        self.init(exitCode: 73, problem: "\(error.path): \(error.problem)", hint: error.hint)
    }
}
