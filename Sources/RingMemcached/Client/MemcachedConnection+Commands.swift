extension MemcachedConnection {
    /// Reads an item; `nil` is a miss.
    package func get(_ key: MemcachedKey) async throws(MemcachedError) -> MemcachedValue? {
        switch try await perform(.get(key)) {
        case .value(let value, _): return value
        case .status, .noop, .ok, .trouble: return nil
        }
    }

    /// Reads an item and gives it another expiry; `nil` is a miss.
    package func get(
        _ key: MemcachedKey,
        touching expiry: MemcachedExpiry
    ) async throws(MemcachedError) -> MemcachedValue? {
        switch try await perform(.get(key, touch: expiry)) {
        case .value(let value, _): return value
        case .status, .noop, .ok, .trouble: return nil
        }
    }

    /// Reads several items in one round trip; a key that is missing is a miss.
    ///
    /// More keys than may be in flight at once are asked for in several.
    package func get(_ keys: [MemcachedKey]) async throws(MemcachedError) -> [MemcachedKey: MemcachedValue] {
        var found: [MemcachedKey: MemcachedValue] = [:]
        let most = min(options.maximumInFlight, options.maximumWaiting)
        for start in stride(from: 0, to: keys.count, by: most) {
            let part = keys[start..<min(start + most, keys.count)]
            for (key, reply) in zip(part, try await perform(part.map { .get($0) })) {
                if case .value(let value, _) = reply { found[key] = value }
            }
        }
        return found
    }

    /// Stores an item.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - bytes: the bytes of the item.
    ///   - flags: how they are encoded; ignored by append and prepend.
    ///   - expiry: when the item goes; ignored by append and prepend.
    ///   - mode: under which condition it is stored.
    ///   - cas: the version the item must still have.
    package func set(
        _ key: MemcachedKey,
        _ bytes: [UInt8],
        flags: UInt32 = 0,
        expiry: MemcachedExpiry = .never,
        mode: MemcachedStoreMode = .set,
        cas: UInt64? = nil
    ) async throws(MemcachedError) -> MemcachedOutcome {
        guard bytes.count <= options.maximumValueLength else {
            throw MemcachedError(
                .valueTooLarge,
                "the value has \(bytes.count) bytes, at most \(options.maximumValueLength) are sent"
            )
        }
        let store = MetaRequest.Store(key: key, bytes: bytes, flags: flags, expiry: expiry, mode: mode, cas: cas)
        return Self.outcome(of: try await perform(.store(store)))
    }

    /// Deletes an item, if it still has the version `cas` where one is given.
    package func delete(_ key: MemcachedKey, cas: UInt64? = nil) async throws(MemcachedError) -> MemcachedOutcome {
        Self.outcome(of: try await perform(.delete(key, cas: cas)))
    }

    /// Gives an item another expiry; `false` when there is none.
    package func touch(_ key: MemcachedKey, expiry: MemcachedExpiry) async throws(MemcachedError) -> Bool {
        Self.outcome(of: try await perform(.touch(key, expiry))) == .done
    }

    /// Adds to a number, which wraps at 2^64; `nil` when there is no item and `initial` is not given.
    package func increment(
        _ key: MemcachedKey,
        by delta: UInt64 = 1,
        initial: UInt64? = nil,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> UInt64? {
        try await count(key, by: delta, isDecrement: false, initial: initial, expiry: expiry)
    }

    /// Takes from a number, which stops at 0; `nil` when there is no item and `initial` is not given.
    package func decrement(
        _ key: MemcachedKey,
        by delta: UInt64 = 1,
        initial: UInt64? = nil,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> UInt64? {
        try await count(key, by: delta, isDecrement: true, initial: initial, expiry: expiry)
    }

    /// Makes a round trip.
    package func noop() async throws(MemcachedError) {
        _ = try await perform(.noop)
    }

    /// Empties the server.
    package func flushAll() async throws(MemcachedError) {
        _ = try await perform(.flushAll)
    }

    private func count(
        _ key: MemcachedKey,
        by delta: UInt64,
        isDecrement: Bool,
        initial: UInt64?,
        expiry: MemcachedExpiry
    ) async throws(MemcachedError) -> UInt64? {
        let count = MetaRequest.Count(
            key: key,
            delta: delta,
            isDecrement: isDecrement,
            initial: initial,
            expiry: expiry
        )
        guard case .value(let value, _) = try await perform(.count(count)) else { return nil }
        guard let number = value.bytes.span.unsigned else {
            throw MemcachedError(.protocolViolation, "a number was expected")
        }
        return number
    }

    private static func outcome(of reply: MetaReply) -> MemcachedOutcome {
        guard case .status(let status, _) = reply else { return .notFound }
        switch status {
        case .done: return .done
        case .notStored: return .notStored
        case .changed: return .changed
        case .miss, .notFound: return .notFound
        }
    }
}
