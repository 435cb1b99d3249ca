import RingCore

/// Something to be looked at at a time.
///
/// Overtaken deadlines stay in the heap and are ignored when they come up. Only plain numbers are in it, so that the
/// heap moves them without counting references.
struct Deadline: Comparable, Sendable {
    enum Subject: Hashable, Sendable {
        /// The next probe of a node, or the loss of the one that is out.
        case probe(NodeID, generation: UInt32)
        /// The next step or the next attempt of a cleansing.
        case cleansing(CleansingID)
        /// Something of the pool: an admission, a thaw, a held slot, a publication to be tried again.
        case pool(PoolID)
        /// An operator's wait for an admission, by the serial of the wait.
        case waiter(UInt64)
        /// The end of the checker's distrust of itself.
        case trust
        /// The end of the pause after the disk refused a write.
        case disk
    }

    let at: Instant
    /// Breaks ties in the order of making, so that equal times come up in one order in every process.
    let serial: UInt64
    let subject: Subject

    static func < (a: Deadline, b: Deadline) -> Bool {
        a.at.nanoseconds != b.at.nanoseconds ? a.at.nanoseconds < b.at.nanoseconds : a.serial < b.serial
    }

    static func == (a: Deadline, b: Deadline) -> Bool { a.serial == b.serial && a.at == b.at }
}
