import RingCore
import TOMLKit

extension RingdConfiguration {
    /// Applies the text of a configuration file.
    ///
    /// - Throws: `ConfigurationError` with line and column; the configuration is unchanged then.
    package mutating func apply(file text: String, named file: String) throws(ConfigurationError) {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationError(
                place: "\(file):\(error.source.begin.line):\(error.source.begin.column)",
                problem: error.description,
                hint: "see the documented example, Config/ringd.toml"
            )
        } catch {
            throw ConfigurationError(
                place: file,
                problem: "\(error)",
                hint: "see the documented example, Config/ringd.toml"
            )
        }
        var changed = self
        for name in table.keys.sorted() {
            let place = Self.place(of: name, in: text, file: file)
            guard let key = ConfigurationKey.named(name) else {
                let nearest = nearestName(to: name, among: ConfigurationKey.all.map(\.name))
                throw ConfigurationError(
                    place: place,
                    problem: "'\(printable(name))' is not a key",
                    hint: nearest.map { "did you mean '\($0)'?" } ?? "see the documented example, Config/ringd.toml"
                )
            }
            guard let value = table[name]?.string else {
                throw ConfigurationError(
                    place: place,
                    problem: "'\(name)' is not a text",
                    hint: "write its value in quotes"
                )
            }
            try changed.set(key, to: value, place: place)
        }
        self = changed
    }

    /// Applies the variables of the environment that are set.
    package mutating func apply(environment: [String: String]) throws(ConfigurationError) {
        for key in ConfigurationKey.all {
            guard let variable = key.environment, let value = environment[variable] else { continue }
            try set(key, to: value, place: variable)
        }
    }

    /// Applies a flag: `name` without its dashes.
    package mutating func apply(flag name: String, _ value: String) throws(ConfigurationError) {
        guard let key = ConfigurationKey.named(name) else { preconditionFailure("no key for the flag --\(name)") }
        try set(key, to: value, place: "--\(name)")
    }

    private mutating func set(_ key: ConfigurationKey, to text: String, place: String) throws(ConfigurationError) {
        do {
            try key.write(&self, text)
        } catch {
            throw ConfigurationError(place: place, problem: "\(key.name): \(error.problem)", hint: error.hint)
        }
    }

    /// Where a key stands in the file: TOMLKit keeps no places of values.
    private static func place(of key: String, in text: String, file: String) -> String {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let indent = line.prefix { $0 == " " || $0 == "\t" }
            let rest = line.dropFirst(indent.count)
            let bare = rest.first == "\"" || rest.first == "'" ? rest.dropFirst() : rest
            if bare.hasPrefix(key) { return "\(file):\(index + 1):\(indent.count + 1)" }
        }
        return file
    }
}
