package import RingCore

/// What an earlier version of a pool published: what a rollback goes back to.
package struct PastRing: Hashable, Sendable {
    package var version: RingVersion
    package var dialect: DialectChoice
    /// In the ring's order.
    package var slots: [PublishedSlot]

    package init(version: RingVersion, dialect: DialectChoice, slots: [PublishedSlot]) {
        self.version = version
        self.dialect = dialect
        self.slots = slots
    }
}
