import RingCore
import RingSnapshots

/// What a version of the ring says about itself.
public struct PublishedRing: Hashable, Sendable {
    /// The pool of the ring.
    public let pool: String
    /// The fencing term of the coordinator that wrote it; (epoch, version) only ever rises.
    public let epoch: Int64
    /// The number of the version: one more for each change of the ring.
    public let version: Int64
    /// When it was made, in RFC 3339: `2026-11-22T10:35:00.123Z`.
    public let createdAt: String
    /// The word for what made it: `eject`, `add`; there may be new ones.
    public let changeKind: String
    /// Why, in a sentence.
    public let reason: String
    /// The rule by which keys find their owners: `pinned-ketama`.
    public let dialect: String
    /// The hash of the meaning of the version: `sha256:…`.
    public let digest: String
    /// The servers in the order of the ring.
    public let owners: [Owner]

    init(_ snapshot: Snapshot) {
        pool = snapshot.pool.text
        epoch = snapshot.epoch.value
        version = snapshot.version.value
        createdAt = snapshot.createdAt.description
        changeKind = snapshot.change.kind
        reason = snapshot.change.reason
        dialect = snapshot.dialect.name
        digest = snapshot.digest.description
        owners = snapshot.slots.map { Owner($0) }
    }
}
