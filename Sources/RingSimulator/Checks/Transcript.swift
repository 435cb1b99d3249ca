/// What happened in a run: a hash over all of it, and the readable lines where they are wanted.
package struct Transcript: Sendable {
    /// FNV-1a over every occurrence, effect and answer: equal in two processes, or the run is not deterministic.
    package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// The same over decisions alone, without times: what a step of the wall clock must not change.
    package private(set) var decisions: UInt64 = 0xCBF2_9CE4_8422_2325
    package private(set) var lines: [String] = []
    let keepsLines: Bool

    /// How many lines are kept: the newest.
    static let lineLimit = 20_000

    init(keepsLines: Bool) { self.keepsLines = keepsLines }

    @inline(__always)
    mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }

    mutating func mix(_ text: String) { for byte in text.utf8 { mix(UInt64(byte)) } }

    mutating func decide(_ text: String) {
        for byte in text.utf8 { decisions = (decisions ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// Writes a line, where lines are kept.
    mutating func say(at now: Int64, _ text: @autoclosure () -> String) {
        guard keepsLines else { return }
        if lines.count >= Self.lineLimit { lines.removeFirst(Self.lineLimit / 2) }
        lines.append("\(Self.time(now))  \(text())")
    }

    /// Seconds with six decimals.
    static func time(_ nanoseconds: Int64) -> String {
        let micros = String(nanoseconds / 1000 % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - micros.utf8.count)
        let seconds = String(nanoseconds / 1_000_000_000)
        return String(repeating: " ", count: max(0, 6 - seconds.utf8.count)) + seconds + "." + zeros + micros
    }
}
