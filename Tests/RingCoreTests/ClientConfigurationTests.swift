import Testing

@testable import RingCore

struct ClientConfigurationTests {
    /// Goal: the map says what the binding itself computes.
    ///
    /// Method: the binding's own options against the row's dialect.
    @Test(arguments: [
        ("pylibmc", "no behaviours", [] as [(String, String)]),
        ("pylibmc", "{'ketama': True}", [("ketama", "true")]),
        ("pylibmc", "{'ketama': True, 'hash': 'md5'}", [("ketama", "true"), ("hash", "md5")]),
        ("pylibmc", "{'ketama_weighted': True}", [("ketama_weighted", "1")]),
        ("php-memcached", "OPT_LIBKETAMA_COMPATIBLE: true", [("OPT_LIBKETAMA_COMPATIBLE", "true")]),
        (
            "php-memcached", "OPT_LIBKETAMA_COMPATIBLE: true, then OPT_HASH: HASH_CRC",
            [("OPT_LIBKETAMA_COMPATIBLE", "true"), ("OPT_HASH", "HASH_CRC")]
        ),
    ])
    func rowsSayWhatTheBindingComputes(client: String, setting: String, options: [(String, String)]) throws {
        let row = try #require(ClientConfiguration.all.first { $0.client == client && $0.setting == setting })
        let servers = (1...9).map { DialectServer(host: "10.0.0.\($0)", weight: Double($0 % 3)) }
        let binding = DialectChoice(name: client, options: options.map { .init(name: $0.0, value: $0.1) })
        let own = try Ring(evaluating: binding, servers: servers)
        let mapped = try Ring(evaluating: row.dialect, servers: servers)
        #expect(own.agreement == mapped.agreement)
    }

    @Test func everyRowIsARing() throws {
        for row in ClientConfiguration.all {
            #expect(throws: Never.self, "\(row.client): \(row.setting)") {
                _ = try Ring(evaluating: row.dialect, servers: [DialectServer(host: "a"), DialectServer(host: "b")])
            }
        }
    }
}
