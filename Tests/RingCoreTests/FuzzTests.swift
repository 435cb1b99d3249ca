import Foundation
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
        for _ in 0..<80 where evaluates(dialect, &generator) { built += 1 }
        #expect(built > 5, "only \(built) of 80 were rings at all")
    }

    /// `RINGD_FUZZ_SECONDS`; `make fuzz` sets it, and has a sanitizer look on.
    private static let seconds = ProcessInfo.processInfo.environment["RINGD_FUZZ_SECONDS"].flatMap { Int($0) }

    @Test(.enabled(if: seconds != nil, "RINGD_FUZZ_SECONDS says for how long"))
    func nothingTrapsForAsLongAsAsked() throws {
        let end = ContinuousClock.now + .seconds(try #require(Self.seconds))
        var (seed, built) = (UInt64(0), 0)
        while ContinuousClock.now < end {
            seed += 1
            var generator = Generator(seed: seed)
            for dialect in Dialect.all where evaluates(dialect, &generator) { built += 1 }
        }
        print("\(seed) seeds, \(seed * UInt64(Dialect.all.count)) attempts, \(built) rings")
        #expect(built > 0)
    }

    /// Attempts one ring from random servers and options, and looks keys up where it is one.
    private func evaluates(_ dialect: Dialect, _ generator: inout Generator) -> Bool {
        var options: [DialectChoice.Option] = []
        for option in dialect.options where generator.number(0...2) == 0 {
            let known = option.values.randomElement(using: &generator) ?? "\(generator.number(-2...300))"
            let value = generator.number(0...4) == 0 ? text(&generator) : known
            options.append(.init(name: option.name, value: value))
        }
        let servers = (0..<generator.number(0...12)).map { _ in server(&generator) }
        let choice = DialectChoice(name: dialect.name, options: options)
        guard let ring = try? Ring(evaluating: choice, servers: servers) else { return false }
        for attempt in 0..<20 {
            // Now and then one that is longer than memcached takes.
            let key = attempt == 0 ? (0..<5).flatMap { _ in generator.key() } : generator.key()
            #expect(servers.indices.contains(ring.owner(ofKey: key)))
            #expect(ring.owners(ofKey: key, count: 3).first == ring.owner(ofKey: key))
        }
        #expect(ring.shares.count == servers.count)
        var fewer = servers
        fewer.removeLast()
        if let next = try? Ring(evaluating: choice, servers: fewer) {
            let movement = ring.movement(to: next)
            #expect(movement.own + movement.collateral == movement.moved)
        }
        return true
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
