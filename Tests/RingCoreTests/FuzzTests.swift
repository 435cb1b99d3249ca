import Testing

@testable import RingCore

/// Goal: no input traps; whatever is wrong is an error, whatever is not has an owner in range.
///
/// Method: random servers, options and keys, a fixed number of rounds from fixed seeds.
struct FuzzTests {
    @Test(arguments: Dialect.all.map(\.name))
    func noServersOptionsOrKeysTrap(name: String) throws {
        let dialect = try Dialect.named(name)
        var generator = Generator(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        var built = 0
        for _ in 0..<80 {
            var options: [DialectChoice.Option] = []
            for option in dialect.options where generator.number(0...2) == 0 {
                let known = option.values.randomElement(using: &generator) ?? "\(generator.number(-2...300))"
                let value = generator.number(0...4) == 0 ? text(&generator) : known
                options.append(.init(name: option.name, value: value))
            }
            let servers = (0..<generator.number(0...12)).map { _ in server(&generator) }
            let choice = DialectChoice(name: name, options: options)
            guard let ring = try? Ring(evaluating: choice, servers: servers) else { continue }
            built += 1
            for _ in 0..<20 {
                let key = generator.key()
                #expect(servers.indices.contains(ring.owner(ofKey: key)))
            }
            _ = ring.shares
        }
        #expect(built > 5, "only \(built) of 80 were rings at all")
    }

    private func server(_ generator: inout Generator) -> DialectServer {
        let host =
            generator.number(0...5) == 0
            ? text(&generator) : "10.0.\(generator.number(0...9)).\(generator.number(0...255))"
        let weights: [Double?] = [nil, nil, 1, 1, 2, 0, 0.5, 100, 700, -1, .nan, 1e18]
        return DialectServer(
            host: host,
            port: generator.number(0...3) == 0 ? UInt16(truncatingIfNeeded: generator.next()) : nil,
            weight: weights[generator.number(0...(generator.number(0...4) == 0 ? 11 : 4))],
            name: generator.number(0...4) == 0 ? text(&generator) : nil,
            ip: generator.number(0...4) == 0 ? text(&generator) : "10.1.1.1"
        )
    }

    private func text(_ generator: inout Generator) -> String { String(decoding: generator.key(), as: UTF8.self) }
}
