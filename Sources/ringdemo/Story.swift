import Foundation
import RingClient

/// The acts of the demonstration, in order.
///
/// Every figure in it is measured on the servers.
struct Story {
    let stage: Stage
    let screen: Screen
    let keyCount: Int

    /// Something that must hold, with its figure.
    struct Claim {
        let text: String
        let holds: Bool
    }

    /// The ways of placing keys that are compared.
    static let schemes = [
        (pool: "modulo", dialect: "libmemcached-modula", title: "naive modulo"),
        (pool: "seed", dialect: "seed-gist", title: "CRC32 ring of 200 slots"),
        (pool: "sessions", dialect: "pinned-ketama", title: "pinned-ketama"),
    ]

    func tell() async throws -> [Claim] {
        screen.title("ringd keeps a memcached fleet in one ring")
        screen.progress("starting eight memcached servers and ringd …")
        for port in stage.ports { try stage.startServer(at: port) }
        try stage.startDaemon()
        screen.endProgress()
        screen.say("Eight memcached servers on 127.0.0.1, ports \(ports); ringd in \(stage.directory.path).")
        screen.say("An application caches \(grouped(keyCount)) keys and follows the published ring ten times a second.")

        var claims = try await addAServer()
        let application = try Application(pool: "sessions", snapshots: stage.snapshots, keys: keyCount)
        claims += try await loseAServer(application)
        claims += try await takeItBack(application)
        try explain()
        await application.stop()
        return claims
    }

    // MARK: One server more

    private func addAServer() async throws -> [Claim] {
        screen.title("1. Seven servers become eight: how many keys are still found?")
        var shares: [String: Double] = [:]
        var rows: [[String]] = []
        for scheme in Self.schemes {
            screen.progress("\(scheme.title): seven servers …")
            try stage.ringctl("pool", "create", scheme.pool, "dialect=\(scheme.dialect)", "-y")
            for (index, port) in stage.ports.prefix(7).enumerated() { try add(index + 1, port, to: scheme.pool) }
        }
        // Nothing is written before ringd has seen that the servers were empty as they gave keys to those after them:
        // it would hold a dead server's slot for fear of old copies, and not eject it.
        try stage.wait(for: 15, "nobody holds old copies") {
            try !stage.ringctl(
                "node",
                "eject",
                "cache-\(Self.victim)",
                "-p",
                "sessions",
                "--dry-run",
                "-o",
                "json"
            ).contains("had them less than")
        }
        for scheme in Self.schemes {
            screen.progress("\(scheme.title): \(grouped(keyCount)) keys …")
            let application = try Application(pool: scheme.pool, snapshots: stage.snapshots, keys: keyCount)
            try await application.fill(application.keys, with: "1")
            let before = try await application.read().share
            let version = application.ring.current.version
            screen.progress("\(scheme.title): the eighth server …")
            try add(8, stage.ports[7], to: scheme.pool)
            try stage.wait(for: 5, "the client follows") { application.ring.current.version > version }
            let after = try await application.read().share
            shares[scheme.pool] = after
            let newcomer = Double(application.keys(ownedBy: "cache-8").count) / Double(keyCount)
            rows.append([scheme.title, percent(before), percent(after), percent(newcomer)])
            await application.stop()
        }
        screen.endProgress()
        screen.table(["placement of keys", "found with 7", "found with 8", "the eighth owns"], rows)
        screen.say("Best possible with even shares: \(percent(7.0 / 8.0)) found, \(percent(1.0 / 8.0)) on the eighth.")
        for scheme in Self.schemes.dropLast() { try stage.ringctl("pool", "delete", scheme.pool, "-y") }
        let pinned = shares["sessions"] ?? 0
        let modulo = shares["modulo"] ?? 1
        return [
            Claim(
                text: "a server more: \(percent(pinned)) of the keys stay found, \(percent(modulo)) with naive modulo",
                holds: pinned > 0.83 && modulo < 0.25
            )
        ]
    }

    private func add(_ number: Int, _ port: UInt16, to pool: String) throws {
        try stage.ringctl("node", "add", "cache-\(number)", "127.0.0.1:\(port)", "-p", pool, "-y")
    }

    // MARK: One server less

    /// The server that dies in the second act.
    static let victim = 3

    private func loseAServer(_ application: Application) async throws -> [Claim] {
        screen.title("2. One server is killed with SIGKILL")
        try await application.fill(application.keys, with: "1")
        let victim = "cache-\(Self.victim)"
        let lost = application.keys(ownedBy: victim)
        let version = application.ring.current.version
        let file = "\(stage.snapshots)/sessions/ring.json"
        screen.say("\(victim) owns \(grouped(lost.count)) of the keys. Killing it.")
        let begin = ContinuousClock.now
        stage.killServer(at: stage.ports[Self.victim - 1])
        screen.progress("waiting for ringd to be sure …")
        try stage.wait(for: 15, "a snapshot without \(victim)") {
            guard let slots = try? SnapshotFile(path: file).slots else { return false }
            return !slots.contains { $0.node == victim }
        }
        let published = ContinuousClock.now - begin
        try stage.wait(for: 5, "the client routes around it") { application.ring.current.version > version }
        let routed = ContinuousClock.now - begin
        let reading = try await application.read()
        screen.endProgress()
        screen.table(
            ["after the kill", ""],
            [
                ["snapshot without it on disk", milliseconds(published)],
                ["every client routes around it", milliseconds(routed)],
                ["keys still found", percent(reading.share)],
                ["best possible", percent(1 - Double(lost.count) / Double(keyCount))],
            ]
        )
        screen.say("ringd waits 2 s before it believes: a supervised restart takes less (confirm=2s, 0s if you like).")
        try await application.fill(lost, with: "2")
        screen.say("The application refills the misses from its database: those keys have the value 2 now.")
        let best = 1 - Double(lost.count) / Double(keyCount)
        return [
            Claim(
                text: "a server killed: off the ring on disk in \(milliseconds(published)), "
                    + "followed by the client in \(milliseconds(routed))",
                holds: published < .seconds(4) && routed < .seconds(4.5)
            ),
            Claim(
                text: "nothing else was lost: \(percent(reading.share)) found of \(percent(best)) possible",
                holds: abs(reading.share - best) < 0.0005
            ),
        ]
    }

    // MARK: It comes back

    private func takeItBack(_ application: Application) async throws -> [Claim] {
        screen.title("3. It comes back, and remembers what is not true any more")
        let victim = "cache-\(Self.victim)"
        let port = stage.ports[Self.victim - 1]
        try stage.startServer(at: port)
        Loopback.plant(application.keys.map { ($0, "1") }, on: port)
        let planted = items(on: port)
        // Every key is planted, those that it owned among them: whatever were read from it too early would show.
        screen.say("\(victim) runs again, with \(grouped(planted)) items from before planted in it.")
        screen.progress("reading all keys over and over until it is back in the ring …")
        let refilled = Set(try await application.read().found.filter { $0.value == "2" }.keys)
        var reads = 0
        var staleReads = 0
        var isBack = false
        let begin = ContinuousClock.now
        while !isBack, ContinuousClock.now - begin < .seconds(60) {
            isBack = application.ring.current.owners.contains { $0.node == victim }
            let reading = try await application.read()
            reads += reading.asked
            staleReads += reading.found.count { refilled.contains($0.key) && $0.value == "1" }
        }
        let after = try await application.read()
        reads += after.asked
        staleReads += after.found.count { refilled.contains($0.key) && $0.value == "1" }
        screen.endProgress()
        guard isBack else { throw Stage.Failure(description: "not within 60 s: \(victim) is back in the ring") }
        screen.table(
            ["while it came back", ""],
            [
                ["reads by the application", grouped(reads)],
                ["stale values read", grouped(staleReads)],
                ["items of before on it now", grouped(items(on: port))],
                ["keys found (its share starts cold)", percent(after.share)],
            ]
        )
        screen.say("ringd emptied it first: a canary was stored, flush_all sent, and the canary seen to be gone.")
        return [
            Claim(
                text:
                    "it came back with \(grouped(planted)) old items: \(grouped(staleReads)) stale of \(grouped(reads)) reads",
                holds: staleReads == 0 && planted > 0 && items(on: port) == 0
            )
        ]
    }

    private func items(on port: UInt16) -> Int {
        let stats = Loopback.exchange("stats\r\n", with: port, until: "END\r\n") ?? ""
        let line = stats.split(separator: "\r\n").first { $0.hasPrefix("STAT curr_items ") }
        return line.flatMap { Int($0.split(separator: " ")[2]) } ?? 0
    }

    // MARK: The record

    private func explain() throws {
        screen.title("4. Who did what, and why?")
        screen.say("ringctl ring history -p sessions --limit 4")
        screen.quote(try stage.ringctl("ring", "history", "-p", "sessions", "--limit", "4"))
        let query = """
            SELECT event.id, strftime('%H:%M:%S', event.at / 1000, 'unixepoch') AS at, actor, kind, node, reason
            FROM event WHERE node = 'cache-\(Self.victim)' AND pool = 'sessions' ORDER BY event.id DESC LIMIT 6
            """
        screen.say("The same in SQL, on the live database:")
        screen.quote(query)
        screen.quote(try stage.sql(query))
        screen.say("And nobody has edited it:")
        screen.quote(try stage.ringctl("audit", "verify"))
    }

    // MARK: Figures

    private var ports: String {
        let sorted = stage.ports.sorted()
        let isRange = sorted.last.map { Int($0) - Int(sorted[0]) == sorted.count - 1 } ?? false
        return isRange ? "\(sorted[0])–\(sorted[sorted.count - 1])" : sorted.map(String.init).joined(separator: ", ")
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(grouped(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))) ms"
    }

    private func grouped(_ number: Int) -> String {
        var digits = String(abs(number))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
