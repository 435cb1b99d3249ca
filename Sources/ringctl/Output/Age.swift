import FoundationEssentials
import RingCore

extension WallTime {
    /// The time of this machine.
    static var now: WallTime { WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// How long ago, in one unit: `12m`; of the future nothing is known, so that is `0s`.
    func age(at now: WallTime = .now) -> String {
        let seconds = max(0, (now.milliseconds - milliseconds) / 1000)
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// The time in UTC to the second, with its age: `2026-11-22T10:58:11Z (12m ago)`.
    var withAge: String { "\(toTheSecond) (\(age()) ago)" }

    /// The time in UTC without milliseconds.
    var toTheSecond: String { description.prefix(19) + "Z" }

    /// Parses RFC 3339 in full or without its end, or an age as `90s`, `15m`, `12h` or `7d`, with or without ` ago`.
    ///
    /// What is left out of a time is zero, and its zone is UTC, as in all that is printed. A time without a day is the
    /// last one that has been; where it ends something, the first one after that began.
    init(
        operatorText given: String,
        field: String,
        after begin: WallTime? = nil,
        at now: WallTime = .now
    ) throws(RingCore.ValidationError) {
        if let time = WallTime(rfc3339: given) ?? Self.completed(given, after: begin, at: now) {
            self = time
            return
        }
        let text = given.hasSuffix(" ago") ? String(given.dropLast(4)) : given
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count)
        else {
            throw RingCore.ValidationError(
                field: field,
                problem: "'\(printable(given))' is neither a time nor an age",
                hint: "write it as 2026-11-22T10:35:00Z, 10:35, or as 90s, 15m, 12h or 7d"
            )
        }
        self = WallTime(milliseconds: now.milliseconds - count * unit)
    }

    /// `2026-11-22`, `2026-11-22T10:35`, `2026-11-22 10:35:07`, `10:35` or `10:35:07`, with or without a `Z`.
    private static func completed(_ given: String, after begin: WallTime?, at now: WallTime) -> WallTime? {
        let text = (given.hasSuffix("Z") ? given.dropLast() : given[...]).replacing(" ", with: "T")
        switch text.utf8.count {
        case 10: return WallTime(rfc3339: text + "T00:00:00Z")
        case 16: return WallTime(rfc3339: text + ":00Z")
        case 19: return WallTime(rfc3339: text + "Z")
        case 5, 8:
            let seconds = text.utf8.count == 5 ? ":00" : ""
            let day = (begin ?? now).description.prefix(10)
            guard let time = WallTime(rfc3339: "\(day)T\(text)\(seconds)Z") else { return nil }
            if let begin {
                return time > begin ? time : WallTime(milliseconds: time.milliseconds + 86_400_000)
            }
            return time <= now ? time : WallTime(milliseconds: time.milliseconds - 86_400_000)
        default: return nil
        }
    }
}
