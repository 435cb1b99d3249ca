import ArgumentParser
import RingClient
import RingCore
import RingSnapshots

/// Reads single keys from many tasks at once, as fast as it goes.
struct Requests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure single gets from many tasks.")

    @Option(help: "The port of a memcached on 127.0.0.1.") var port: UInt16
    @Option(help: "How many tasks read at once.") var tasks = 64
    @Option(help: "How many keys there are.") var keys = 10_000
    @Option(help: "The bytes of each value.") var size = 100
    @Option(help: "Connections to the server.") var connections = MemcachedOptions.defaultConnectionsPerServer
    @Option(help: "Seconds.") var seconds = 5

    func run() async throws {
        let directory = try ScratchDirectory()
        let slot = try ScratchDirectory.slot(1, address: NodeAddress(host: "127.0.0.1", port: port))
        try directory.publish(ScratchDirectory.snapshot(1, slots: [slot]))
        let ring = try LiveRing(path: directory.path, pool: "measured")
        let cache = MemcachedClient(
            ring: ring,
            options: MemcachedOptions(connectionsPerServer: connections),
            failureMode: .raise
        )
        let names = (0..<keys).map { number in
            let digits = String(number)
            return "key:" + String(repeating: "0", count: 16 - digits.count) + digits
        }
        for name in names { try await cache.set(name, [UInt8](repeating: 0x76, count: size)) }
        let end = ContinuousClock.now + .seconds(seconds)
        let begin = ContinuousClock.now
        let reads = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var count = 0
                    var index = task * 157 % names.count
                    while count % 64 != 0 || ContinuousClock.now < end {
                        guard try await cache.get(names[index])?.bytes.count == size else {
                            throw ValidationError("a key is missing")
                        }
                        index = (index + 7919) % names.count
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = (ContinuousClock.now - begin) / .seconds(1)
        await cache.close()
        var line = Line()
        line.add("tasks", tasks)
        line.add("connections", connections)
        line.add("gets_per_second", Double(reads) / elapsed)
        line.print()
    }
}
