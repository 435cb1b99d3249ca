import RingClient

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
