import RingClient

let ring = try LiveRing(directory: "/var/lib/ringd/snapshots", pool: "default")
let cache = MemcachedClient(ring: ring)

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await ring.run() }
    group.addTask { await cache.run() }
    try await cache.set("user:42", "Ada", expiry: .after(.seconds(60)))
    group.cancelAll()
}
