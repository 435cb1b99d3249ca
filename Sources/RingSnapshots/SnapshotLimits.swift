/// What a reader accepts at most.
///
/// The publisher reads back what it wrote under the same limits, so nothing is published that a client would refuse.
package struct SnapshotLimits: Hashable, Sendable {
    /// Bytes of the file.
    package var bytes: Int
    package var slots: Int
    /// Points of all slots together: 16 bytes of memory each, while a ring is built.
    package var points: Int
    /// Nesting of objects and arrays, unknown members included.
    package var depth: Int

    package init(bytes: Int = 64 << 20, slots: Int = 10_000, points: Int = 1 << 24, depth: Int = 32) {
        self.bytes = bytes
        self.slots = slots
        self.points = points
        self.depth = depth
    }
}
