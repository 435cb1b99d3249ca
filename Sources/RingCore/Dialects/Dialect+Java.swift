extension Dialect {
    /// The clients on the Java virtual machine; their labels are Java's texts of socket addresses.
    static let java = [
        Dialect(
            "spymemcached-ketama",
            "spymemcached's KetamaConnectionFactory, AWS ElastiCache client for Java",
            DialectRule(
                engine: .continuum,
                label: .java(slashBeforeLiterals: false),
                weights: .ignored,
                points: .ketama,
                count: .fixed(160),
                ties: .lastPlaced,
                keyHash: .md5
            ),
            options: [
                .fixed("locator", "ketama"),
                .choice("hash", among: spymemcachedHashes) { rule, hash in
                    rule.keyHash = hash
                    rule.points = hash == .md5 ? .ketama : .hash(hash, separator: "-")
                },
                .choice(
                    "format",
                    among: ["SPYMEMCACHED": .java(slashBeforeLiterals: false), "LIBMEMCACHED": .reverseUnlessOtherPort]
                ) { (rule, label: LabelRule) in rule.label = label },
                .flag("unresolved") { $0.label = $1 ? .javaUnresolved : $0.label },
                .flag("weighted") {
                    $0.weights = $1 ? .whole : .ignored
                    $0.count = $1 ? .ketamaSingle : .fixed(160)
                },
            ]
        ),
        Dialect(
            "spymemcached-array-mod",
            "spymemcached's default",
            DialectRule(
                engine: .table(isWeighted: false),
                label: .java(slashBeforeLiterals: false),
                weights: .ignored,
                keyHash: .javaNative
            ),
            options: [.fixed("locator", "array_mod"), .keyHash("hash", spymemcachedHashes)]
        ),
        Dialect(
            "xmemcached-ketama",
            "xmemcached's ketama session locators",
            xmemcached,
            options: [
                .choice(
                    "locator",
                    [
                        "ketama": { $0 = xmemcached },
                        "ketama-nginx": {
                            $0 = xmemcached
                            $0.label = .resolvedUnlessOtherPort
                        },
                        "ketama-gwhalin": {
                            $0 = xmemcached
                            $0.label = .hostAndPort
                        },
                        "libmemcached": {
                            $0 = xmemcached
                            $0.label = .hostUnlessOtherPort
                            $0.points = .hash(.oneAtATime(isSigned: false), separator: "-")
                            $0.count = .fixed(100)
                            $0.keyHash = .oneAtATime(isSigned: false)
                        },
                    ]
                )
            ]
        ),
        Dialect(
            "folsom-ketama",
            "Spotify's folsom",
            DialectRule(
                engine: .continuum,
                label: .bracketedHostAndPort,
                weights: .ignored,
                points: .chainedMurmur3,
                count: .fixed(100),
                ties: .lastPlaced,
                search: .signedAtOrAfter,
                keyHash: .murmur3Unseeded
            )
        ),
    ]

    private static let xmemcached = DialectRule(
        engine: .continuum,
        label: .java(slashBeforeLiterals: true),
        points: .ketama,
        count: .perWeight(160),
        ties: .byPosition,
        keyHash: .md5
    )

    private static let spymemcachedHashes: KeyValuePairs<String, HashFunction> = [
        "NATIVE_HASH": .javaNative, "CRC_HASH": .crc15, "FNV1_64_HASH": .javaFNV1(is64Bit: true),
        "FNV1A_64_HASH": .javaFNV1a(is64Bit: true), "FNV1_32_HASH": .javaFNV1(is64Bit: false),
        "FNV1A_32_HASH": .javaFNV1a(is64Bit: false), "KETAMA_HASH": .md5,
    ]
}
