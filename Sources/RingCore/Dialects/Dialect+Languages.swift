extension Dialect {
    /// Ruby.
    static let ruby = [
        Dialect(
            "dalli",
            "Dalli for Ruby, Rails mem_cache_store",
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                points: .hash(.sha1, separator: ":"),
                count: .dalli,
                search: .atOrBefore,
                keyText: KeyText(isShortened: true),
                keyHash: .crc32
            ),
            options: [
                .text("namespace") { rule, namespace in
                    rule.keyText.namespace = namespace.isEmpty ? [] : Array("\(namespace):".utf8)
                    rule.keyText.hashesNamespace = true
                }
            ]
        )
    ]

    /// Perl.
    static let perl = [
        Dialect(
            "cache-memcached-fast",
            "Cache::Memcached::Fast for Perl",
            DialectRule(
                engine: .table(isWeighted: true),
                label: .bracketedHostAndPort,
                weights: .decimal(limit: 10_000, unit: 1),
                keyHash: .crc15
            ),
            options: [
                .fixed("client", "Cache::Memcached::Fast"),
                .number("ketama_points", 0...4096) { rule, count in
                    rule.engine = count == 0 ? .table(isWeighted: true) : .continuum
                    rule.points = .chainedCRC32
                    rule.count = .perDecimalWeight(count)
                    rule.keyHash = count == 0 ? .crc15 : .crc32
                },
                .text("namespace") { $0.keyText.namespace = Array($1.utf8) },
                .flag("hash_namespace") { $0.keyText.hashesNamespace = $1 },
            ]
        ),
        Dialect(
            "cache-memcached-perl",
            "Cache::Memcached for Perl",
            DialectRule(engine: .table(isWeighted: true), label: .hostAndPort, keyHash: .crc15),
            options: [.fixed("client", "Cache::Memcached"), .text("namespace") { _, _ in }]
        ),
    ]

    /// PHP's Memcache class; the Memcached class is libmemcached.
    static let php = [
        Dialect(
            "pecl-memcache-consistent",
            "PHP's Memcache class, its default",
            DialectRule(
                engine: .buckets(1024),
                label: .hostAndPort,
                points: .hash(.crc32, separator: "-"),
                count: .perWeight(160),
                keyHash: .crc32
            ),
            options: [
                .fixed("hash_strategy", "consistent"),
                .choice("hash_function", among: peclHashes) {
                    $0.keyHash = $1
                    $0.points = .hash($1, separator: "-")
                },
            ]
        ),
        Dialect(
            "pecl-memcache-standard",
            "PHP's Memcache class with hash_strategy standard",
            DialectRule(engine: .table(isWeighted: true), label: .hostAndPort, keyHash: .upper15Nonzero(.crc32)),
            options: [
                .fixed("hash_strategy", "standard"),
                .choice("hash_function", among: peclHashes) { $0.keyHash = .upper15Nonzero($1) },
            ]
        ),
    ]

    private static let peclHashes: KeyValuePairs<String, HashFunction> = [
        "crc32": .crc32, "fnv": .fnv1a(isSigned: true),
    ]

    /// Python clients that do not build on libmemcached.
    static let python = [
        Dialect(
            "pymemcache-rendezvous",
            "pymemcache HashClient, Django PyMemcacheCache",
            DialectRule(
                engine: .rendezvous(.murmur3OfLabelAndKey),
                label: .hostAndPort,
                weights: .ignored,
                keyText: KeyText(encoding: .lowBytesOfScalars),
                keyHash: .murmur3Unseeded
            ),
            options: [
                .choice("key_type", among: ["str": .lowBytesOfScalars, "bytes": .pythonBytes]) {
                    (rule, encoding: KeyText.Encoding) in rule.keyText.encoding = encoding
                },
                .text("key_prefix") { _, _ in },
            ]
        ),
        Dialect(
            "python-memcached",
            "python-memcached",
            DialectRule(engine: .table(isWeighted: true), label: .hostAndPort, keyHash: .crc15)
        ),
        Dialect(
            "uhashring-ketama",
            "uhashring with hash_fn ketama",
            DialectRule(
                engine: .continuum,
                label: .nameOr(.hostAndPort),
                points: .ketama,
                count: .ketamaWhole(repetitions: 40, words: 4),
                ties: .lastPlaced,
                search: .after,
                keyHash: .md5
            ),
            options: [
                .fixed("hash_fn", "ketama"),
                .number("vnodes", 1...10_000) { rule, vnodes in
                    if case .ketamaWhole(_, let words) = rule.count {
                        rule.count = .ketamaWhole(repetitions: vnodes, words: words)
                    }
                },
                .number("replicas", 1...4) { rule, replicas in
                    rule.points = .md5(words: replicas, separator: "-")
                    if case .ketamaWhole(let vnodes, _) = rule.count {
                        rule.count = .ketamaWhole(repetitions: vnodes, words: replicas)
                    }
                },
            ]
        ),
        Dialect(
            "uhashring-default",
            "uhashring",
            DialectRule(
                engine: .wideContinuum,
                label: .nameOr(.hostAndPort),
                points: .hash(.md5Whole, separator: "-"),
                count: .perWeight(160),
                ties: .lastPlaced,
                search: .after,
                keyHash: .md5Whole
            ),
            options: [.fixed("hash_fn", "default")]
        ),
        Dialect(
            "meta-memcache",
            "meta-memcache for Python",
            metaMemcache,
            options: [
                .choice(
                    "provider",
                    [
                        "HashRing": { $0 = metaMemcache },
                        "NonConsistentHash": {
                            $0.engine = .table(isWeighted: false)
                            $0.keyHash = .crc32
                        },
                    ]
                )
            ]
        ),
        Dialect(
            "hash-ring-python",
            "hash_ring and hashring for Python",
            DialectRule(
                engine: .continuum,
                label: .nameOr(.hostAndPort),
                points: .md5(words: 3, separator: "-"),
                count: .ketamaWhole(repetitions: 40, words: 3),
                ties: .lastPlaced,
                search: .after,
                keyHash: .md5
            )
        ),
        Dialect(
            "libmc-ketama",
            "Douban's libmc",
            DialectRule(
                engine: .continuum,
                label: .nameOr(.hostUnlessOtherPort),
                weights: .ignored,
                points: .md5(words: 1, separator: "-"),
                count: .fixed(100),
                keyHash: .md5
            ),
            options: [
                .keyHash(
                    "hash",
                    [
                        "md5": .md5, "fnv1_32": .fnv1(isSigned: false), "fnv1a_32": .fnv1a(isSigned: false),
                        "crc_32": .crc32,
                    ]
                )
            ]
        ),
    ]

    private static let metaMemcache = DialectRule(
        engine: .wideContinuum,
        label: .bracketedHostAndPort,
        weights: .ignored,
        points: .hash(.md5Whole, separator: "-"),
        count: .fixed(160),
        ties: .lastPlaced,
        search: .after,
        keyHash: .md5Whole
    )

    /// Go and JavaScript.
    static let otherLanguages = [
        Dialect(
            "gomemcache",
            "bradfitz/gomemcache for Go; weight: how often the server is listed",
            DialectRule(engine: .table(isWeighted: true), label: .hostAndPort, keyHash: .crc32)
        ),
        Dialect(
            "node-hashring",
            "node-memcached and hashring for Node.js",
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                points: .ketama,
                count: .ketamaDouble(words: 4),
                keyHash: .md5
            ),
            options: [
                .choice("compatibility", among: ["ketama": 4, "hash_ring": 3]) {
                    $0.points = .md5(words: $1, separator: "-")
                    $0.count = .ketamaDouble(words: $1)
                },
                .choice("default_port", ["11211": { $0.label = .hostUnlessOtherPort }]),
            ]
        ),
    ]

    /// The project's origin.
    static let seed = [
        Dialect(
            "seed-gist",
            "the gist this project grew from: a 16-bit ring over python-memcached",
            defaultWeight: 200,
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                points: .hash(.crc32Low16, separator: "_"),
                count: .perWeight(1),
                ties: .firstPlaced,
                keyHash: .crc32Low16
            )
        )
    ]
}
