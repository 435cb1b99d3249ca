import RingClient

/// What the tutorial builds, so that its code is code that compiles; each line of the tutorial is a line of this file.
struct Users {
    let cache: MemcachedClient

    func name(of id: Int) async throws -> String {
        let key = "user:\(id)"
        if let found = try await cache.get(key) { return found.text }
        let name = try await Database.name(of: id)
        try await cache.set(key, name, expiry: .after(.seconds(60)))
        return name
    }

    func addVisit(_ visit: UInt8, to key: String) async throws {
        for _ in 0..<10 {
            guard let read = try await cache.get(key) else { return }
            let outcome = try await cache.set(key, read.bytes + [visit], cas: read.cas)
            if outcome != .changed { return }
        }
    }
}

func productionRing() throws -> LiveRing {
    try LiveRing(
        directory: "/var/lib/ringd/snapshots",
        pool: "default",
        keys: try SnapshotKeys(path: "/etc/ringd/signing.pub"),
        keep: "/var/lib/shop/ring.json",
        wakesOnChange: true
    )
}

func health(of ring: LiveRing) -> [String] {
    let state = ring.state
    var lines = ["ring version \(state.version), for \(state.age)"]
    if let error = state.lastError { lines.append("not following: \(error)") }
    if let age = state.aliveAge, age > .seconds(60) { lines.append("ringd was last seen \(age) ago") }
    return lines
}

func firstSteps() async throws {
    let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "default")
    print("version \(ring.current.version) has \(ring.current.owners.count) servers")
    async let following: Void = ring.run()
    for await version in ring.updates {
        print("version \(version.version), \(version.changeKind): \(version.reason)")
    }
    try await following
}

func storeOnce() async throws {
    let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "default")
    let cache = MemcachedClient(ring: ring)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await ring.run() }
        group.addTask { await cache.run() }
        try await cache.set("user:42", "Ada", expiry: .after(.seconds(60)))
        let user = try await cache.get("user:42")?.text
        print(user ?? "a miss")
        group.cancelAll()
    }
}

/// What the application caches.
enum Database {
    static func name(of id: Int) async throws -> String { "user \(id)" }
}
