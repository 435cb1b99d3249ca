import RingCore

/// What the configuration of a real client means as a dialect with options.
struct ClientSetting {
    let client: String
    /// As the client's own configuration writes it.
    let setting: String
    let dialect: DialectChoice

    private init(_ client: String, _ setting: String, _ dialect: String, _ options: KeyValuePairs<String, String> = [:])
    {
        self.client = client
        self.setting = setting
        self.dialect = DialectChoice(name: dialect, options: options.map { .init(name: $0.key, value: $0.value) })
    }

    /// Where order matters to the client, the settings stand in the order in which it takes them.
    static let all: [ClientSetting] = [
        ClientSetting("libmemcached", "defaults", "libmemcached-modula"),
        ClientSetting("libmemcached", "BEHAVIOR_KETAMA, or DISTRIBUTION_CONSISTENT", "libmemcached-ketama"),
        ClientSetting("libmemcached", "BEHAVIOR_KETAMA, then HASH_MD5", "libmemcached-ketama", ["hash": "md5"]),
        ClientSetting("libmemcached", "BEHAVIOR_KETAMA_WEIGHTED", "libmemcached-ketama-weighted"),
        ClientSetting("libmemcached", "DISTRIBUTION_CONSISTENT_KETAMA_SPY", "libmemcached-ketama-spy"),
        ClientSetting("pylibmc", "no behaviors", "libmemcached-modula"),
        ClientSetting("pylibmc", "{\"ketama\": True}", "libmemcached-ketama"),
        ClientSetting("pylibmc", "{\"ketama\": True, \"hash\": \"md5\"}", "libmemcached-ketama", ["hash": "md5"]),
        ClientSetting("pylibmc", "{\"ketama_weighted\": True}", "libmemcached-ketama-weighted"),
        ClientSetting("php-memcached", "defaults", "libmemcached-modula"),
        ClientSetting("php-memcached", "OPT_DISTRIBUTION = DISTRIBUTION_CONSISTENT", "libmemcached-ketama"),
        ClientSetting(
            "php-memcached",
            "DISTRIBUTION_CONSISTENT, OPT_HASH = HASH_MD5",
            "libmemcached-ketama",
            ["hash": "md5"]
        ),
        ClientSetting("php-memcached", "OPT_LIBKETAMA_COMPATIBLE = true", "libmemcached-ketama-weighted"),
        ClientSetting(
            "php-memcached",
            "OPT_LIBKETAMA_COMPATIBLE, then OPT_HASH = HASH_CRC",
            "php-memcached",
            ["OPT_LIBKETAMA_COMPATIBLE": "true", "OPT_HASH": "HASH_CRC"]
        ),
        ClientSetting("Symfony", "MemcachedAdapter::createConnection, its default", "libmemcached-ketama-weighted"),
        ClientSetting("twemproxy", "distribution: ketama, its default", "twemproxy-ketama"),
        ClientSetting("twemproxy", "distribution: ketama, hash: md5", "twemproxy-ketama", ["hash": "md5"]),
        ClientSetting("twemproxy", "hash_tag: \"{}\"", "twemproxy-ketama", ["hash_tag": "{}"]),
        ClientSetting("twemproxy", "distribution: modula", "twemproxy-modula"),
        ClientSetting("Rails, Dalli", "mem_cache_store", "dalli"),
        ClientSetting("Django", "PyMemcacheCache", "pymemcache-rendezvous"),
        ClientSetting("Django", "PyLibMCCache, no OPTIONS", "libmemcached-modula"),
        ClientSetting("python-memcached", "defaults", "python-memcached"),
        ClientSetting("spymemcached", "KetamaConnectionFactory", "spymemcached-ketama"),
        ClientSetting("spymemcached", "DefaultConnectionFactory", "spymemcached-array-mod"),
        ClientSetting("gomemcache", "ServerList", "gomemcache"),
        ClientSetting("nginx", "hash $key consistent", "nginx-consistent"),
        ClientSetting("nginx", "hash $key", "nginx-hash"),
        ClientSetting("mcrouter", "PoolRoute, its default", "mcrouter-ch3"),
    ]
}
