import RingAPI
import RingCore

/// Why a command did not do what it was asked: printed on standard error, with its exit status.
struct CommandFailure: Error {
    let status: ExitStatus
    /// The offending field, as the operator knows it.
    let field: String?
    /// What is wrong, as a sentence without a full stop.
    let problem: String
    /// What to do next.
    let hint: String

    init(_ status: ExitStatus, field: String? = nil, _ problem: String, hint: String) {
        self.status = status
        self.field = field
        self.problem = problem
        self.hint = hint
    }

    /// A value that was refused before it was sent.
    init(_ error: RingCore.ValidationError) {
        self.init(.refused, field: error.field, error.problem, hint: error.hint)
    }

    /// What the daemon answered.
    init(_ failure: Failure) {
        let status: ExitStatus =
            switch failure.error.code {
            case .versionConflict: .conflict
            case .forbidden: .notAllowed
            case .busy, .unknownOutcome: .tryAgain
            default: .refused
            }
        self.init(status, field: failure.error.field, failure.error.problem, hint: failure.error.hint)
    }

    /// Prints `ringctl: problem (field)` and the hint below it.
    func report() {
        let place = field.map { " (\($0.onOneLine))" } ?? ""
        Terminal.error.write("ringctl: \(problem.onOneLine)\(place)\n")
        if !hint.isEmpty { Terminal.error.write("  \(hint.onOneLine)\n") }
    }
}

/// What scripts rely on.
enum ExitStatus: Int32 {
    /// Differences, or a check that failed.
    case differences = 1
    /// Refused by the daemon, or before it was asked.
    case refused = 2
    /// The pool has moved on.
    case conflict = 3
    case usage = 64
    /// An answer that makes no sense.
    case badData = 65
    case unreachable = 69
    case tryAgain = 75
    case notAllowed = 77
}

/// Runs a parser of the core and turns its error into a failure.
func checking<Value>(_ parse: () throws(RingCore.ValidationError) -> Value) throws -> Value {
    do {
        return try parse()
    } catch {
        throw CommandFailure(error)
    }
}
