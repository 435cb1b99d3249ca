import ArgumentParser
import RingAPI
import RingCore

/// The changes of a plan, each as the words of a command that would do it at once.
struct PlannedChanges {
    /// The words of each change, in their order.
    let changes: [[String]]

    /// As many as one change of the daemon may have.
    static let limit = 20_000

    /// Cuts arguments into changes: one in quotes is a change, others go on to a comma.
    ///
    /// - Throws: `CommandFailure` for an empty change, and for quotes that do not end.
    init(arguments: [String]) throws {
        var changes: [[String]] = []
        var words: [String] = []
        var isAfterComma = false
        func endChange(_ changes: inout [[String]]) throws {
            guard !words.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "change \(changes.count + 1) is empty",
                    hint: "write it as it would be typed behind 'ringctl', as in 'node remove cache-3'"
                )
            }
            changes.append(words)
            words = []
        }
        for argument in arguments {
            if argument == "," {
                // A comma behind a change in quotes only separates.
                if !words.isEmpty || isAfterComma || changes.isEmpty { try endChange(&changes) }
                isAfterComma = true
            } else if words.isEmpty, argument.contains(where: \.isWhitespace) || argument.isEmpty {
                words = try Self.words(of: argument)
                try endChange(&changes)
                isAfterComma = false
            } else if argument.last == ",", argument.count > 1 {
                words.append(String(argument.dropLast()))
                try endChange(&changes)
                isAfterComma = true
            } else {
                words.append(argument)
                isAfterComma = false
            }
        }
        if !words.isEmpty || isAfterComma { try endChange(&changes) }
        self.changes = changes
    }

    /// Splits a text into words as a shell does: spaces separate, quotes hold together, a backslash takes the next as it is.
    static func words(of text: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let ended = word { words.append(ended) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else {
            throw CommandFailure(
                .usage,
                "a quote or a backslash at the end of '\(printable(text))' holds nothing",
                hint: "close the quote"
            )
        }
        if let word { words.append(word) }
        return words
    }

    /// The changes as one request to the daemon.
    ///
    /// - Parameter pool: the pool that is named outside of the changes.
    /// - Throws: `CommandFailure` for a change that is none, and for two that contradict each other.
    func request(of pool: PoolName?) throws -> ChangeRequest {
        guard changes.count <= Self.limit else {
            throw CommandFailure(
                .usage,
                "\(changes.count) changes are too many for one plan",
                hint: "give at most \(Self.limit), the rest afterwards"
            )
        }
        var requests: [ChangeRequest] = []
        for (index, words) in changes.enumerated() {
            do {
                requests.append(try Self.request(of: words))
            } catch let failure as CommandFailure {
                throw CommandFailure(
                    failure.status,
                    field: failure.field,
                    "change \(index + 1) of \(changes.count), '\(Self.text(of: words))': \(failure.problem)",
                    hint: failure.hint
                )
            }
        }
        if let contradiction = Contradiction.first(in: requests) { throw contradiction.failure }
        let name = try Self.pool(of: requests, or: pool)
        // These are whole versions or the end of them, and stand alone.
        if requests.count == 1, [.rollback, .deletePool].contains(requests[0].action) {
            requests[0].pool = name
            return requests[0]
        }
        var request = ChangeRequest(.batch, pool: name)
        request.changes = requests.map { part in
            var part = part
            part.pool = nil
            return part
        }
        return request
    }

    /// The only pool that is named, outside of the changes or in them.
    private static func pool(of requests: [ChangeRequest], or pool: PoolName?) throws -> String? {
        var name = pool?.text
        for other in requests.compactMap(\.pool) {
            if let name, name != other {
                throw CommandFailure(
                    .refused,
                    field: "pool",
                    "'\(name)' and '\(other)' are both named, and a plan is about one pool",
                    hint: "make a plan for each"
                )
            }
            name = other
        }
        return name
    }

    /// Parses the words with the parser of the commands themselves.
    private static func request(of words: [String]) throws -> ChangeRequest {
        try GlobalOptions.checkCommand(words)
        var command: any ParsableCommand
        do {
            command = try Ringctl.parseAsRoot(words)
        } catch {
            throw CommandFailure(
                .usage,
                Ringctl.message(for: error),
                hint: "'ringctl \(words.prefix(2).joined(separator: " ").onOneLine) --help' says how it is written"
            )
        }
        guard let change = command as? any ChangeCommand else {
            // Help that was asked for is printed by its throwing itself, and is no failure.
            if words.contains(where: { ["--help", "-h"].contains($0) }) { try command.run() }
            throw CommandFailure(
                .usage,
                "this is not a change",
                hint: "a plan takes commands of node, spare and pool that change something, and 'ring rollback'"
            )
        }
        if let option = change.change.firstGiven ?? change.global.firstGiven {
            throw CommandFailure(
                .usage,
                "\(option) is for the whole, not for one of its changes",
                hint: ["--message", "--pool"].contains(option)
                    ? "put it behind 'ringctl plan', outside of the quotes" : "leave it out of the change"
            )
        }
        return try change.request()
    }

    private static func text(of words: [String]) -> String {
        words.joined(separator: " ").onOneLine.cut(toColumns: 60)
    }
}

extension ChangeOptions {
    /// The first option that was given.
    fileprivate var firstGiven: String? {
        let given = [
            ("--dry-run", dryRun), ("--message", message != nil), ("--if-version", ifVersion != nil), ("--yes", yes),
            ("--ask-above", askAbove != nil), ("--request-id", requestId != nil),
        ]
        return given.first { $0.1 }?.0
    }
}

extension GlobalOptions {
    /// The first option that was given.
    fileprivate var firstGiven: String? {
        let given = [
            ("--socket", socket != nil), ("--pool", pool != nil), ("--output", output != .table),
            ("--no-color", noColor),
        ]
        return given.first { $0.1 }?.0
    }
}
