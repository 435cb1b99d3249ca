import ArgumentParser
import RingAPI
import RingCore

/// The options of every command that changes something.
struct ChangeOptions: ParsableArguments {
    @Flag(name: [.customShort("n"), .long], help: "Show exactly what would happen, and do nothing.")
    var dryRun = false

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Why; kept for ever with the change.", valueName: "text")
    )
    var message: String?

    @Option(help: ArgumentHelp("Refuse unless the pool is at this version; 0 is 'none yet'.", valueName: "n"))
    var ifVersion: Int64?

    @Flag(name: [.customShort("y"), .long], help: "Do not ask, however many keys move or turn cold.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Ask above this share of keys that move or turn cold, in per cent; the pool's policy unless given.",
            valueName: "percent"
        )
    )
    var askAbove: String?

    @Option(help: ArgumentHelp("Name the request: repeated with the same name it has one effect.", valueName: "id"))
    var requestId: String?

    /// The share that was given.
    func askAboveShare() throws -> Share? {
        try askAbove.map { text in
            guard let share = Share(percentText: text) else {
                throw CommandFailure(
                    .refused,
                    field: "ask-above",
                    "'\(printable(text))' is not a percentage",
                    hint: "use 0 to 100, as in 10%"
                )
            }
            return share
        }
    }
}

extension Share {
    /// Parses a whole percentage: `10%` or `10`.
    init?(percentText text: String) {
        let digits = text.last == "%" ? text.dropLast() : text[...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(digits), (0...100).contains(value)
        else { return nil }
        self.init(percent: value)
    }
}
