package import RingCore

extension Snapshot {
    /// Checks that the snapshot is about the pool and means what its digest says.
    ///
    /// The signature and the agreement are checked by whoever has a key, and by whoever has built the ring.
    package func verify(expectedPool: PoolName) throws(SnapshotError) {
        guard pool == expectedPool else {
            throw SnapshotError(.otherPool, member: "pool", problem: "'\(pool)' instead of '\(expectedPool)'")
        }
        let computed = computedDigest
        guard digest == computed else {
            throw SnapshotError(.digestMismatch, member: "digest", problem: "the content has \(computed)")
        }
        try requireOrder()
    }

    /// In dialects that order slots by label, owners are indexes into that order: another one would mean another ring.
    private func requireOrder() throws(SnapshotError) {
        guard let dialect = try? Dialect.named(dialect.name), dialect.ordersSlotsByLabel else { return }
        for (index, pair) in zip(slots, slots.dropFirst()).enumerated() {
            guard pair.0.label.utf8.lexicographicallyPrecedes(pair.1.label.utf8) else {
                throw SnapshotError(
                    .invalidValue,
                    member: "slots[\(index + 1)].label",
                    problem: "'\(printable(pair.1.label))' is not in the order of labels"
                )
            }
        }
    }

    /// Where the snapshot stands among all of its pool.
    package var place: Place { Place(epoch: epoch, version: version, digest: digest) }

    /// A version in the order of versions, with the hash of its meaning.
    package struct Place: Hashable, Sendable {
        package let epoch: Epoch
        package let version: RingVersion
        package let digest: Digest

        package init(epoch: Epoch, version: RingVersion, digest: Digest) {
            self.epoch = epoch
            self.version = version
            self.digest = digest
        }

        /// Whether this one replaces the other: its (epoch, version) is greater.
        package func isNewer(than other: Place) -> Bool {
            (epoch, version) > (other.epoch, other.version)
        }
    }

    /// What to do with a snapshot that was read.
    package enum Adoption: Hashable, Sendable {
        /// It is newer than what one has, or the first.
        case adopt
        /// It is what one has.
        case keepSame
        /// It is older than what one has: a file that was put back, or a writer that lost its term.
        case ignoreOlder
        /// The same (epoch, version) with another content: two writers, or a forgery.
        case alarm
    }

    /// Decides about a snapshot that was read and verified; `nil` stands for having none yet.
    package static func adoption(of next: Place, over current: Place?) -> Adoption {
        guard let current else { return .adopt }
        if next.isNewer(than: current) { return .adopt }
        if current.isNewer(than: next) { return .ignoreOlder }
        return next.digest == current.digest ? .keepSame : .alarm
    }
}
