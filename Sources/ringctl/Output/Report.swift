import ArgumentParser
import RingAPI

/// How a command prints what it has to say.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case wide
    case json
    case yaml
    case name
    case csv
}

/// What a read command has to say, in every form.
struct Report {
    /// The daemon's answer as it came, members unknown to this program included; made where it is asked for.
    private let json: () -> JSONValue
    /// A line above the table, for people.
    var heading: String?
    var table: Table
    /// The member of the answer that holds the rows; `nil` for an answer about one thing.
    var list: String?
    /// One name a line, for scripts.
    var names: [String]

    init(
        json: @autoclosure @escaping () -> JSONValue,
        heading: String? = nil,
        table: Table,
        list: String? = nil,
        names: [String]
    ) {
        self.json = json
        self.heading = heading
        self.table = table
        self.list = list
        self.names = names
    }

    /// The report as text.
    func text(as format: OutputFormat, hasColour: Bool, columns: Int?) -> String {
        switch format {
        case .json: json().prettyText + "\n"
        case .yaml: json().yaml
        case .name: names.map { $0.onOneLine + "\n" }.joined()
        case .csv: json().csv(list: list)
        case .table, .wide:
            (heading.map { $0.onOneLine + "\n" } ?? "")
                + table.text(isWide: format == .wide, hasColour: hasColour, limit: format == .wide ? nil : columns)
        }
    }
}
