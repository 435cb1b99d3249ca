import RingAPI
import RingCore

/// What a template is filled with.
typealias Fields = [String: Any]

extension WallTime {
    /// How long ago that was, as `12s`, `4m`, `3h` or `9d`.
    func age(at now: WallTime) -> String {
        let seconds = max(0, (now.milliseconds - milliseconds) / 1000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// The time with its age, as the templates take them.
    func fields(at now: WallTime) -> Fields { ["at": description, "age": age(at: now)] }

    /// The time in UTC to the second, for people: `2026-11-22 10:58:11 UTC`.
    var dayAndTime: String { "\(description.prefix(10)) \(clockText) UTC" }

    /// The time of the day to the second.
    var clockText: String { String(description.dropFirst(11).prefix(8)) }
}

extension Share {
    /// In hundredths of a hundredth: a share as a length of 10,000.
    var tenThousandths: Int {
        let (high, low) = parts.multipliedFullWidth(by: 10_000)
        return Int(high << 2 | low >> 62)
    }

    /// In per cent with two decimals, as a width on a field of 100.
    var width: String { "\(tenThousandths / 100).\(tenThousandths / 10 % 10)\(tenThousandths % 10)" }
}

/// Microseconds as milliseconds: `0.31`, `12.0`.
func millisecondText(_ microseconds: Int64) -> String {
    if microseconds < 10_000 {
        let hundredths = (microseconds + 5) / 10
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }
    let tenths = (microseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10)"
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
}

extension HistoryRow {
    /// The fields of a line in the table of versions.
    func fields(at now: WallTime) -> Fields {
        at.fields(at: now).merging([
            "version": version, "kind": kind, "node": node ?? "", "who": actor, "why": reason,
            "moved": movedShare.percentText,
        ]) { first, _ in first }
    }
}

extension EventRow {
    /// The fields of a line in the table of events.
    func fields(at now: WallTime) -> Fields {
        at.fields(at: now).merging(["kind": kind, "node": node ?? "", "who": actor.user, "why": reason]) { first, _ in
            first
        }
    }
}
