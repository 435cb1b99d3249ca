extension Dialect {
    /// twemproxy, which hashes names where the configuration gives them.
    static let twemproxy = [
        Dialect(
            "twemproxy-ketama",
            "twemproxy (nutcracker) with distribution: ketama, its default",
            twemproxyKetama,
            options: [.fixed("distribution", "ketama")] + twemproxyOptions
        ),
        Dialect(
            "twemproxy-modula",
            "twemproxy with distribution: modula",
            twemproxyModula,
            options: [.fixed("distribution", "modula")] + twemproxyOptions
        ),
        Dialect(
            "twemproxy-ejection",
            "twemproxy with auto_eject_hosts, some servers taken off",
            twemproxyKetama,
            options: [
                .choice(
                    "distribution",
                    [
                        "ketama": { rule in rule = twemproxyKetama.hashing(as: rule) },
                        "modula": { rule in rule = twemproxyModula.hashing(as: rule) },
                    ]
                )
            ] + twemproxyOptions
        ),
    ]

    private static let twemproxyKetama = DialectRule(
        engine: .continuum,
        label: .nameOr(.hostUnlessOtherPort),
        order: .labelLength,
        points: .ketama,
        count: .ketamaSingle,
        keyHash: .fnv1aNamed64
    )

    private static let twemproxyModula = DialectRule(
        engine: .table(isWeighted: true),
        label: .nameOr(.hostUnlessOtherPort),
        order: .labelLength,
        keyHash: .fnv1aNamed64
    )

    private static let twemproxyOptions: [DialectOption] = [
        .keyHash(
            "hash",
            [
                "one_at_a_time": .oneAtATime(isSigned: true), "md5": .md5, "crc16": .crc16, "crc32": .crc15,
                "crc32a": .crc32, "fnv1_64": .fnv1In64Bits, "fnv1a_64": .fnv1aNamed64,
                "fnv1_32": .fnv1(isSigned: true), "fnv1a_32": .fnv1a(isSigned: true), "hsieh": .hsieh,
                "murmur": .murmur, "jenkins": .jenkins,
            ]
        ),
        .tagMarks("hash_tag") { rule, marks in
            rule.keyText.filter = marks.map { .tag(open: $0.open, close: $0.close, acceptsEmpty: false) } ?? .none
        },
        .numbers("ejected") { $0.ejected = $1 },
    ]

    /// mcrouter: labels matter to rendezvous alone.
    static let mcrouter = [
        Dialect(
            "mcrouter-ch3",
            "mcrouter's default HashRoute",
            DialectRule(
                engine: .ch3,
                label: .hostAndPort,
                weights: .ignored,
                keyText: KeyText(isRouted: true),
                keyHash: .crc31
            ),
            options: [
                .choice("hash_func", among: ["Ch3": .ch3, "Crc32": .table(isWeighted: false)]) { $0.engine = $1 },
                mcrouterSalt,
            ]
        ),
        Dialect(
            "mcrouter-weighted-ch3",
            "mcrouter WeightedCh3; a pool's weight counts hundredths",
            defaultWeight: 50,
            DialectRule(
                engine: .weightedCh3,
                label: .hostAndPort,
                weights: .decimal(limit: 1, unit: 100),
                keyText: KeyText(isRouted: true),
                keyHash: .crc31
            ),
            options: [.fixed("hash_func", "WeightedCh3"), mcrouterSalt]
        ),
        Dialect(
            "mcrouter-rendezvous",
            "mcrouter Rendezvous and WeightedRendezvous over the tags",
            DialectRule(
                engine: .rendezvous(.hash128(isWeighted: false)),
                label: .nameOr(.hostAndPort),
                weights: .decimal(limit: 10_000, unit: 1),
                keyText: KeyText(isRouted: true),
                keyHash: .murmur64A(seed: 2_718_281_828)
            ),
            options: [
                .choice("hash_func", among: ["Rendezvous": false, "WeightedRendezvous": true]) {
                    $0.engine = .rendezvous(.hash128(isWeighted: $1))
                },
                mcrouterSalt,
            ]
        ),
    ]

    private static let mcrouterSalt = DialectOption.text("salt") { rule, salt in rule.keyText.salt = Array(salt.utf8) }

    /// memcached's own proxy.
    static let memcachedProxy = [
        Dialect(
            "memcached-proxy-jump",
            "memcached's built-in proxy, default pool",
            DialectRule(engine: .jump, label: .hostAndPort, weights: .ignored, keyHash: .xxh3(seed: 0)),
            options: [
                .fixed("dist", "jump_hash"), .fixed("hash", "xxhash"),
                .text("seed") { $0.keyHash = .xxh3(seed: XXH3.hash(Array($1.utf8).span, seed: 0)) },
            ] + proxyFilters
        ),
        Dialect(
            "memcached-proxy-ring",
            "memcached's built-in proxy with ring_hash",
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                weights: .ignored,
                points: .hash(.xxh3Low32, separator: "-"),
                count: .fixed(160),
                keyHash: .xxh3Low32
            ),
            options: [
                .fixed("dist", "ring_hash"),
                .keyHash("hash", ["xxhash": .xxh3Low32, "ring_hash": .md5]),
                .choice(
                    "omode",
                    [
                        "default": { _ in },
                        "ketama": { $0.points = .ketama },
                        "twemproxy": {
                            $0.points = .ketama
                            $0.label = .hostUnlessOtherPort
                        },
                        "evcache": {
                            $0.points = .ketama
                            $0.label = .hostTwice
                        },
                    ]
                ),
                .number("obuckets", 4...4096, hint: "a multiple of 4", where: { $0 % 4 == 0 }) {
                    $0.count = .fixed($1)
                },
            ] + proxyFilters
        ),
    ]

    /// The kind and its argument come as two options, in either order.
    private static let proxyFilters: [DialectOption] = [
        .choice(
            "filter",
            [
                "tags": { $0.keyText.filter = $0.keyText.filter.asTag },
                "stop": { $0.keyText.filter = $0.keyText.filter.asStop },
            ]
        ),
        .text("filter_conf", hint: "the marks of a tag, or the text that stops") {
            $0.keyText.filter = $0.keyText.filter.with(Array($1.utf8))
        },
    ]
}

extension DialectRule {
    /// This rule with what another one says of keys and of servers taken off.
    fileprivate func hashing(as other: DialectRule) -> DialectRule {
        var rule = self
        rule.keyHash = other.keyHash
        rule.keyText = other.keyText
        rule.ejected = other.ejected
        return rule
    }
}

extension KeyText.Filter {
    /// The bytes that delimit, whatever they are for.
    private var marks: [UInt8] {
        switch self {
        case .none: []
        case .tag(let open, let close, _): [open, close]
        case .stop(let text): text
        }
    }

    /// The same bytes as the marks of a tag; braces where there are not two.
    fileprivate var asTag: Self {
        marks.count == 2
            ? .tag(open: marks[0], close: marks[1], acceptsEmpty: true)
            : .tag(open: 0x7b, close: 0x7d, acceptsEmpty: true)
    }

    /// The same bytes as the text that stops.
    fileprivate var asStop: Self { .stop(marks) }

    /// The same kind of filter with other bytes.
    fileprivate func with(_ bytes: [UInt8]) -> Self {
        if case .tag = self { Self.stop(bytes).asTag } else { .stop(bytes) }
    }
}
