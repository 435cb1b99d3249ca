extension Duration {
    /// Parses `500ms`, `2s`, `15m`, `24h` or `7d`: a whole number and a unit, no sign, no space.
    package init(policyText text: String) throws(ValidationError) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let scale: Int64? =
            switch text.dropFirst(digits.count) {
            case "ms": 1
            case "s": 1000
            case "m": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            default: nil
            }
        guard let scale, let count = Int64(digits), count <= 10_000_000_000 / scale else {
            throw ValidationError(
                field: "duration",
                problem: "'\(printable(text))' is not a duration",
                hint: "use a whole number and a unit, as in 500ms, 2s, 15m, 24h or 7d"
            )
        }
        self = .milliseconds(count * scale)
    }

    /// The shortest text that ``init(policyText:)`` reads back: `90s` stays `90s`, `60s` is `1m`.
    package var policyText: String {
        let milliseconds = wholeMilliseconds
        if milliseconds == 0 { return "0s" }
        for (unit, scale) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where milliseconds % scale == 0 {
            return "\(milliseconds / scale)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}
