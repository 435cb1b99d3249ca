import RingCore

extension Policy {
    /// Sets one key from text.
    ///
    /// - Throws: `Refusal` for a key that is unknown (the nearest one is named), and for a value that is out of range;
    ///   the policy is unchanged then.
    package mutating func set(_ name: String, to text: String) throws(Refusal) {
        guard let key = PolicyKey.named(name) else {
            let nearest = nearestName(to: name, among: PolicyKey.all.map(\.name))
            throw Refusal(
                .invalid,
                field: name,
                problem: "'\(printable(name))' is not a policy key",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "'ringctl pool show' lists the keys"
            )
        }
        var changed = self
        do {
            try key.set(text, in: &changed)
        } catch {
            throw Refusal(error)
        }
        self = changed
    }

    /// Refuses values that contradict each other.
    ///
    /// Called once after all settings of a command.
    package func validate() throws(Refusal) {
        func refuse(_ field: String, _ problem: String, _ hint: String) -> Refusal {
            Refusal(.invalid, field: field, problem: problem, hint: hint)
        }
        guard timeout <= interval else {
            throw refuse(
                "timeout",
                "a timeout of \(timeout.policyText) is longer than the interval of \(interval.policyText)",
                "shorten the timeout, or lengthen the interval in the same command"
            )
        }
        guard fastInterval <= interval else {
            throw refuse(
                "fast-interval",
                "\(fastInterval.policyText) is longer than the interval of \(interval.policyText)",
                "shorten it, or lengthen the interval in the same command"
            )
        }
        if let onFailure {
            guard let last = onFailure.last, last != .spare else {
                throw refuse(
                    "on-failure",
                    "'spare' alone says nothing for the day when no spare is left",
                    "end the list with hold or eject"
                )
            }
            if let hold = onFailure.firstIndex(of: .hold), let spare = onFailure.firstIndex(of: .spare), hold < spare {
                throw refuse(
                    "on-failure",
                    "'hold' stands before 'spare'",
                    "put spare first: a spare moves no key either, and serves"
                )
            }
            if let eject = onFailure.firstIndex(of: .eject), eject != onFailure.count - 1 {
                throw refuse("on-failure", "'eject' is not the last action", "put eject last: nothing can follow it")
            }
        }
    }

    /// The values that differ from the defaults, as `(key, text)` in the order of ``PolicyKey/all``.
    package var overrides: [(key: String, value: String)] {
        let standard = Policy()
        return PolicyKey.all.compactMap { key in
            let text = key.text(in: self)
            return text == key.text(in: standard) ? nil : (key.name, text)
        }
    }
}
