/// One option of a dialect: its name, what it may be set to, and what that changes in the rule.
package struct DialectOption: Sendable {
    /// As the vector files and the command line write it: `hash`.
    package let name: String
    /// The accepted values; empty where other text is accepted, as `valueHint` says.
    package let values: [String]
    /// What is accepted, in words.
    package let valueHint: String
    private let change: @Sendable (inout DialectRule, String) throws(ValidationError) -> Void

    private init(
        _ name: String,
        values: [String] = [],
        hint: String,
        change: @escaping @Sendable (inout DialectRule, String) throws(ValidationError) -> Void
    ) {
        self.name = name
        self.values = values
        valueHint = hint
        self.change = change
    }

    /// An option whose values stand for something in the rule.
    static func choice<Value: Sendable>(
        _ name: String,
        among choices: KeyValuePairs<String, Value>,
        _ change: @escaping @Sendable (inout DialectRule, Value) -> Void
    ) -> DialectOption {
        let names = choices.map(\.key)
        let values = choices.map(\.value)
        return DialectOption(name, values: names, hint: names.joined(separator: ", ")) { rule, name in
            if let index = names.firstIndex(of: name) { change(&rule, values[index]) }
        }
    }

    /// An option whose values stand for changes of the rule.
    static func choice(
        _ name: String,
        _ changes: KeyValuePairs<String, @Sendable (inout DialectRule) -> Void>
    ) -> DialectOption {
        .choice(name, among: changes) { rule, change in change(&rule) }
    }

    /// An option that real configurations carry and that says nothing new.
    static func fixed(_ name: String, _ value: String) -> DialectOption {
        .choice(name, among: [value: ()]) { _, _ in }
    }

    /// An option that sets the key hash by the dialect's own names for hashes.
    static func keyHash(_ name: String = "hash", _ hashes: KeyValuePairs<String, HashFunction>) -> DialectOption {
        .choice(name, among: hashes) { $0.keyHash = $1 }
    }

    /// An option that is on or off: `1` and `true`, `0` and `false` are the same.
    static func flag(_ name: String, _ change: @escaping @Sendable (inout DialectRule, Bool) -> Void) -> DialectOption {
        DialectOption(name, values: ["true", "false"], hint: "true or false") { rule, value in
            change(&rule, value == "true")
        }
    }

    /// An option that takes any text.
    static func text(
        _ name: String,
        hint: String = "any text",
        _ change: @escaping @Sendable (inout DialectRule, String) -> Void
    ) -> DialectOption {
        DialectOption(name, hint: hint, change: change)
    }

    /// An option that takes a whole number which `isValid` accepts.
    static func number(
        _ name: String,
        _ range: ClosedRange<Int>,
        hint: String = "a whole number",
        where isValid: @escaping @Sendable (Int) -> Bool = { _ in true },
        _ change: @escaping @Sendable (inout DialectRule, Int) -> Void
    ) -> DialectOption {
        let hint = "\(hint) from \(range.lowerBound) to \(range.upperBound)"
        return DialectOption(name, hint: hint) { (rule, value) throws(ValidationError) in
            guard let number = Int(value), range.contains(number), isValid(number) else {
                throw Self.refusal(of: value, name: name, hint: "use \(hint)")
            }
            change(&rule, number)
        }
    }

    /// An option that takes exactly two bytes, an opening and a closing mark, or nothing.
    static func tagMarks(
        _ name: String,
        _ change: @escaping @Sendable (inout DialectRule, (open: UInt8, close: UInt8)?) -> Void
    ) -> DialectOption {
        let hint = "two ASCII characters"
        return DialectOption(name, hint: hint) { (rule, value) throws(ValidationError) in
            let marks = Array(value.utf8)
            guard marks.isEmpty || marks.count == 2 else {
                throw Self.refusal(of: value, name: name, hint: "use \(hint)")
            }
            change(&rule, marks.isEmpty ? nil : (marks[0], marks[1]))
        }
    }

    /// An option that takes whole numbers with commas between.
    static func numbers(
        _ name: String,
        _ change: @escaping @Sendable (inout DialectRule, [Int]) -> Void
    ) -> DialectOption {
        let hint = "whole numbers with commas between"
        return DialectOption(name, hint: hint) { (rule, value) throws(ValidationError) in
            var numbers: [Int] = []
            for part in value.split(separator: ",") {
                guard let number = Int(part), number >= 0 else {
                    throw Self.refusal(of: value, name: name, hint: "use \(hint)")
                }
                numbers.append(number)
            }
            change(&rule, numbers)
        }
    }

    /// Changes the rule as `value` says.
    func apply(_ value: String, to rule: inout DialectRule) throws(ValidationError) {
        var value = value
        if values == ["true", "false"] || values == ["true"] || values == ["1"] {
            let isOn = value == "1" || value == "true"
            if isOn || value == "0" || value == "false" {
                value = values == ["1"] ? (isOn ? "1" : "0") : (isOn ? "true" : "false")
            }
        }
        if !values.isEmpty, !values.contains(value) {
            let nearest = nearestName(to: value, among: values).map { "did you mean '\($0)'? " } ?? ""
            throw Self.refusal(of: value, name: name, hint: nearest + "use \(valueHint)")
        }
        try change(&rule, value)
    }

    private static func refusal(of value: String, name: String, hint: String) -> ValidationError {
        ValidationError(field: "option", problem: "\(name) cannot be '\(printable(value))'", hint: hint)
    }
}
