package import RingCore

/// One immutable published version of a pool's ring, as every client reads it: format 1.
///
/// The meaning of a snapshot is covered by its ``digest``; its bytes follow from its members alone, so that the same
/// version is the same file whenever it is written.
package struct Snapshot: Hashable, Sendable {
    /// The format that this type reads and writes.
    package static let format: Int64 = 1

    package let pool: PoolName
    /// The fencing term of the writer.
    package let epoch: Epoch
    package let version: RingVersion
    /// The version before; `nil` for the first of the pool.
    package let parent: RingVersion?
    package let createdAt: WallTime
    package let change: Change
    /// The dialect, with its options sorted by name: their order has no meaning.
    package let dialect: DialectChoice
    /// How the dialect hashes a key, as clients know it: `md5`, `crc32`.
    package let keyHash: String
    /// The slots in the order of the ring.
    package let slots: [PublishedSlot]
    /// SHA-256 over the owners of the 4,096 agreement keys: the proof that a client computes the same ring.
    package let agreement: Digest
    /// The hash of the event that caused this version.
    package let auditHead: Digest
    /// The hash of the meaning, as the file or the database says it.
    ///
    /// ``computedDigest`` is what it must be.
    package let digest: Digest
    /// The sorted points, for clients that would rather look up than build; no part of the digest.
    package let continuum: Continuum?
    /// The signature over the digest; no part of the digest.
    package let signature: Signature?

    /// What caused the version, in short; the whole story is the event in the audit.
    package struct Change: Hashable, Sendable {
        package let event: EventID
        /// The stable word for what happened: `eject`.
        ///
        /// A reader takes any word, because new ones may be added.
        package let kind: String
        package let actor: String
        /// The node that it was about, if it was about one.
        package let node: NodeName?
        package let reason: String
        /// The keys whose owner changed; in the file with six decimals.
        package let movedShare: Share
        /// The keys that miss until they are filled again; in the file with six decimals.
        package let coldShare: Share

        package init(
            event: EventID,
            kind: String,
            actor: String,
            node: NodeName?,
            reason: String,
            movedShare: Share,
            coldShare: Share
        ) {
            self.event = event
            self.kind = kind
            self.actor = actor
            self.node = node
            self.reason = reason
            self.movedShare = movedShare
            self.coldShare = coldShare
        }
    }

    /// The points of the ring in rising order, and the index of the slot that owns each.
    package struct Continuum: Hashable, Sendable {
        package let hashes: [UInt32]
        package let slots: [UInt32]

        /// - Precondition: both have the same length.
        package init(hashes: [UInt32], slots: [UInt32]) {
            precondition(hashes.count == slots.count, "\(hashes.count) points with \(slots.count) owners")
            self.hashes = hashes
            self.slots = slots
        }
    }

    /// An Ed25519 signature over ``signedBytes``.
    package struct Signature: Hashable, Sendable {
        package let keyID: String
        /// The 64 bytes.
        package let ed25519: [UInt8]

        package init(keyID: String, ed25519: [UInt8]) {
            self.keyID = keyID
            self.ed25519 = ed25519
        }
    }

    /// Creates a snapshot from its members.
    ///
    /// The digest is what the file or the database says; `nil` computes it.
    package init(
        pool: PoolName,
        epoch: Epoch,
        version: RingVersion,
        parent: RingVersion?,
        createdAt: WallTime,
        change: Change,
        dialect: DialectChoice,
        keyHash: String,
        slots: [PublishedSlot],
        agreement: Digest,
        auditHead: Digest,
        digest: Digest? = nil,
        continuum: Continuum? = nil,
        signature: Signature? = nil
    ) {
        let options = dialect.options.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        self.pool = pool
        self.epoch = epoch
        self.version = version
        self.parent = parent
        self.createdAt = createdAt
        self.change = change
        self.dialect = DialectChoice(name: dialect.name, options: options)
        self.keyHash = keyHash
        self.slots = slots
        self.agreement = agreement
        self.auditHead = auditHead
        self.continuum = continuum
        self.signature = signature
        self.digest =
            digest
            ?? Self.digest(
                pool: pool,
                epoch: epoch,
                version: version,
                parent: parent,
                createdAt: createdAt,
                dialect: self.dialect,
                keyHash: keyHash,
                slots: slots,
                agreement: agreement,
                auditHead: auditHead
            )
    }
}
