import RingCore

/// The name of a dialect's key hash, as snapshots say it.
enum KeyHash {
    /// The `hash` option where one was chosen, else the dialect's default.
    ///
    /// It is stored with the version, so what a version once said stays. It informs readers, which take the hash from the
    /// dialect: `own` stands for one that has no name outside its dialect, or that other options may have changed.
    static func name(of choice: DialectChoice) throws -> String {
        let dialect = try Dialect.named(choice.name)
        let chosen = choice.options.last { $0.name == "hash" || $0.name == "hash_function" }
        if let chosen { return chosen.value }
        if let name = fixed[dialect.name] { return name }
        return choice.options.isEmpty ? defaults[dialect.name] ?? "own" : "own"
    }

    /// Dialects whose key hash only the option `hash` can change.
    private static let fixed = [
        "pinned-ketama": "md5", "libmemcached-ketama-weighted": "md5", "libmemcached-modula": "one_at_a_time",
        "python-memcached": "crc", "seed-gist": "crc", "twemproxy-ketama": "fnv1a_64", "twemproxy-modula": "fnv1a_64",
    ]

    /// What the others hash with while no option is given.
    private static let defaults = [
        "libmemcached-ketama": "one_at_a_time", "libmemcached-ketama-spy": "one_at_a_time", "libketama": "md5",
        "spymemcached-ketama": "md5", "spymemcached-array-mod": "native", "folsom-ketama": "murmur3_32",
        "dalli": "crc32", "cache-memcached-fast": "crc", "cache-memcached-perl": "crc",
        "pecl-memcache-consistent": "crc32", "pecl-memcache-standard": "crc-nonzero",
        "pymemcache-rendezvous": "murmur3_32", "uhashring-ketama": "md5", "uhashring-default": "md5_128",
        "hash-ring-python": "md5", "libmc-ketama": "md5", "gomemcache": "crc32", "node-hashring": "md5",
        "mcrouter-ch3": "crc32_31", "mcrouter-weighted-ch3": "crc32_31", "mcrouter-rendezvous": "murmur64a",
        "memcached-proxy-jump": "xxh3_64", "memcached-proxy-ring": "xxh3_32", "nginx-consistent": "crc32",
        "nginx-hash": "crc", "envoy-ring-hash": "xxh64", "envoy-maglev": "xxh64",
        "haproxy-consistent": "sdbm-avalanche",
    ]
}
