import RingMemcached

extension MemcachedClient {
    /// Adds to a number that is stored in decimal; it wraps at 2^64.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - delta: what is added.
    ///   - initial: what an item that is not there is created with; `nil` creates none.
    ///   - expiry: when an item that is created goes; one that is there keeps its own.
    /// - Returns: the number afterwards; `nil` when there is no item and none is created, or no server answers.
    /// - Throws: ``MemcachedError``: see ``FailureMode``; ``MemcachedError/Code/notANumber``.
    @discardableResult
    public func increment(
        _ key: String,
        by delta: UInt64 = 1,
        initial: UInt64? = nil,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> UInt64? {
        try await ask(.increment, key, unavailable: nil) { (connection, key) throws(MemcachedError) in
            try await connection.increment(key, by: delta, initial: initial, expiry: expiry)
        }
    }

    /// Takes from a number that is stored in decimal; it stops at 0.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - delta: what is taken.
    ///   - initial: what an item that is not there is created with; `nil` creates none.
    ///   - expiry: when an item that is created goes; one that is there keeps its own.
    /// - Returns: the number afterwards; `nil` when there is no item and none is created, or no server answers.
    /// - Throws: ``MemcachedError``: see ``FailureMode``; ``MemcachedError/Code/notANumber``.
    @discardableResult
    public func decrement(
        _ key: String,
        by delta: UInt64 = 1,
        initial: UInt64? = nil,
        expiry: MemcachedExpiry = .never
    ) async throws(MemcachedError) -> UInt64? {
        try await ask(.decrement, key, unavailable: nil) { (connection, key) throws(MemcachedError) in
            try await connection.decrement(key, by: delta, initial: initial, expiry: expiry)
        }
    }
}
