import ArgumentParser
import RingCore

/// The dialect of a command that works without a daemon.
struct DialectOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The dialect; 'ringctl ring dialects' lists them.", valueName: "name"))
    var dialect: String

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp(
            "An option of the dialect; may be given again, and the order counts.",
            valueName: "key=value"
        )
    )
    var options: [String] = []

    /// The choice, checked.
    ///
    /// - Throws: `CommandFailure` that suggests the nearest name.
    func choice() throws -> DialectChoice {
        let pairs = try options.map { text in
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw CommandFailure(
                    .usage,
                    field: "option",
                    "'\(printable(text))' is not KEY=VALUE",
                    hint: "the value may be empty, the '=' stays"
                )
            }
            return DialectChoice.Option(
                name: String(text[..<equals]),
                value: String(text[text.index(after: equals)...])
            )
        }
        try checking { () throws(RingCore.ValidationError) in
            try Dialect.named(dialect).validate(options: pairs)
        }
        return DialectChoice(name: dialect, options: pairs)
    }
}
