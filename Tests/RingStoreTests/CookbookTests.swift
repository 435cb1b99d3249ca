import Foundation
import GRDB
import Testing

@testable import RingStore

/// The pages about the database, held against the database itself.
@Suite struct CookbookTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let pages = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/RingStore/Documentation.docc")

    /// Goal: the twenty answers of the page are those of the recorded history.
    ///
    /// Method: the history is the database of a real run, as SQL; each query goes the way of `ringctl sql`.
    /// `RECORD_SNAPSHOTS=1` writes the answers anew.
    @Test func answersAreThoseOfTheRecordedHistory() throws {
        let scratch = try Scratch()
        let recorded = try String(
            contentsOf: Self.tests.appendingPathComponent("Cookbook/recorded.sql"),
            encoding: .utf8
        )
        try scratch.edit(recorded)
        let store = try RingStore.open(at: scratch.path)
        #expect(try store.verifyAudit().defect == nil)
        let page = Self.pages.appendingPathComponent("Cookbook.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let (questions, answered) = try answering(text, from: store.readOnlyQuery)
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try answered.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(text == answered)
        }
        #expect(questions == (1...20).map { $0 })
        try store.close()
    }

    /// The numbers of the questions, and the page with the answers of the database.
    private func answering(_ text: String, from query: ReadOnlyQuery) throws -> ([Int], String) {
        var output: [Substring] = []
        var numbers: [Int] = []
        var sql: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("### "), let number = Int(line.dropFirst(4).prefix { $0 != "." }) {
                numbers.append(number)
            }
            // Old answers go; the lines of a query begin after its fence.
            if sql == nil, line.hasPrefix("|") { continue }
            if sql != nil, line != "```" { sql?.append(line) }
            if line == "```sql" { sql = [] }
            if sql == nil, line.isEmpty, output.last?.isEmpty == true { continue }
            output.append(line)
            guard line == "```", let lines = sql else { continue }
            sql = nil
            let result = try query.run(lines.joined(separator: "\n"))
            #expect(!result.rows.isEmpty, "question \(numbers.last ?? 0) has an answer")
            output.append("")
            output.append("| " + result.columns.joined(separator: " | ") + " |")
            output.append("|" + result.columns.map { _ in "---|" }.joined())
            for row in result.rows { output.append("| " + row.map(Self.cell).joined(separator: " | ") + " |") }
        }
        return (numbers, output.joined(separator: "\n"))
    }

    private static func cell(_ value: ReadOnlyQuery.Value) -> String {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text.replacing("|", with: "\\|")
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }

    /// Goal: the reference names every table, view and column, in its order and with its type.
    @Test func referenceIsTheSchema() throws {
        let scratch = try Scratch()
        let store = try RingStore.open(at: scratch.path)
        let text = try String(contentsOf: Self.pages.appendingPathComponent("Tables.md"), encoding: .utf8)
        var documented: [String: [String]] = [:]
        var place = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("### ") { place = String(line.dropFirst(4)) }
            guard line.hasPrefix("| `") else { continue }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells.count == 3 && !cells[2].isEmpty, "\(line)")
            documented[place, default: []].append("\(cells[0].replacing("`", with: "")) \(cells[1])")
        }
        let schema = try store.readers.read { db in
            let names = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema
                    WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                    """
            )
            return try names.reduce(into: [String: [String]]()) { tables, name in
                tables[name] = try Row.fetchAll(
                    db,
                    sql: "SELECT name, type FROM pragma_table_info(?)",
                    arguments: [name]
                )
                .map { "\($0["name"] as String) \($0["type"] as String)" }
            }
        }
        #expect(documented.keys.sorted() == schema.keys.sorted())
        for (name, columns) in schema {
            // SQLite gives the columns of views no types where they are computed.
            let said = (documented[name] ?? []).map { $0.split(separator: " ")[0] }
            #expect(said == columns.map { $0.split(separator: " ")[0] }, "\(name)")
            for column in columns where !column.hasSuffix(" ") {
                #expect(documented[name]?.contains(column) == true, "\(name): \(column)")
            }
        }
        try store.close()
    }
}
