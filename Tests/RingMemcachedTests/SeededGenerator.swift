/// SplitMix64: the same seed gives the same bytes on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Bytes of a protocol gone wrong: words and separators of memcached mixed with noise.
    mutating func noise(_ count: Int) -> [UInt8] {
        let words = [
            "VERSION ", "MN", "STAT ", "END", "ERROR", "SERVER_ERROR ", "VALUE ", "VA ", "HD", "EN", "NS", "EX", "NF",
            "\r\n", "\n", "\r", " ", "0", "12", "4294967296", "-1", "pid ", "uptime ", "O1", "O2", "c7", "f0", "t-1",
            "\0",
        ]
        var bytes: [UInt8] = []
        while bytes.count < count {
            switch Int.random(in: 0..<8, using: &self) {
            case 0...4: bytes += Array(words[Int.random(in: 0..<words.count, using: &self)].utf8)
            case 5: bytes += [0x0D, 0x0A]
            default: bytes.append(UInt8.random(in: 0...255, using: &self))
            }
        }
        return bytes
    }
}
