/// What is hashed for each point of a slot.
enum PointRule: Hashable, Sendable {
    case none
    /// The first `words` words of MD5 of label, separator and counter are points, in order.
    case md5(words: Int, separator: String)
    /// One hash of label, separator and counter for each point.
    case hash(HashFunction, separator: String)
    /// CRC-32 of host, zero byte, port and the point before, little-endian.
    case chainedCRC32
    /// MurmurHash3 of the label, then of the point before, little-endian, and so on.
    case chainedMurmur3
    /// The avalanche of a number made of the slot's place and the counter; labels do not matter.
    case numberedAvalanche

    /// The number of bits of a point.
    var bits: Int {
        switch self {
        case .hash(let hash, _): hash.bits
        case .none, .md5, .chainedCRC32, .chainedMurmur3, .numberedAvalanche: 32
        }
    }

    /// The first `count` 32-bit points of a slot, in the order in which the dialect makes them.
    ///
    /// - Parameter place: The slot's place in the order of the ring.
    func forEach(label: [UInt8], place: Int, count: Int, _ body: (UInt32) -> Void) {
        switch self {
        case .none: return
        case .md5(let words, let separator):
            var text = CountedText(label: label, separator: separator)
            for point in stride(from: 0, to: count, by: words) {
                let digest = text.withNext { MD5($0).words }
                for word in 0..<min(words, count - point) { body(digest[word]) }
            }
        case .hash(let hash, let separator):
            var text = CountedText(label: label, separator: separator)
            for _ in 0..<count { body(UInt32(truncatingIfNeeded: text.withNext { hash($0) })) }
        case .chainedCRC32:
            let text = Self.zeroBeforePort(label)
            var start = CRC32()
            start.update(text.span)
            var point: UInt32 = 0
            for _ in 0..<count {
                var crc = start
                crc.update(littleEndian: point)
                point = crc.value
                body(point)
            }
        case .chainedMurmur3:
            var point = Murmur.hash3(label.span, seed: 0)
            for _ in 0..<count {
                body(point)
                let bytes = (0..<4).map { UInt8(truncatingIfNeeded: point >> UInt32(8 * $0)) }
                point = Murmur.hash3(bytes.span, seed: 0)
            }
        case .numberedAvalanche:
            for point in 0..<count {
                body(HAProxyHash.avalanche(UInt32(truncatingIfNeeded: (place + 1) * 4096 + point)))
            }
        }
    }

    /// The first `count` points of a slot in wider hash spaces.
    func forEachWide(label: [UInt8], count: Int, _ body: (UInt128) -> Void) {
        guard case .hash(let hash, let separator) = self else { return }
        var text = CountedText(label: label, separator: separator)
        for _ in 0..<count { body(text.withNext { hash.wide($0) }) }
    }

    /// Host, zero byte, port: a label divided at its last colon where only digits follow.
    private static func zeroBeforePort(_ label: [UInt8]) -> [UInt8] {
        var text = label
        if let colon = label.lastIndex(of: 0x3a), label[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) }) {
            text[colon] = 0
        } else {
            text.append(0)
        }
        return text
    }
}

/// Label, separator and a decimal counter that rises from 0.
struct CountedText {
    private var text: [UInt8]
    private let prefixCount: Int

    init(label: [UInt8], separator: String) {
        text = label + Array(separator.utf8)
        prefixCount = text.count
        text.reserveCapacity(prefixCount + 20)
    }

    /// Calls `body` with the text and the next number.
    mutating func withNext<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        if text.count == prefixCount { text.append(0x30) } else { count() }
        return body(text.span)
    }

    /// Counts in decimal where the digits are: dividing the counter anew for each took a tenth of the making of a ring.
    private mutating func count() {
        var place = text.count - 1
        while place >= prefixCount {
            guard text[place] == 0x39 else {
                text[place] += 1
                return
            }
            text[place] = 0x30
            place -= 1
        }
        text.insert(0x31, at: prefixCount)
    }
}
