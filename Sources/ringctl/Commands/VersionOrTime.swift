import RingAPI
import RingCore

/// A moment of a ring's history as people give it: a version, a time or an age.
struct VersionOrTime {
    /// As a query takes it: digits for a version, else RFC 3339.
    let text: String

    /// Parses `41` or `v41`, a time as RFC 3339, `2026-11-22T10:35` or `10:35`, or an age as `15m` or `15m ago`.
    init(_ given: String, field: String) throws(RingCore.ValidationError) {
        let digits = given.hasPrefix("v") ? given.dropFirst() : given[...]
        if !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            text = String(digits)
            return
        }
        do {
            text = try WallTime(operatorText: given, field: field).description
        } catch {
            throw RingCore.ValidationError(
                field: field,
                problem: "'\(printable(given))' is neither a version, a time nor an age",
                hint: "write it as 41, 2026-11-22T10:35:00Z, 10:35, or 90s, 15m, 12h or 7d"
            )
        }
    }

    /// Parses where something was given, and words the error.
    static func parse(_ given: String, field: String) throws -> VersionOrTime {
        try checking { () throws(RingCore.ValidationError) in try VersionOrTime(given, field: field) }
    }

    /// Whether it is a version.
    var isVersion: Bool { text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
