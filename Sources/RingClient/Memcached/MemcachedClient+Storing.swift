import RingMemcached

extension MemcachedClient {
    /// Stores an item.
    ///
    /// With `cas`, the number that came with a read, it is stored only while the item is still the one that was read:
    /// compare and set. Where a server keeps no such numbers they are 0, and a 0 compares nothing.
    ///
    /// - Parameters:
    ///   - key: the key: 1 to 250 bytes without spaces and control characters.
    ///   - bytes: the bytes of the item.
    ///   - flags: how they are encoded, for whoever reads them.
    ///   - expiry: when the item goes.
    ///   - mode: under which condition it is stored.
    ///   - cas: the version the item must still have.
    /// - Returns: what became of it.
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func set(
        _ key: String,
        _ bytes: [UInt8],
        flags: UInt32 = 0,
        expiry: MemcachedExpiry = .never,
        mode: MemcachedStoreMode = .set,
        cas: UInt64? = nil
    ) async throws(MemcachedError) -> MemcachedOutcome {
        try await ask(.init(mode), key, unavailable: .unavailable) { (connection, key) throws(MemcachedError) in
            try await connection.set(key, bytes, flags: flags, expiry: expiry, mode: mode, cas: cas)
        }
    }

    /// Stores text as its UTF-8 bytes.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func set(
        _ key: String,
        _ text: String,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, Array(text.utf8), expiry: expiry)
    }

    /// Stores an item where there is none; ``MemcachedOutcome/notStored`` where there is one.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func add(
        _ key: String,
        _ bytes: [UInt8],
        flags: UInt32 = 0,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, bytes, flags: flags, expiry: expiry, mode: .add)
    }

    /// Stores an item where there is one already; ``MemcachedOutcome/notStored`` where there is none.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func replace(
        _ key: String,
        _ bytes: [UInt8],
        flags: UInt32 = 0,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, bytes, flags: flags, expiry: expiry, mode: .replace)
    }

    /// Adds bytes at the end of an item, which keeps its flags and its expiry.
    ///
    /// ``MemcachedOutcome/notStored`` where there is no item.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func append(_ bytes: [UInt8], to key: String) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, bytes, mode: .append)
    }

    /// Adds bytes at the beginning of an item, which keeps its flags and its expiry.
    ///
    /// ``MemcachedOutcome/notStored`` where there is no item.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func prepend(_ bytes: [UInt8], to key: String) async throws(MemcachedError) -> MemcachedOutcome {
        try await set(key, bytes, mode: .prepend)
    }

    /// Deletes an item, with `cas` only while it is still the one that was read.
    ///
    /// ``MemcachedOutcome/unavailable`` leaves open whether the item is gone: where it must not be served again, delete
    /// it again later.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func delete(_ key: String, cas: UInt64? = nil) async throws(MemcachedError) -> MemcachedOutcome {
        try await ask(.delete, key, unavailable: .unavailable) { (connection, key) throws(MemcachedError) in
            try await connection.delete(key, cas: cas)
        }
    }

    /// Gives an item another expiry; `false` when there is none or no server answers.
    ///
    /// - Throws: ``MemcachedError``: see ``FailureMode``.
    @discardableResult
    public func touch(_ key: String, expiry: MemcachedExpiry) async throws(MemcachedError) -> Bool {
        try await ask(.touch, key, unavailable: false) { (connection, key) throws(MemcachedError) in
            try await connection.touch(key, expiry: expiry)
        }
    }
}
