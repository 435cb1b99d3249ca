import RingCore
import RingDocuments

/// A pool's roster as a file says it.
///
/// What the file leaves out is left alone: a weight, a zone or a policy value that is not there is not changed.
struct RosterFile {
    /// As messages show it.
    var file: String
    var pool: PoolName?
    /// Where the file was exported from; `nil` for one that was written by hand, which is the truth.
    var base: Base?
    /// What `pool set` takes, with the places.
    var settings: [Setting] = []
    var entries: [Entry] = []
    /// Where the pool is named, or the first line.
    var place = DocumentValue.Place(line: 1, column: 1)

    /// What the file was exported from.
    struct Base: Hashable {
        var version: Int64
        /// The newest event then: what people did later was done elsewhere.
        var event: Int64
        /// Names the file: what was applied from it was not done elsewhere.
        var id: String
    }

    /// A dialect or policy value.
    struct Setting {
        var key: String
        var value: String
        var place: DocumentValue.Place
    }

    /// One server.
    struct Entry {
        var name: NodeName
        var address: NodeAddress
        var isSpare: Bool
        var weight: Weight?
        /// Empty takes the zone away.
        var zone: String?
        var tags: [String]?
        var place: DocumentValue.Place
    }

    /// As many as a pool may have.
    static let entryLimit = 10_000
    /// What a file may be long.
    static let byteLimit = 16 << 20

    /// Reads a TOML, YAML or JSON file; `-` is standard input.
    ///
    /// - Throws: `CommandFailure` for a file that cannot be read, ``RosterProblems`` for all that is wrong with it.
    static func reading(_ path: String) throws -> RosterFile {
        let bytes = try InputFile.contents(of: path, limit: byteLimit)
        let name = path == "-" ? "standard input" : path.onOneLine
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.badData, "\(name): this is not UTF-8", hint: "write the file as UTF-8")
        }
        var reader = RosterReader(file: name)
        do {
            let document = isTOML(path, text) ? try DocumentValue(toml: text) : try DocumentValue(yaml: text)
            return try reader.read(document)
        } catch let error as DocumentError {
            throw RosterProblems(file: name, problems: [error])
        }
    }

    /// By the name; where that does not say it, by the first line that says something.
    private static func isTOML(_ path: String, _ text: String) -> Bool {
        if path.hasSuffix(".toml") { return true }
        if [".yaml", ".yml", ".json"].contains(where: { path.hasSuffix($0) }) { return false }
        for line in text.split(separator: "\n") {
            let words = line.drop { $0 == " " }
            guard let first = words.first, first != "#" else { continue }
            if first == "[" { return true }
            guard let sign = words.first(where: { $0 == "=" || $0 == ":" }) else { return false }
            return sign == "="
        }
        return true
    }
}

/// All that is wrong with a roster file, in the order of the text.
struct RosterProblems: Error {
    let file: String
    let problems: [DocumentError]

    /// More of them would not be read.
    private static let shownLimit = 20

    /// Prints each as `ringctl: FILE:LINE:COLUMN: problem` with its hint below.
    func report() {
        for problem in problems.sorted(by: { $0.place < $1.place }).prefix(Self.shownLimit) {
            CommandFailure(.badData, "\(file):\(problem.place): \(problem.problem)", hint: problem.hint).report()
        }
        let others = problems.count - Self.shownLimit
        if others > 0 { Terminal.error.write("ringctl: \(file): \(others) more problems\n") }
    }
}
