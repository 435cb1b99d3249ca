import RingCore

/// The rings and keys that are measured.
enum Work {
    /// Slots of equal weight, named as the C program names its servers.
    static func slots(_ count: Int) throws -> [RingSlot] {
        try (0..<count).map { RingSlot(label: "10.0.\($0 / 250).\($0 % 250 + 1)", weight: try Weight(100)) }
    }

    /// A ring of weighted ketama.
    static func ring(_ count: Int, dialect: String = "libmemcached-ketama-weighted") throws -> Ring {
        try Ring(dialect: DialectChoice(name: dialect), slots: slots(count))
    }

    /// Keys of 20 bytes, the same as the C program's.
    static let keys: [[UInt8]] = (0..<100_000).map { index in
        let digits = String(index * 7919 % 100_000)
        return Array(("key:" + String(repeating: "0", count: 16 - digits.utf8.count) + digits).utf8)
    }

    /// Evenly spread hashes.
    static let hashes: [UInt32] = {
        var state: UInt64 = 1
        return (0..<1_000_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(truncatingIfNeeded: state >> 32)
        }
    }()
}
