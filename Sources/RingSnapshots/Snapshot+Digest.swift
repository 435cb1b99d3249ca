package import RingCore

extension Snapshot {
    /// The digest that the members must have.
    ///
    /// - Complexity: O(*n*) in slots.
    package var computedDigest: Digest {
        Self.digest(
            pool: pool,
            epoch: epoch,
            version: version,
            parent: parent,
            createdAt: createdAt,
            dialect: dialect,
            keyHash: keyHash,
            slots: slots,
            agreement: agreement,
            auditHead: auditHead
        )
    }

    /// SHA-256 over the meaning of a version, without making a snapshot of it first.
    ///
    /// The hash is over lines of text instead of over JSON, so that every language can check it. No field may hold a
    /// control character, which is what keeps the lines and their columns apart.
    package static func digest(
        pool: PoolName,
        epoch: Epoch,
        version: RingVersion,
        parent: RingVersion?,
        createdAt: WallTime,
        dialect: DialectChoice,
        keyHash: String,
        slots: [PublishedSlot],
        agreement: Digest,
        auditHead: Digest
    ) -> Digest {
        var text = "ringd-snapshot 1\n"
        text += "pool=\(pool)\n"
        text += "epoch=\(epoch)\n"
        text += "version=\(version)\n"
        text += "parent=\(parent.map(\.description) ?? "")\n"
        text += "created_at=\(createdAt)\n"
        text += "dialect=\(dialect.name)\n"
        text += "key_hash=\(keyHash)\n"
        for option in dialect.options.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            text += "option.\(option.name)=\(option.value)\n"
        }
        text += "agreement=\(agreement)\n"
        text += "audit_head=\(auditHead)\n"
        for slot in slots {
            text += "slot\t\(slot.label)\t\(slot.weight)\t\(slot.points.map { String($0) } ?? "")"
            text += "\t\(slot.state.rawValue)\t\(slot.node)\t\(slot.address.host)"
            text += "\t\(slot.address.port.map { String($0) } ?? "")\t\(slot.zone ?? "")\n"
        }
        return Digest(SHA256.hash(text))
    }

    /// What a signature signs: bound to this use, and to the meaning through the digest.
    package var signedBytes: [UInt8] { Self.signedBytes(of: digest) }

    /// What is signed of a version that has this digest, before there is a snapshot of it.
    package static func signedBytes(of digest: Digest) -> [UInt8] {
        Array("ringd-snapshot-signature-v1\n\(digest)".utf8)
    }
}
