import GRDB

/// JSON columns: objects and arrays of strings, with the order of their members kept.
///
/// Written here, because `Dictionary` has no order; read by SQLite itself.
enum JSONText {
    /// An object of strings, members in the order given.
    static func object(_ members: [(name: String, value: String)]) -> String {
        "{" + members.map { "\(quoted($0.name)):\(quoted($0.value))" }.joined(separator: ",") + "}"
    }

    /// An array of strings.
    static func array(_ elements: [String]) -> String {
        "[" + elements.map(quoted).joined(separator: ",") + "]"
    }

    /// The members of an object of strings, in their order.
    static func members(of text: String, _ db: Database) throws -> [(name: String, value: String)] {
        guard text != "{}" else { return [] }
        let statement = try db.cachedStatement(sql: "SELECT key, value, type FROM json_each(?) ORDER BY id")
        return try Row.fetchAll(statement, arguments: [text]).map { row in
            guard row[2] == "text" else { throw ColumnError(column: "a JSON column", value: text) }
            return (row[0], row[1])
        }
    }

    /// The elements of an array of strings.
    static func elements(of text: String, _ db: Database) throws -> [String] {
        guard text != "[]" else { return [] }
        let statement = try db.cachedStatement(sql: "SELECT value, type FROM json_each(?) ORDER BY id")
        return try Row.fetchAll(statement, arguments: [text]).map { row in
            guard row[1] == "text" else { throw ColumnError(column: "a JSON column", value: text) }
            return row[0]
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A value in the database that this program cannot have written.
struct ColumnError: Error {
    var column: String
    var value: String
}

/// Unwraps what a validating initialiser made of a column.
func known<Value>(_ value: Value?, _ column: String, _ text: String) throws -> Value {
    guard let value else { throw ColumnError(column: column, value: text) }
    return value
}
