import GRDBSQLite
import RingCore

/// One SELECT that somebody else wrote, run where it can harm nothing.
///
/// It has a connection of its own that cannot write, an authorizer that allows reading and nothing else, and limits on
/// time, rows and memory, so that neither the coordinator nor the log's checkpoints wait long for it.
package struct ReadOnlyQuery: Sendable {
    /// How long it may run.
    package var timeLimit: Duration = .seconds(5)
    /// How many rows are answered; the rest is cut off.
    package var rowLimit = 10_000
    /// How many bytes of values are answered; the rest is cut off.
    package var byteLimit = 16 << 20
    private let path: String

    /// One value of SQLite.
    package enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
        case blob([UInt8])
    }

    /// What came of it.
    package struct Answer: Hashable, Sendable {
        package var columns: [String]
        package var rows: [[Value]]
        /// There would have been more rows.
        package var isCut: Bool
    }

    /// Why there is no answer: a sentence without a full stop, and what to do next.
    package struct Refusal: Error, Hashable, Sendable {
        package var problem: String
        package var hint: String
    }

    init(path: String) { self.path = path }

    /// Runs one statement.
    ///
    /// Blocks its thread for as long as the statement runs.
    package func run(_ sql: String) throws(Refusal) -> Answer {
        guard !sql.utf8.contains(0) else {
            throw Refusal(problem: "there is a zero byte in the statement", hint: "leave it out")
        }
        let guardian = QueryGuard(limit: timeLimit)
        let database = try open()
        defer { sqlite3_close(database) }
        let context = Unmanaged.passUnretained(guardian).toOpaque()
        sqlite3_set_authorizer(
            database,
            { context, action, first, second, _, _ in QueryGuard.authorize(context, action, first, second) },
            context
        )
        sqlite3_progress_handler(database, 1000, { QueryGuard.isOverdue($0) ? 1 : 0 }, context)
        return try withExtendedLifetime(guardian) { () throws(Refusal) in
            let statement = try prepare(sql, database, guardian)
            defer { sqlite3_finalize(statement) }
            return try rows(of: statement, database, guardian)
        }
    }

    private func open() throws(Refusal) -> OpaquePointer {
        var database: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        guard sqlite3_open_v2(path, &database, flags, nil) == SQLITE_OK, let database else {
            sqlite3_close(database)
            throw Refusal(problem: "the database cannot be opened to read", hint: "see the log of ringd")
        }
        sqlite3_busy_timeout(database, 1000)
        // A value, a statement and a pattern are bounded, since some functions look at no clock while they work.
        for (limit, value) in [
            (SQLITE_LIMIT_LENGTH, 4 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 17), (SQLITE_LIMIT_ATTACHED, 0),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100), (SQLITE_LIMIT_EXPR_DEPTH, 200), (SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            sqlite3_limit(database, limit, Int32(value))
        }
        // A table that is a function is declared at its first use, which to an authorizer looks like CREATE TABLE.
        let preparation = """
            PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;
            SELECT 1 FROM json_each('[]'), json_tree('[]'), pragma_table_info('event'), pragma_table_list,
                pragma_index_list('event'), pragma_index_info('event_by_time'), pragma_foreign_key_list('event')
            """
        sqlite3_exec(database, preparation, nil, nil, nil)
        return database
    }

    private func prepare(
        _ sql: String,
        _ database: OpaquePointer,
        _ guardian: QueryGuard
    ) throws(Refusal) -> OpaquePointer {
        var statement: OpaquePointer?
        var rest = ""
        let result = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let result = sqlite3_prepare_v2(database, text, -1, &statement, &tail)
            rest = tail.map { String(cString: $0) } ?? ""
            return result
        }
        guard result == SQLITE_OK else { throw failure(database, guardian) }
        guard let statement else {
            throw Refusal(problem: "there is no statement", hint: "give a SELECT, as in 'SELECT * FROM current_ring'")
        }
        let problem: Refusal? =
            if !Self.isBlank(rest) {
                Refusal(problem: "there is more than one statement", hint: "give one SELECT at a time")
            } else if sqlite3_stmt_readonly(statement) == 0 || sqlite3_column_count(statement) == 0 {
                Refusal(problem: "only a SELECT is run here", hint: "to change something, use the other commands")
            } else if sqlite3_bind_parameter_count(statement) > 0 {
                Refusal(problem: "the statement has parameters", hint: "write the values into it")
            } else {
                nil
            }
        if let problem {
            sqlite3_finalize(statement)
            throw problem
        }
        return statement
    }

    private func rows(
        of statement: OpaquePointer,
        _ database: OpaquePointer,
        _ guardian: QueryGuard
    ) throws(Refusal) -> Answer {
        let count = sqlite3_column_count(statement)
        let columns = (0..<count).map { index in
            sqlite3_column_name(statement, index).map { String(cString: $0) } ?? "column \(index + 1)"
        }
        var answer = Answer(columns: columns, rows: [], isCut: false)
        var bytes = 0
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return answer
            case SQLITE_ROW:
                guard answer.rows.count < rowLimit, bytes < byteLimit else {
                    answer.isCut = true
                    return answer
                }
                answer.rows.append((0..<count).map { value(of: statement, $0, &bytes) })
            default: throw failure(database, guardian)
            }
        }
    }

    private func value(of statement: OpaquePointer, _ column: Int32, _ bytes: inout Int) -> Value {
        bytes += 16
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, column) else { return .null }
            let count = Int(sqlite3_column_bytes(statement, column))
            bytes += count
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            bytes += count
            return .blob(Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count)))
        default: return .null
        }
    }

    private func failure(_ database: OpaquePointer, _ guardian: QueryGuard) -> Refusal {
        if let denied = guardian.denied { return denied }
        switch sqlite3_errcode(database) {
        case SQLITE_INTERRUPT:
            return Refusal(
                problem: "it took longer than \(timeLimit.components.seconds) s and was stopped",
                hint: "bound it by pool, version or time, or ask a copy made with 'ringctl db backup'"
            )
        case SQLITE_TOOBIG:
            return Refusal(problem: "a value or the statement is too long", hint: "ask for less at once")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return Refusal(problem: "the database is locked by another program", hint: "try again")
        case SQLITE_READONLY:
            return Refusal(problem: "only reading is allowed here", hint: "to change something, use the other commands")
        default:
            return Refusal(
                problem: "SQLite says: \(printable(String(cString: sqlite3_errmsg(database))))",
                hint: "'SELECT name FROM sqlite_schema' lists the tables and views"
            )
        }
    }

    /// Whether a text is spaces, comments and semicolons: nothing to run.
    private static func isBlank(_ text: String) -> Bool {
        var rest = text.utf8[...]
        while let first = rest.first {
            if first == 0x3B || (0x09...0x0D).contains(first) || first == 0x20 {
                rest = rest.dropFirst()
            } else if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != 0x0A }
            } else {
                return false
            }
        }
        return true
    }
}

extension RingStore {
    /// A query on a connection of its own, for a statement that somebody else wrote.
    package var readOnlyQuery: ReadOnlyQuery { ReadOnlyQuery(path: path) }
}
