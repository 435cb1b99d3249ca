import RingCore
import Testing

@testable import RingStore

@Suite struct KeyHashTests {
    @Test func everyDialectHasANameThatTheSchemaTakes() throws {
        var nameless: [String] = []
        for dialect in Dialect.all {
            let name = try KeyHash.name(of: DialectChoice(name: dialect.name))
            #expect(
                name.utf8.count <= 63
                    && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
            )
            if name == "own" { nameless.append(dialect.name) }
        }
        // Their hash follows from options that every real configuration of theirs carries.
        let dependent = ["php-memcached", "pylibmc", "meta-memcache", "xmemcached-ketama", "twemproxy-ejection"]
        #expect(Set(nameless).isSubset(of: dependent), "\(nameless)")
    }

    @Test func optionsAreNeverContradicted() throws {
        func name(_ dialect: String, _ option: String, _ value: String) throws -> String {
            try KeyHash.name(of: DialectChoice(name: dialect, options: [.init(name: option, value: value)]))
        }
        #expect(try name("libmemcached-modula", "hash", "fnv1a_32") == "fnv1a_32")
        #expect(try name("twemproxy-ketama", "hash_tag", "{}") == "fnv1a_64")
        #expect(try name("cache-memcached-fast", "ketama_points", "150") == "own")
    }
}
