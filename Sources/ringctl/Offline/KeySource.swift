/// Keys that stand in one buffer: what is looked up together.
struct KeyBatch {
    var bytes: [UInt8]
    var keys: [Range<Int>] = []
    /// How many of the keys no memcached server would take.
    var unusual = 0
}

/// A stream of keys, of any length, in batches of bounded size.
protocol KeySource {
    /// Bytes read so far, for the progress bar.
    var bytesRead: Int { get }

    /// Replaces the keys of the batch by the next ones; `false` at the end.
    mutating func read(into batch: inout KeyBatch) throws -> Bool
}

extension KeyBatch {
    /// The longest key of memcached, in bytes.
    static let longestKey = 250

    /// Counts the keys that are empty, too long for memcached, or have a space or a control character.
    ///
    /// - Parameter hasOddBytes: whether such a byte is known to stand somewhere in a key.
    mutating func countUnusual(hasOddBytes: Bool) {
        unusual = 0
        bytes.withUnsafeBufferPointer { bytes in
            for key in keys {
                let isOdd = hasOddBytes && bytes[key].contains { $0 <= 0x20 || $0 == 0x7F }
                if key.isEmpty || key.count > Self.longestKey || isOdd { unusual += 1 }
            }
        }
    }
}
