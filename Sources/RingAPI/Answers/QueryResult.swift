/// A statement to be run: the body of `POST /v1/sql`.
package struct QueryRequest: Codable, Hashable, Sendable {
    package var sql: String

    package init(sql: String) { self.sql = sql }
}

/// The rows of a statement: the answer to `POST /v1/sql`.
package struct QueryResult: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var columns: [String]
    /// In each row, a value for each column.
    package var rows: [[Value]]
    /// There would have been more rows.
    package var cut: Bool

    /// One value: null, a number or a text; bytes are a text as SQL writes them, `x'00ff'`.
    package enum Value: Codable, Hashable, Sendable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .real(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .integer(let value): try container.encode(value)
            case .real(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }

        /// As a table shows it.
        package var description: String {
            switch self {
            case .null: ""
            case .integer(let value): String(value)
            case .real(let value): String(value)
            case .text(let value): value
            }
        }
    }

    package init(columns: [String], rows: [[Value]], cut: Bool) {
        self.columns = columns
        self.rows = rows
        self.cut = cut
    }
}
