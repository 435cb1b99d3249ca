import GRDBSQLite
import RingCore

/// Answers what SQLite asks while it prepares and runs a foreign statement: may it do this, may it go on.
///
/// It is used by one connection on one thread.
final class QueryGuard {
    /// The first thing that was not allowed.
    private(set) var denied: ReadOnlyQuery.Refusal?
    private let deadline: ContinuousClock.Instant

    init(limit: Duration) { deadline = .now + limit }

    static func isOverdue(_ context: UnsafeMutableRawPointer?) -> Bool {
        guard let context else { return true }
        return ContinuousClock.now > Unmanaged<QueryGuard>.fromOpaque(context).takeUnretainedValue().deadline
    }

    /// The authorizer: everything that is not known to read is denied.
    static func authorize(
        _ context: UnsafeMutableRawPointer?,
        _ action: Int32,
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?
    ) -> Int32 {
        guard let context else { return SQLITE_DENY }
        let guardian = Unmanaged<QueryGuard>.fromOpaque(context).takeUnretainedValue()
        let refusal = refusal(of: action, first.map { String(cString: $0) }, second.map { String(cString: $0) })
        guard let refusal else { return SQLITE_OK }
        guardian.denied = guardian.denied ?? refusal
        return SQLITE_DENY
    }

    private static func refusal(of action: Int32, _ first: String?, _ second: String?) -> ReadOnlyQuery.Refusal? {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return nil
        case SQLITE_FUNCTION:
            guard let name = second?.lowercased(), deniedFunctions.contains(name) else { return nil }
            return .init(problem: "the function \(name) is not allowed here", hint: "leave it out")
        case SQLITE_PRAGMA:
            let name = (first ?? "").lowercased()
            if describingPragmas.contains(name) { return nil }
            if readingPragmas.contains(name), second == nil { return nil }
            return .init(
                problem: "PRAGMA \(printable(name)) is not allowed here",
                hint: "only PRAGMAs that describe the schema are"
            )
        case SQLITE_ATTACH, SQLITE_DETACH:
            return .init(problem: "ATTACH and DETACH are not allowed here", hint: "ask one database at a time")
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
            return .init(problem: "transactions are not allowed here", hint: "give one SELECT")
        default:
            return .init(
                problem: "only reading is allowed here",
                hint: "give a SELECT; to change something, use the other commands"
            )
        }
    }

    /// Functions that load code or reach outside the database in some builds of SQLite.
    private static let deniedFunctions: Set<String> = [
        "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zipfile", "lsdir",
    ]
    /// These take the name of a table or index.
    private static let describingPragmas: Set<String> = [
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
    ]
    /// These may be asked for, not set.
    private static let readingPragmas: Set<String> = [
        "user_version", "application_id", "page_count", "page_size", "freelist_count", "data_version", "encoding",
        "compile_options", "database_list", "function_list", "journal_mode",
    ]
}
