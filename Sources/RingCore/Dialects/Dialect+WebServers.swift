extension Dialect {
    /// Web servers and load balancers.
    static let webServers = [
        Dialect(
            "nginx-consistent",
            "nginx: hash $key consistent",
            DialectRule(
                engine: .continuum,
                label: .bracketedHostAndPort,
                points: .chainedCRC32,
                count: .perWeight(160),
                ties: .firstPlaced,
                keyHash: .crc32
            ),
            options: [.fixed("method", "consistent")]
        ),
        Dialect(
            "nginx-hash",
            "nginx: hash $key",
            DialectRule(engine: .table(isWeighted: true), label: .bracketedHostAndPort, keyHash: .crc15),
            options: [.fixed("method", "")]
        ),
        Dialect(
            "envoy-ring-hash",
            "Envoy RING_HASH",
            DialectRule(
                engine: .wideContinuum,
                label: .resolvedAndPort,
                points: .hash(.xxh64, separator: "_"),
                count: .envoy(minimum: 1024),
                keyHash: .xxh64
            ),
            options: [
                .choice("hash_function", among: ["XX_HASH": .xxh64, "MURMUR_HASH_2": .murmur64A(seed: 0xc70f_6907)]) {
                    $0.points = .hash($1, separator: "_")
                },
                .number("minimum_ring_size", 1...8_388_608) { $0.count = .envoy(minimum: $1) },
                envoyHashKey,
            ]
        ),
        Dialect(
            "envoy-maglev",
            "Envoy MAGLEV",
            DialectRule(
                engine: .maglev(length: 65_537),
                label: .resolvedAndPort,
                order: .label,
                keyHash: .xxh64
            ),
            options: [
                .number("table_size", 3...5_000_011, hint: "a prime number", where: isPrime) {
                    $0.engine = .maglev(length: $1)
                },
                envoyHashKey,
            ]
        ),
        Dialect(
            "haproxy-consistent",
            "HAProxy: balance hash, hash-type consistent; server ids in the order of the list",
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                points: .numberedAvalanche,
                count: .perWeight(16),
                search: .nearest,
                keyHash: .avalanched(.sdbm)
            ),
            options: [
                .keyHash(
                    "hash_type",
                    [
                        "consistent": .avalanched(.sdbm), "consistent sdbm": .sdbm, "consistent djb2": .djb2,
                        "consistent wt6": .wt6, "consistent crc32": .crc32,
                        "consistent sdbm avalanche": .avalanched(.sdbm),
                        "consistent djb2 avalanche": .avalanched(.djb2),
                        "consistent wt6 avalanche": .avalanched(.wt6),
                        "consistent crc32 avalanche": .avalanched(.crc32),
                    ]
                )
            ]
        ),
    ]

    private static let envoyHashKey = DialectOption.choice(
        "hash_key",
        among: ["address": LabelRule.resolvedAndPort, "hostname": .hostOnly]
    ) { $0.label = $1 }

    @Sendable
    private static func isPrime(_ number: Int) -> Bool {
        guard number > 1 else { return false }
        var divisor = 2
        while divisor * divisor <= number {
            if number % divisor == 0 { return false }
            divisor += 1
        }
        return true
    }
}
