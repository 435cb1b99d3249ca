package import RingCore

/// One policy value that operators can set: its name, its range, and how it is read and written as text.
///
/// The table ``all`` is the whole truth: `pool set`, `pool show`, the database and the documentation read it.
package struct PolicyKey: Sendable {
    /// Kebab-case, as on the command line; JSON has `_` in place of `-`.
    package let name: String
    /// What is accepted, for people: `50ms to 10m`.
    package let range: String
    /// What the value means, in a phrase.
    package let meaning: String
    let read: @Sendable (Policy) -> String
    let write: @Sendable (inout Policy, String) throws(ValidationError) -> Void

    /// Every key, in the order of the documentation.
    package static let all: [PolicyKey] = [
        duration("interval", \.interval, 50...600_000, "between two probes of a healthy node"),
        duration("timeout", \.timeout, 50...600_000, "connect and answer of a probe; at most interval"),
        duration("fast-interval", \.fastInterval, 50...600_000, "between two probes of a suspect node"),
        duration("down-interval", \.downInterval, 50...600_000, "between the first two probes of a dead node"),
        number("fall-hard", \.fallHard, 1...100, "hard failures in a row that make a node fall"),
        number("fall-soft", \.fallSoft, 1...100, "soft failures in a row that make a node fall"),
        number("rise", \.rise, 1...100, "good probes in a row that let a fallen node rise"),
        duration("confirm", \.confirm, 0...600_000, "it must have failed for this long as well"),
        failureActions,
        holdFor,
        choice("rejoin", \.rejoin, "how a node that was away comes back"),
        choice("failback", \.failback, "whether an ejected node gets its slot back"),
        ramp,
        duration("settle", \.settle, 1000...86_400_000, "how long a node stays at each step of its ramp"),
        duration("max-item-ttl", \.maxItemTTL, 60_000...7_776_000_000, "how long an item can live"),
        number("burst-nodes", \.burstNodes, 1...10_000, "nodes that turn suspect together in a mass failure"),
        percent("burst-share", \.burstShare, "share of the keys in a mass failure"),
        duration("burst-window", \.burstWindow, 1000...600_000, "time in which a mass failure happens"),
        duration("thaw-after", \.thawAfter, 1000...3_600_000, "calm before a frozen pool thaws"),
        percent("floor", \.floor, "weight that automation leaves in the ring"),
        percent("move-budget", \.moveBudget, "cold share that automation may cause within budget-window"),
        duration("budget-window", \.budgetWindow, 60_000...86_400_000, "time over which move-budget counts"),
        number("max-changes-per-hour", \.maxChangesPerHour, 0...1000, "automatic changes before an operator is asked"),
        PolicyKey(
            name: "damping",
            range: "on, off",
            meaning: "keep a flapping node out until it calms down",
            read: { $0.damping ? "on" : "off" },
            write: { policy, text throws(ValidationError) in
                guard text == "on" || text == "off" else { throw unknownWord("damping", text, ["on", "off"]) }
                policy.damping = text == "on"
            }
        ),
        choice("mode", \.mode, "whether automation acts, or only says what it would do"),
        percent("ask-above", \.askAbove, "share that moves or turns cold above which ringctl asks"),
        choice("continuum", \.continuum, "whether snapshots carry the points"),
        number("keep-snapshots", \.keepSnapshots, 10...1_000_000, "snapshot files that are kept"),
    ]

    /// Finds a key by its kebab-case name.
    package static func named(_ name: String) -> PolicyKey? { all.first { $0.name == name } }

    /// The value in `policy` as text.
    package func text(in policy: Policy) -> String { read(policy) }

    /// Sets the value in `policy` from text.
    ///
    /// - Throws: `ValidationError` with the key as its field; `policy` is unchanged then.
    package func set(_ text: String, in policy: inout Policy) throws(ValidationError) {
        do {
            try write(&policy, text)
        } catch {
            throw ValidationError(field: name, problem: error.problem, hint: "\(error.hint) (\(range))")
        }
    }

    private static func outOfRange(_ name: String, _ text: String) -> ValidationError {
        ValidationError(field: name, problem: "'\(printable(text))' is out of range", hint: "use a value in range")
    }

    private static func unknownWord(_ name: String, _ text: String, _ words: [String]) -> ValidationError {
        ValidationError(
            field: name,
            problem: "'\(printable(text))' is not known",
            hint: "use one of \(words.joined(separator: ", "))"
        )
    }

    private static func duration(
        _ name: String,
        _ path: any WritableKeyPath<Policy, Duration> & Sendable,
        _ milliseconds: ClosedRange<Int64>,
        _ meaning: String
    ) -> PolicyKey {
        let low = Duration.milliseconds(milliseconds.lowerBound).policyText
        let high = Duration.milliseconds(milliseconds.upperBound).policyText
        return PolicyKey(
            name: name,
            range: "\(low) to \(high)",
            meaning: meaning,
            read: { $0[keyPath: path].policyText },
            write: { policy, text throws(ValidationError) in
                let value = try Duration(policyText: text)
                guard milliseconds.contains(value.wholeMilliseconds) else { throw outOfRange(name, text) }
                policy[keyPath: path] = value
            }
        )
    }

    private static func number(
        _ name: String,
        _ path: any WritableKeyPath<Policy, Int> & Sendable,
        _ range: ClosedRange<Int>,
        _ meaning: String
    ) -> PolicyKey {
        PolicyKey(
            name: name,
            range: "\(range.lowerBound) to \(range.upperBound)",
            meaning: meaning,
            read: { String($0[keyPath: path]) },
            write: { policy, text throws(ValidationError) in
                guard let value = Int(text), range.contains(value) else { throw outOfRange(name, text) }
                policy[keyPath: path] = value
            }
        )
    }

    private static func percent(
        _ name: String,
        _ path: any WritableKeyPath<Policy, Int> & Sendable,
        _ meaning: String
    ) -> PolicyKey {
        PolicyKey(
            name: name,
            range: "0% to 100%",
            meaning: meaning,
            read: { "\($0[keyPath: path])%" },
            write: { policy, text throws(ValidationError) in
                let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
                guard let value = Int(digits), (0...100).contains(value) else { throw outOfRange(name, text) }
                policy[keyPath: path] = value
            }
        )
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<Policy, Value> & Sendable,
        _ meaning: String
    ) -> PolicyKey {
        let words = Value.allCases.map(\.rawValue)
        return PolicyKey(
            name: name,
            range: words.joined(separator: ", "),
            meaning: meaning,
            read: { $0[keyPath: path].rawValue },
            write: { policy, text throws(ValidationError) in
                guard let value = Value(rawValue: text) else { throw unknownWord(name, text, words) }
                policy[keyPath: path] = value
            }
        )
    }

    private static let holdFor: PolicyKey = {
        let plain = duration(
            "hold-for",
            \.holdFor,
            1000...604_800_000,
            "how long a slot is held before the next action"
        )
        return PolicyKey(
            name: plain.name,
            range: plain.range,
            meaning: plain.meaning,
            read: plain.read,
            write: { policy, text throws(ValidationError) in
                guard !["0", "0s", "none", "never", "forever"].contains(text) else {
                    throw ValidationError(
                        field: "hold-for",
                        problem: "a hold without an end lets nothing come after it",
                        hint: "leave eject out instead, as in on-failure=spare,hold: a hold that is last has no end"
                    )
                }
                try plain.write(&policy, text)
            }
        )
    }()

    /// The most steps of a ramp.
    private static let rampLimit = 20

    private static let ramp = PolicyKey(
        name: "ramp",
        range: "none, or up to 20 rising percentages that end with 100%",
        meaning: "the parts of its points with which a node that was out comes back",
        read: { policy in
            policy.ramp.isEmpty ? "none" : policy.ramp.map { "\($0)%" }.joined(separator: ",")
        },
        write: { policy, text throws(ValidationError) in
            if text == "none" {
                policy.ramp = []
                return
            }
            var steps: [Int] = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                let digits = word.hasSuffix("%") ? word.dropLast() : word
                guard let step = Int(digits), (1...100).contains(step) else { throw outOfRange("ramp", String(word)) }
                guard step > steps.last ?? 0 else {
                    throw ValidationError(
                        field: "ramp",
                        problem: "\(step)% does not rise above \(steps.last ?? 0)%",
                        hint: "put the steps in rising order"
                    )
                }
                steps.append(step)
            }
            guard steps.last == 100, steps.count <= rampLimit else {
                throw ValidationError(
                    field: "ramp",
                    problem: steps.last == 100 ? "\(steps.count) are too many" : "it does not end with 100%",
                    hint: steps.last == 100
                        ? "use at most \(rampLimit)" : "end it with 100%: a node gets all its keys back"
                )
            }
            policy.ramp = steps
        }
    )

    private static let failureActions = PolicyKey(
        name: "on-failure",
        range: "spare, hold, eject, in the order to be tried",
        meaning: "what to do about a slot whose node is down",
        read: { policy in
            policy.onFailure.map { $0.map(\.rawValue).joined(separator: ",") } ?? "default"
        },
        write: { policy, text throws(ValidationError) in
            if text == "default" {
                policy.onFailure = nil
                return
            }
            var actions: [Policy.FailureAction] = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let action = Policy.FailureAction(rawValue: String(word)) else {
                    throw unknownWord("on-failure", String(word), Policy.FailureAction.allCases.map(\.rawValue))
                }
                guard !actions.contains(action) else {
                    throw ValidationError(field: "on-failure", problem: "'\(word)' stands twice", hint: "name it once")
                }
                actions.append(action)
            }
            policy.onFailure = actions
        }
    )
}
