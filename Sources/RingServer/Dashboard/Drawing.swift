import RingAPI
import RingCore

/// Shapes for pages, as the data of SVG paths: made of numbers alone, so there is nothing to escape.
enum Drawing {
    /// The most values of a sparkline; more are thinned out by the greatest of each few.
    static let sparkValues = 32
    /// Stripes of a day, a quarter of an hour each.
    static let stripes = 96
    /// The most nodes that a circle tells apart.
    static let circleNodes = 12
    /// Samples around the circle.
    private static let samples = 360

    /// A line through `values` on a field of 64 by 16, the greatest at the top; `nil` for fewer than two.
    static func spark(_ values: [UInt32]) -> String? {
        guard values.count > 1, let greatest = values.max() else { return nil }
        let step = (values.count + sparkValues - 1) / sparkValues
        let thinned = stride(from: 0, to: values.count, by: step).map { start in
            values[start..<min(values.count, start + step)].max() ?? 0
        }
        guard thinned.count > 1 else { return nil }
        var path = ""
        for (index, value) in thinned.enumerated() {
            let x = index * 640 / (thinned.count - 1)
            let y = 150 - Int(UInt64(value) * 140 / UInt64(max(1, greatest)))
            path += "\(index == 0 ? "M" : "L")\(tenths(x)) \(tenths(y))"
        }
        return path
    }

    /// The health of a node over a day, on a field of 96 by 10: the worst of each quarter of an hour.
    ///
    /// Heights differ as colours do: a failure fills the field, health a part of it, and nothing known is a line.
    static func day(_ spans: [HealthSpan], from start: WallTime, until end: WallTime) -> [Fields] {
        let length = max(1, end.milliseconds - start.milliseconds)
        var worst = [Int](repeating: -1, count: stripes)
        for span in spans where span.until >= span.from {
            let first = Int((span.from.milliseconds - start.milliseconds) * Int64(stripes) / length)
            let last = Int((span.until.milliseconds - start.milliseconds) * Int64(stripes) / length)
            guard first < stripes, last >= 0 else { continue }
            let level = levels.firstIndex { $0.healths.contains(span.health) } ?? 0
            for stripe in max(0, first)...min(stripes - 1, max(first, last)) {
                worst[stripe] = max(worst[stripe], level)
            }
        }
        var paths = [String](repeating: "", count: levels.count)
        var stripe = 0
        while stripe < stripes {
            let level = worst[stripe]
            let begin = stripe
            while stripe < stripes, worst[stripe] == level { stripe += 1 }
            guard level >= 0 else { continue }
            let top = levels[level].top
            paths[level] += "M\(begin) \(top)h\(stripe - begin)V10h-\(stripe - begin)Z"
        }
        return zip(levels, paths).filter { !$1.isEmpty }.map { ["class": $0.kind.rawValue, "path": $1] }
    }

    /// What a stripe shows, the better first.
    private static let levels: [(healths: [String], kind: StateMark.Kind, top: Int)] = [
        (["unknown"], .none, 8), (["up"], .ok, 4), (["recovering", "cleansing"], .work, 2), (["suspect"], .warn, 2),
        (["down"], .bad, 0),
    ]

    /// The same in words.
    static func dayText(_ spans: [HealthSpan]) -> String {
        var (up, down, falls) = (Int64(0), Int64(0), 0)
        for span in spans {
            let length = max(0, span.until.milliseconds - span.from.milliseconds)
            switch span.health {
            case "up", "suspect": up += length
            case "down":
                down += length
                falls += 1
            case "recovering", "cleansing": down += length
            default: break
            }
        }
        guard up + down > 0 else { return "nothing known of the last 24 hours" }
        let permille = up * 1000 / (up + down)
        let fell = falls == 0 ? "never down" : falls == 1 ? "down once" : "down \(falls) times"
        return "up \(permille / 10).\(permille % 10)% of the last 24 hours that are known, \(fell)"
    }

    /// The ring as arcs of a circle by slot, from samples at every degree; `nil` in dialects without a continuum.
    static func circle(_ ring: Ring) -> [Int: String]? {
        guard ring.pointCount > 0 else { return nil }
        let owners = (0..<samples).map { sample in
            ring.owner(ofHash: UInt32(UInt64(sample) << 32 / UInt64(samples)))
        }
        var paths: [Int: String] = [:]
        var sample = 0
        while sample < samples {
            let begin = sample
            while sample < samples, owners[sample] == owners[begin] { sample += 1 }
            paths[owners[begin], default: ""] += arc(from: begin, to: sample)
        }
        return paths
    }

    private static func arc(from begin: Int, to end: Int) -> String {
        // A whole circle is no arc: it would begin where it ends.
        if end - begin >= samples { return "M0-82A82 82 0 1 1-.1-82" }
        let isLarge = end - begin > samples / 2 ? 1 : 0
        return "M\(point(begin))A82 82 0 \(isLarge) 1 \(point(end))"
    }

    /// A point of the circle of radius 82, clockwise from the top, to a tenth.
    private static func point(_ sample: Int) -> String {
        "\(tenths(sine(sample))) \(tenths(-sine(sample + samples / 4)))"
    }

    /// 820 times the sine of as many degrees.
    private static func sine(_ degrees: Int) -> Int {
        let turned = degrees % 360
        let folded = turned % 180
        // Bhaskara's approximation: within two thousandths, a fifth of a pixel here.
        let product = folded * (180 - folded)
        let value = 820 * 4 * product / (40_500 - product)
        return turned < 180 ? value : -value
    }

    private static func tenths(_ value: Int) -> String {
        let magnitude = value.magnitude
        let digits = magnitude % 10 == 0 ? "\(magnitude / 10)" : "\(magnitude / 10).\(magnitude % 10)"
        return (value < 0 ? "-" : "") + digits
    }
}
