/// How far work is whose size is known, as a line for a person who waits.
package struct ProgressBar: Hashable, Sendable {
    /// What is done of ``total``, in the same unit, mostly bytes.
    package var done: Int64
    package var total: Int64
    /// How long that took.
    package var elapsed: Duration

    /// Marks between the brackets, where there is room for them, and the fewest that still show anything.
    private static let width = 24
    private static let leastWidth = 8
    /// Before that, a rate says nothing.
    private static let leastElapsed = Duration.milliseconds(200)

    package init(done: Int64, total: Int64, elapsed: Duration) {
        self.done = max(0, min(done, total))
        self.total = total
        self.elapsed = elapsed
    }

    /// `copying [######                  ]  27 %  210 MB/s  3 s left`, without what a narrow terminal has no room for.
    ///
    /// - Parameters:
    ///   - title: what is done, in ASCII; nothing where that is plain.
    ///   - facts: what stands between the share and the time that is left, in ASCII.
    ///   - columns: of the terminal, whose last one stays free; `nil` for a line of any length.
    package func line(_ title: String = "", facts: [String] = [], columns: Int? = nil) -> String {
        let room = columns.map { max(0, $0 - 1) } ?? .max
        let share = "\(part(of: 100)) %"
        let left = timeLeft.map { [$0] } ?? []
        let endings = [[share] + facts + left, [share] + left, [share]].map { $0.joined(separator: "  ") }
        let begin = title.isEmpty ? "" : title + " "
        for ending in endings {
            let width = min(Self.width, room - begin.utf8.count - ending.utf8.count - "[]  ".utf8.count)
            guard width >= Self.leastWidth else { continue }
            let marks = part(of: width)
            let bar = String(repeating: "#", count: marks) + String(repeating: " ", count: width - marks)
            return "\(begin)[\(bar)]  \(ending)"
        }
        return endings.map { begin + $0 }.first { $0.utf8.count <= room } ?? String(share.prefix(room))
    }

    /// What is done in a second, as `210 MB/s`; `nil` while that says nothing.
    package var megabytesPerSecond: String? { rate.map { Self.megabytes($0) + "/s" } }

    /// `3.1 MB`, and from 10 MB on without the fraction.
    package static func megabytes(_ bytes: Int64) -> String {
        bytes < 10_000_000 ? "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" : "\(bytes / 1_000_000) MB"
    }

    /// So much of `whole` as of the total is done, rounded down.
    private func part(of whole: Int) -> Int {
        total > 0 ? Int(Self.scaled(UInt64(whole), by: UInt64(done), over: UInt64(total))) : whole
    }

    private var rate: Int64? {
        guard done > 0, elapsed >= Self.leastElapsed else { return nil }
        return Int64(clamping: Self.scaled(1000, by: UInt64(done), over: UInt64(elapsed.wholeMilliseconds)))
    }

    /// As if the rest went as fast as what is done: `3 s left`, `12 min left`; never less than a second.
    private var timeLeft: String? {
        guard done > 0, done < total, elapsed >= Self.leastElapsed else { return nil }
        let spent = UInt64(elapsed.wholeMilliseconds)
        let seconds = Self.scaled(spent, by: UInt64(total - done), over: UInt64(done)) / 1000
        return seconds < 100 ? "\(seconds + 1) s left" : "\(seconds / 60 + 1) min left"
    }

    /// `value` × `factor` / `divisor`, rounded down; as much as fits where that is more.
    private static func scaled(_ value: UInt64, by factor: UInt64, over divisor: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: factor)
        return product.high < divisor ? divisor.dividingFullWidth(product).quotient : .max
    }
}
