import ArgumentParser
import RingAPI
import RingCore

struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run a SELECT on the record, read-only, within 5 s and 10000 rows.",
        discussion: """
            The tables and views: ringctl sql 'SELECT name FROM sqlite_schema'
            Example: ringctl sql 'SELECT * FROM largest_moves LIMIT 5'
            """
    )

    @Argument(help: ArgumentHelp("The statement.", valueName: "select"))
    var statement: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let answer: ControlClient.Answer<QueryResult> = try await global.client.post(
            Path("v1", "sql"),
            QueryRequest(sql: statement)
        )
        let result = answer.value
        if global.output == .csv {
            Terminal.output.write(result.csv)
        } else {
            let table = Table(
                columns: result.columns.indices.map { index in
                    Table.Column(title: result.columns[index], isRight: result.isNumeric(index))
                },
                rows: result.rows.map { row in row.map { Table.Cell($0.description) } }
            )
            let names = result.rows.compactMap { $0.first?.description }
            global.print(Report(json: answer.json.value, table: table, list: "rows", names: names))
        }
        if result.cut {
            Terminal.error.write("note: only the first \(result.rows.count) rows are shown; there are more\n")
        }
    }
}

extension QueryResult {
    /// Whether a column holds numbers alone, and so stands to the right.
    fileprivate func isNumeric(_ column: Int) -> Bool {
        !rows.isEmpty
            && rows.allSatisfy { row in
                switch row[column] {
                case .integer, .real, .null: true
                case .text: false
                }
            }
    }

    /// The rows as RFC 4180 under the names of the columns, with values as they are.
    fileprivate var csv: String {
        func line(_ fields: [String]) -> String {
            fields.map { field in
                guard field.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
                    return field
                }
                return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    + "\""
            }.joined(separator: ",") + "\n"
        }
        return line(columns) + rows.map { row in line(row.map(\.description)) }.joined()
    }
}
