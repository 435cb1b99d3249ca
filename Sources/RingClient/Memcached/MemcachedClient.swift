import NIOCore
import NIOPosix
import RingCore
@_exported public import RingMemcached

/// A memcached client that sends each key to its owner on a live ring.
///
/// ```swift
/// let cache = MemcachedClient(ring: ring)
/// try await cache.set("user:42", "Ada", expiry: .after(.seconds(60)))
/// let user = try await cache.get("user:42")?.text
/// ```
///
/// One connection to each node carries the requests of all tasks. A key whose slot is held is a miss at once, and is
/// asked nowhere else, because another server would serve it stale later. Nothing is tried again and nothing is sent
/// elsewhere: what a cache has lost is computed anew, and only `ringd` moves keys.
public final class MemcachedClient: Sendable {
    /// The ring that is followed.
    public let ring: LiveRing
    private let nodes: NodeConnections

    /// Creates a client; connections are made when they are needed.
    ///
    /// - Parameters:
    ///   - ring: the ring to follow, which somebody must ``LiveRing/run()``.
    ///   - options: the limits of each connection.
    public init(ring: LiveRing, options: MemcachedOptions = MemcachedOptions()) {
        self.ring = ring
        nodes = NodeConnections(options: options)
    }

    /// Closes the connections to nodes that left the ring, until the task is cancelled; then closes all.
    ///
    /// Without it the client works all the same, and keeps those connections open.
    public func run() async {
        for await published in ring.updates {
            await nodes.keepOnly(published.owners)
        }
        await nodes.closeAll()
    }

    /// Closes all connections, after the answers to what was sent; later requests make new ones.
    public func close() async { await nodes.closeAll() }

    /// Reads an item; `nil` is a miss, as is every key of a held slot.
    ///
    /// - Throws: ``MemcachedError``.
    public func get(_ key: String) async throws(MemcachedError) -> MemcachedValue? {
        let valid = try MemcachedKey(key)
        let owner = ring.owner(of: key)
        guard !owner.isHeld else { return nil }
        return try await nodes.connection(to: owner).get(valid)
    }

    /// Reads several items with one round trip to each server, all at once; a key that is missing is a miss.
    ///
    /// A server that fails takes its own keys with it and no others: they are misses, and `failures` says why.
    public func get(_ keys: [String]) async throws(MemcachedError) -> MultiGet {
        var valid: [MemcachedKey] = []
        for key in keys { valid.append(try MemcachedKey(key)) }
        var questions: [Question] = []
        var places: [Owner: Int] = [:]
        for (key, owner) in zip(valid, ring.owners(of: keys)) where !owner.isHeld {
            let place = places[owner] ?? questions.count
            if place == questions.count {
                places[owner] = place
                questions.append(Question(owner: owner))
            }
            questions[place].keys.append(key)
        }
        var result = MultiGet()
        await withTaskGroup(of: (Owner, Result<[MemcachedKey: MemcachedValue], MemcachedError>).self) { group in
            for question in questions {
                group.addTask { [nodes] in (question.owner, await nodes.answer(question)) }
            }
            for await (owner, answer) in group {
                switch answer {
                case .success(let found):
                    for (key, value) in found { result.values[key.text] = value }
                case .failure(let error): result.failures[owner] = error
                }
            }
        }
        return result
    }

    /// What ``get(_:)-([String])`` found.
    public struct MultiGet: Sendable {
        /// The items that are there.
        public var values: [String: MemcachedValue] = [:]
        /// The servers that did not answer.
        public var failures: [Owner: MemcachedError] = [:]
    }

    /// The keys for one server.
    struct Question: Sendable {
        let owner: Owner
        var keys: [MemcachedKey] = []
    }

    /// Stores an item; in a held slot it is not stored.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - bytes: the bytes of the item.
    ///   - flags: how they are encoded, for whoever reads them.
    ///   - expiry: when the item goes.
    ///   - mode: under which condition it is stored.
    ///   - cas: the version the item must still have.
    /// - Returns: what became of it.
    /// - Throws: ``MemcachedError``.
    @discardableResult
    public func set(
        _ key: String,
        _ bytes: [UInt8],
        flags: UInt32 = 0,
        expiry: MemcachedExpiry = .never,
        mode: MemcachedStoreMode = .set,
        cas: UInt64? = nil
    ) async throws(MemcachedError) -> MemcachedOutcome {
        let valid = try MemcachedKey(key)
        let owner = ring.owner(of: key)
        guard !owner.isHeld else { return .notStored }
        return try await nodes.connection(to: owner)
            .set(valid, bytes, flags: flags, expiry: expiry, mode: mode, cas: cas)
    }

    /// Stores text as its UTF-8 bytes; in a held slot it is not stored.
    @discardableResult
    public func set(
        _ key: String,
        _ text: String,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, Array(text.utf8), expiry: expiry)
    }

    /// Deletes an item; `false` when there is none, as in a held slot.
    ///
    /// - Throws: ``MemcachedError``.
    @discardableResult
    public func delete(_ key: String) async throws(MemcachedError) -> Bool {
        let valid = try MemcachedKey(key)
        let owner = ring.owner(of: key)
        guard !owner.isHeld else { return false }
        return try await nodes.connection(to: owner).delete(valid) == .done
    }
}
