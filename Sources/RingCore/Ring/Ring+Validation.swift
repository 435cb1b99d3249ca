extension Ring {
    /// Refuses slots that the dialect cannot take.
    static func validate(_ slots: [RingSlot], for dialect: Dialect) throws(ValidationError) {
        try validate(count: slots.count, for: dialect)
        try validate(labels: slots.map(\.label))
        for slot in slots {
            guard dialect.weightRange.contains(slot.weight.value) else {
                throw ValidationError(
                    field: "weight",
                    problem: "\(slot.weight) is out of the range of \(dialect.name)",
                    hint: "use \(dialect.weightRange.lowerBound) to \(dialect.weightRange.upperBound)"
                )
            }
            if case .percent(let percent) = slot.limit, !(1...100).contains(percent) {
                throw ValidationError(field: "ramp", problem: "\(percent) % is out of range", hint: "use 1 to 100")
            }
        }
    }

    /// Refuses an empty list, and one that is too long.
    static func validate(count: Int, for dialect: Dialect) throws(ValidationError) {
        guard count > 0 else {
            throw ValidationError(field: "slots", problem: "the ring is empty", hint: "give at least one server")
        }
        guard count <= dialect.slotLimit else {
            throw ValidationError(
                field: "slots",
                problem: "\(count) servers are too many for \(dialect.name)",
                hint: "use at most \(dialect.slotLimit)"
            )
        }
    }

    /// Refuses labels that are empty, too long or not unique.
    ///
    /// Two labels that Unicode holds to be the same text count as one.
    static func validate(labels: [String]) throws(ValidationError) {
        var seen = Set<String>(minimumCapacity: labels.count)
        for label in labels {
            guard (1...labelByteLimit).contains(label.utf8.count) else {
                throw ValidationError(
                    field: "label",
                    problem: "is \(label.utf8.count) bytes long",
                    hint: "use 1 to \(labelByteLimit) bytes"
                )
            }
            guard seen.insert(label).inserted else {
                throw ValidationError(
                    field: "label",
                    problem: "two servers have the label '\(printable(label))'",
                    hint: "give each server a label of its own"
                )
            }
        }
    }
}

extension DialectRule.WeightRule {
    /// The weight that a slot of a pool stands for.
    func weight(of weight: Weight) -> SlotWeight {
        if case .decimal(_, let unit) = self { return .decimal(Double(weight.value) / unit) }
        return .whole(weight.value)
    }

    /// The weight of a server as a client's configuration gives it.
    func weight(of number: Double?, default missing: Weight) throws(ValidationError) -> SlotWeight {
        guard let number else { return weight(of: missing) }
        let upper = Double(Weight.range.upperBound)
        switch self {
        case .ignored: return .whole(1)
        case .decimal(let limit, _):
            guard number >= 0, number <= limit else { throw Self.refusal(of: number, hint: "use 0 to \(limit)") }
            return .decimal(number)
        case .whole, .wholeAtLeastOne:
            guard number >= 0, number <= upper, number.rounded(.down) == number else {
                throw Self.refusal(of: number, hint: "use a whole number from 0 to \(Weight.range.upperBound)")
            }
            let whole = Int(number)
            return .whole(self == .wholeAtLeastOne ? max(1, whole) : whole)
        }
    }

    private static func refusal(of number: Double, hint: String) -> ValidationError {
        ValidationError(field: "weight", problem: "\(number) is not a weight of this dialect", hint: hint)
    }
}
