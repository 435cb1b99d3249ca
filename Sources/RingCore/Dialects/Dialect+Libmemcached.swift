extension PointRule {
    /// Weighted ketama as libmemcached has it: every word of the MD5 of the label and a counter.
    static let ketama = PointRule.md5(words: 4, separator: "-")
}

extension Dialect {
    /// ringd's own ring.
    static let native = [
        Dialect(
            "pinned-ketama",
            "ringd's own: a slot's points depend on nothing but the slot, so a change moves only keys of that slot",
            defaultWeight: 100,
            DialectRule(
                engine: .continuum,
                label: .hostUnlessOtherPort,
                order: .label,
                points: .ketama,
                count: .pinned,
                keyHash: .md5
            )
        )
    ]

    /// libmemcached and everything that only passes servers on to it.
    static let libmemcached = [
        Dialect(
            "libmemcached-modula",
            "the default of libmemcached, pylibmc and php-memcached",
            modula,
            options: [.fixed("distribution", "modula")] + libmemcachedOptions
        ),
        Dialect(
            "libmemcached-ketama",
            "libmemcached KETAMA, pylibmc ketama, PHP DISTRIBUTION_CONSISTENT: unweighted, 100 points",
            consistent,
            options: [.fixed("distribution", "ketama")] + libmemcachedOptions
        ),
        Dialect(
            "libmemcached-ketama-weighted",
            "libmemcached KETAMA_WEIGHTED, pylibmc ketama_weighted, PHP OPT_LIBKETAMA_COMPATIBLE, Symfony",
            ketamaWeighted,
            options: [.fixed("distribution", "ketama_weighted")] + libmemcachedOptions
        ),
        Dialect(
            "libmemcached-ketama-spy",
            "libmemcached consistent_ketama_spy; not what spymemcached itself computes",
            DialectRule(
                engine: .continuum,
                label: .spy,
                weights: .wholeAtLeastOne,
                points: .hash(.oneAtATime(isSigned: true), separator: "-"),
                count: .fixed(100),
                keyHash: .oneAtATime(isSigned: true),
                weightsSwitchToKetama: true
            ),
            options: [.fixed("distribution", "ketama_spy")] + libmemcachedOptions
        ),
        Dialect(
            "libketama",
            "Last.fm's libketama",
            DialectRule(
                engine: .continuum,
                label: .hostAndPort,
                points: .ketama,
                count: .ketamaMixed,
                keyHash: .md5
            )
        ),
    ]

    private static let modula = DialectRule(
        engine: .table(isWeighted: false),
        label: .hostUnlessOtherPort,
        weights: .wholeAtLeastOne,
        keyHash: .oneAtATime(isSigned: true)
    )

    /// The points follow the key hash, until a weight above 1 turns them into MD5.
    private static let consistent = DialectRule(
        engine: .continuum,
        label: .hostUnlessOtherPort,
        weights: .wholeAtLeastOne,
        points: .hash(.oneAtATime(isSigned: true), separator: "-"),
        count: .fixed(100),
        keyHash: .oneAtATime(isSigned: true),
        weightsSwitchToKetama: true
    )

    private static let ketamaWeighted = DialectRule(
        engine: .continuum,
        label: .hostUnlessOtherPort,
        weights: .wholeAtLeastOne,
        points: .ketama,
        count: .ketamaSingle,
        keyHash: .md5
    )

    private static let libhashkit: KeyValuePairs<String, HashFunction> = [
        "one_at_a_time": .oneAtATime(isSigned: true), "md5": .md5, "crc": .crc15, "fnv1_64": .fnv1In64Bits,
        "fnv1a_64": .fnv1aNamed64, "fnv1_32": .fnv1(isSigned: true), "fnv1a_32": .fnv1a(isSigned: true),
        "murmur": .murmur, "jenkins": .jenkins, "murmur3": .murmur3,
    ]

    private static let libmemcachedOptions: [DialectOption] = [
        hashOfKeysAndPoints("hash", libhashkit),
        .choice("ketama_hash", among: libhashkit) { _, _ in },
        .flag("sort_hosts") { $0.order = $1 ? .hostThenPort : .listed },
        .flag("hash_with_namespace") { rule, isOn in
            rule.keyText.hashesNamespace = isOn
            rule.keyText.limit = isOn ? 250 : nil
        },
        .text("namespace") { $0.keyText.namespace = Array($1.utf8) },
    ]

    /// A key hash that also makes the points, where those are not MD5 by rule.
    private static func hashOfKeysAndPoints(
        _ name: String,
        _ hashes: KeyValuePairs<String, HashFunction>
    ) -> DialectOption {
        .choice(name, among: hashes) { rule, hash in
            rule.keyHash = hash
            if case .hash(_, let separator) = rule.points { rule.points = .hash(hash, separator: separator) }
        }
    }

    /// Bindings whose own settings decide which of libmemcached's dialects is in force.
    static let libmemcachedBindings = [
        Dialect(
            "php-memcached",
            "PHP's Memcached class, by its own options",
            modula,
            options: [
                .choice("OPT_LIBKETAMA_COMPATIBLE", ["true": { $0.adopt(ketamaWeighted) }]),
                .choice(
                    "OPT_DISTRIBUTION",
                    [
                        "DISTRIBUTION_MODULA": { $0.adopt(modula, keepingHash: true) },
                        "DISTRIBUTION_CONSISTENT": { $0.adopt(consistent, keepingHash: true) },
                    ]
                ),
                hashOfKeysAndPoints(
                    "OPT_HASH",
                    [
                        "HASH_DEFAULT": .oneAtATime(isSigned: true), "HASH_MD5": .md5, "HASH_CRC": .crc15,
                        "HASH_FNV1_64": .fnv1In64Bits, "HASH_FNV1A_64": .fnv1aNamed64,
                        "HASH_FNV1_32": .fnv1(isSigned: true), "HASH_FNV1A_32": .fnv1a(isSigned: true),
                        "HASH_MURMUR": .murmur,
                    ]
                ),
                .text("OPT_PREFIX_KEY") { _, _ in },
            ]
        ),
        Dialect(
            "pylibmc",
            "pylibmc, by its own behaviours; django-pylibmc",
            modula,
            options: [
                .choice("ketama", ["true": { $0.adopt(consistent, keepingHash: true) }]),
                .choice("ketama_weighted", ["true": { $0.adopt(ketamaWeighted) }]),
                .choice(
                    "distribution",
                    [
                        "modula": { $0.adopt(modula, keepingHash: true) },
                        "consistent": { $0.adopt(consistent, keepingHash: true) },
                    ]
                ),
                hashOfKeysAndPoints(
                    "hash",
                    [
                        "default": .oneAtATime(isSigned: true), "md5": .md5, "crc": .crc15, "fnv1_64": .fnv1In64Bits,
                        "fnv1a_64": .fnv1aNamed64, "fnv1_32": .fnv1(isSigned: true),
                        "fnv1a_32": .fnv1a(isSigned: true), "murmur": .murmur,
                    ]
                ),
            ]
        ),
    ]
}

extension DialectRule {
    /// Goes over to another rule of the same library.
    fileprivate mutating func adopt(_ other: DialectRule, keepingHash: Bool = false) {
        let hash = keyHash
        self = other
        guard keepingHash else { return }
        keyHash = hash
        if case .hash(_, let separator) = points { points = .hash(hash, separator: separator) }
    }
}
