/// An item that a server has.
public struct MemcachedValue: Hashable, Sendable {
    /// The bytes of the item.
    public var bytes: [UInt8]
    /// The number that clients use to say how the bytes are encoded.
    public var flags: UInt32
    /// The version of the item, for a store that must not overwrite a newer one; 0 where the server keeps none.
    public var cas: UInt64

    /// Creates an item.
    public init(bytes: [UInt8], flags: UInt32 = 0, cas: UInt64 = 0) {
        self.bytes = bytes
        self.flags = flags
        self.cas = cas
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Under which condition a store writes.
public enum MemcachedStoreMode: Hashable, Sendable, CaseIterable {
    /// Always.
    case set
    /// Only where there is no item.
    case add
    /// Only where there is an item.
    case replace
    /// After the bytes of the item that is there.
    case append
    /// Before the bytes of the item that is there.
    case prepend
}

/// What became of a store or a deletion.
///
/// Only ``unavailable`` leaves open what the server has now.
public enum MemcachedOutcome: Hashable, Sendable {
    /// It was done.
    case done
    /// The condition of the mode was not met.
    case notStored
    /// The item was changed since its `cas` was read.
    case changed
    /// There is no such item.
    case notFound
    /// No server answers for the key at the moment: its slot is held, or the server failed.
    ///
    /// Whether it was done is unknown. An item that must not be served any more has to be deleted again.
    case unavailable
}
