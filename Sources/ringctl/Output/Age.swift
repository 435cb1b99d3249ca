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

    /// Parses RFC 3339, or an age as `90s`, `15m`, `12h` or `7d`, with or without ` ago` behind it.
    init(operatorText given: String, field: String) throws(RingCore.ValidationError) {
        if let time = WallTime(rfc3339: given) {
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
                hint: "write it as 2026-11-22T10:35:00Z, or as 90s, 15m, 12h or 7d"
            )
        }
        self = WallTime(milliseconds: WallTime.now.milliseconds - count * unit)
    }
}
