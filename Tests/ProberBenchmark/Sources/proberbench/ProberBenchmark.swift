import NIOCore
import NIOPosix
import RingCore
import RingTestSupport

/// Probes one real memcached as if it were thousands of nodes, once a second each, and tells what that costs.
///
/// Usage: `proberbench [nodes] [seconds] [milliseconds per tick]`. Needs two file descriptors a node, one here and one
/// in memcached.
@main
struct ProberBenchmark {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let nodes = numbers.first ?? 10_000
        let seconds = numbers.dropFirst().first ?? 10
        let tick = numbers.dropFirst(2).first ?? 5
        let server = try await MemcachedProcess.start(["-c", "\(nodes + 100)", "-b", "4096"])
        defer { server.kill() }
        let address = try NodeAddress(parsing: server.place.text)

        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let residentBefore = ProcessUsage.residentKiB
        let driver = try await loop.submit {
            NIOLoopBound(ProbeDriver(address: address, nodes: nodes, eventLoop: loop), eventLoop: loop)
        }.get()
        let ticking = loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(Int64(tick))) { _ in
            driver.value.tick()
        }
        try await Task.sleep(for: Duration(ProbeDriver.rampUp) + .seconds(2))
        _ = try await loop.submit { driver.value.takeTally() }.get()

        let before = ProcessUsage.now
        let began = ContinuousClock.now
        try await Task.sleep(for: .seconds(seconds))
        let wall = (ContinuousClock.now - began) / .seconds(1)
        let after = ProcessUsage.now
        let tally = try await loop.submit { driver.value.takeTally() }.get()
        ticking.cancel()

        let resident = ProcessUsage.residentKiB
        print("nodes               \(nodes), every tenth probe with stats, tick \(tick) ms")
        print("probes a second     \(Int(Double(tally.good) / wall)), failed \(tally.failed) \(tally.lastFailure)")
        print("CPU of one core     \(hundredths((after.cpu - before.cpu) / wall * 100)) %")
        print("context switches    \(Int(Double(after.contextSwitches - before.contextSwitches) / wall)) a second")
        print("resident            \(resident / 1024) MiB, \((resident - residentBefore) * 1024 / nodes) bytes a node")
        let mean = tally.latency / max(tally.good, 1) / .microseconds(1)
        print("round trip          mean \(Int(mean)) us, worst \(Int(tally.worstLatency / .microseconds(1))) us")
    }

    private static func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
