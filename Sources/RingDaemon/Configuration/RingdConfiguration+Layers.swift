import RingCore
import RingDocuments

extension RingdConfiguration {
    /// Applies the text of a configuration file.
    ///
    /// - Throws: `ConfigurationError` with line and column; the configuration is unchanged then.
    package mutating func apply(file text: String, named file: String) throws(ConfigurationError) {
        let document: DocumentValue
        do throws(DocumentError) {
            document = try DocumentValue(toml: text)
        } catch {
            throw ConfigurationError(
                place: "\(file):\(error.place)",
                problem: error.problem,
                hint: "see the documented example, Config/ringd.toml"
            )
        }
        guard case .table(let entries) = document.content else { return }
        var changed = self
        for entry in entries {
            let place = "\(file):\(entry.place)"
            guard let key = ConfigurationKey.named(entry.name) else {
                let nearest = nearestName(to: entry.name, among: ConfigurationKey.all.map(\.name))
                throw ConfigurationError(
                    place: place,
                    problem: "'\(printable(entry.name))' is not a key",
                    hint: nearest.map { "did you mean '\($0)'?" } ?? "see the documented example, Config/ringd.toml"
                )
            }
            guard case .text(let value) = entry.value.content else {
                throw ConfigurationError(
                    place: "\(file):\(entry.value.place)",
                    problem: "'\(entry.name)' is \(entry.value.kind), not a text",
                    hint: "write its value in quotes"
                )
            }
            try changed.set(key, to: value, place: "\(file):\(entry.value.place)")
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
}
