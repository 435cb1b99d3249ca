/// Identifies a pool for ever: the row of the database.
///
/// Never used twice.
package struct PoolID: Hashable, Sendable, Comparable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (a: PoolID, b: PoolID) -> Bool { a.value < b.value }
}

/// Identifies a node for ever: the row of the database.
///
/// Never used twice.
package struct NodeID: Hashable, Sendable, Comparable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (a: NodeID, b: NodeID) -> Bool { a.value < b.value }
}

/// Identifies a slot for ever: the row of the database.
///
/// Never used twice.
package struct SlotID: Hashable, Sendable, Comparable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (a: SlotID, b: SlotID) -> Bool { a.value < b.value }
}

/// Identifies an event of the audit: the row of the database, rising by one.
package struct EventID: Hashable, Sendable, Comparable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (a: EventID, b: EventID) -> Bool { a.value < b.value }
}

/// Counts the committed changes of one pool's ring: the first is 1.
///
/// Below 2^53, so that JSON keeps it exact.
package struct RingVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    /// The version that follows.
    package var next: RingVersion { RingVersion(value + 1) }
    package var description: String { "\(value)" }
    package static func < (a: RingVersion, b: RingVersion) -> Bool { a.value < b.value }
}

/// The fencing term of the writer: 1 on a single coordinator, higher after a fail-over.
package struct Epoch: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package var description: String { "\(value)" }
    package static func < (a: Epoch, b: Epoch) -> Bool { a.value < b.value }
}
