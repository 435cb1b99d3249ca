/// What a real client's configuration means as a dialect: one row of the map that people look their settings up in.
package struct ClientConfiguration: Hashable, Sendable {
    /// The client: `pylibmc`, `php-memcached`, `Symfony`, `libmemcached`.
    package let client: String
    /// The setting as it stands in the client's own configuration.
    package let setting: String
    /// The ring that the client then computes.
    package let dialect: DialectChoice
    /// What surprises people about it, as a sentence without a full stop; empty where nothing does.
    package let note: String

    private init(
        _ client: String,
        _ setting: String,
        _ dialect: String,
        _ options: [String: String] = [:],
        note: String = ""
    ) {
        self.client = client
        self.setting = setting
        self.note = note
        // At most one option a row, so that no order can be lost.
        precondition(options.count <= 1, "two options in a row of the map")
        self.dialect = DialectChoice(name: dialect, options: options.map { .init(name: $0.key, value: $0.value) })
    }

    private static let weightedNote = "a weight above 1 turns the points into those of weighted ketama"

    /// Every row, by client.
    package static let all: [ClientConfiguration] = [
        .init("libmemcached", "no behaviour set", "libmemcached-modula"),
        .init("libmemcached", "--DISTRIBUTION=consistent", "libmemcached-ketama", note: weightedNote),
        .init(
            "libmemcached",
            "--DISTRIBUTION=consistent --HASH=MD5",
            "libmemcached-ketama",
            ["hash": "md5"],
            note: weightedNote
        ),
        .init("libmemcached", "MEMCACHED_BEHAVIOR_KETAMA", "libmemcached-ketama", note: weightedNote),
        .init("libmemcached", "MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED", "libmemcached-ketama-weighted"),
        .init("libmemcached", "MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY", "libmemcached-ketama-spy"),
        .init("pylibmc", "no behaviours", "libmemcached-modula"),
        .init("pylibmc", "{'ketama': True}", "libmemcached-ketama", note: weightedNote),
        .init("pylibmc", "{'ketama': True, 'hash': 'md5'}", "libmemcached-ketama", ["hash": "md5"], note: weightedNote),
        .init("pylibmc", "{'ketama_weighted': True}", "libmemcached-ketama-weighted"),
        .init("php-memcached", "no options", "libmemcached-modula"),
        .init("php-memcached", "OPT_DISTRIBUTION: DISTRIBUTION_CONSISTENT", "libmemcached-ketama", note: weightedNote),
        .init(
            "php-memcached",
            "OPT_DISTRIBUTION: DISTRIBUTION_CONSISTENT, OPT_HASH: HASH_MD5",
            "libmemcached-ketama",
            ["hash": "md5"],
            note: weightedNote
        ),
        .init("php-memcached", "OPT_LIBKETAMA_COMPATIBLE: true", "libmemcached-ketama-weighted"),
        .init(
            "php-memcached",
            "OPT_LIBKETAMA_COMPATIBLE: true, then OPT_HASH: HASH_CRC",
            "libmemcached-ketama-weighted",
            ["hash": "crc"],
            note: "the later option changes the key hash and leaves the points"
        ),
        .init("php-memcached", "OPT_PREFIX_KEY", "libmemcached-modula", note: "the prefix is not hashed"),
        .init("Symfony", "MemcachedAdapter::createConnection, its default", "libmemcached-ketama-weighted"),
    ]
}
