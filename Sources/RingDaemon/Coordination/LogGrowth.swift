/// Notices when a reader keeps the write-ahead log of the database from being cut, and says so rarely.
///
/// SQLite never cuts what a reader still needs, and never interrupts the reader: the log grows by all that is written
/// meanwhile. Nothing is lost and nobody waits, but the disk fills.
struct LogGrowth {
    /// From this length on it is worth a warning; each next one comes at twice the length.
    static let threshold: Int64 = 64 << 20

    private var next = threshold

    /// What there is to say.
    enum Remark: Equatable {
        case grew(bytes: Int64)
        case wasCut
    }

    /// Takes in how long the log is after a checkpoint.
    mutating func note(logBytes: Int64) -> Remark? {
        if logBytes >= next {
            while next <= logBytes { next *= 2 }
            return .grew(bytes: logBytes)
        }
        guard next > Self.threshold, logBytes == 0 else { return nil }
        next = Self.threshold
        return .wasCut
    }
}
