import RingCore

extension Snapshot {
    /// Reads a file of format 1 as strictly as its writer wrote it.
    ///
    /// Unknown members are skipped; everything known must be there, once, in its range. Nothing is said about the
    /// digest and the pool: that is ``verify(expectedPool:)``.
    package static func decoding(
        _ bytes: [UInt8],
        limits: SnapshotLimits = SnapshotLimits()
    ) throws(SnapshotError) -> Snapshot {
        guard bytes.count <= limits.bytes else {
            throw SnapshotError(.tooLarge, problem: "\(bytes.count) bytes, and \(limits.bytes) are the limit")
        }
        guard !bytes.isEmpty else { throw SnapshotError(.malformed, problem: "the file is empty") }
        var reader = JSONReader(bytes, depthLimit: limits.depth)
        var members = Members()
        try reader.beginObject()
        while let name = try reader.nextMember() {
            do throws(SnapshotError) {
                try members.read(name, from: &reader, limits: limits)
            } catch {
                throw error.inside(name)
            }
        }
        try reader.end()
        return try members.snapshot()
    }

    /// The members of the file, as far as they were read.
    private struct Members {
        var format: Int64?
        var pool: PoolName?
        var epoch: Epoch?
        var version: RingVersion?
        var parent: RingVersion?
        var createdAt: WallTime?
        var change: Change?
        var dialect: (choice: DialectChoice, keyHash: String)?
        var slots: [PublishedSlot]?
        var agreement: Digest?
        var auditHead: Digest?
        var digest: Digest?
        var continuum: Continuum?
        var signature: Signature?

        mutating func read(
            _ name: String,
            from reader: inout JSONReader,
            limits: SnapshotLimits
        ) throws(SnapshotError) {
            switch name {
            case "format":
                let number = try reader.integer()
                guard number == Snapshot.format else {
                    throw SnapshotError(.unknownFormat, problem: "format \(number), and this reader knows format 1")
                }
                format = number
            case "pool": pool = try reader.value(PoolName.init)
            case "epoch": epoch = Epoch(try reader.positive())
            case "version": version = RingVersion(try reader.positive())
            case "parent": parent = reader.null() ? nil : RingVersion(try reader.positive())
            case "created_at": createdAt = try reader.time()
            case "change": change = try reader.change()
            case "dialect": dialect = try reader.dialect()
            case "slots": slots = try reader.slots(limits: limits)
            case "agreement": agreement = try reader.digest()
            case "audit_head": auditHead = try reader.digest()
            case "digest": digest = try reader.digest()
            case "continuum": continuum = try reader.continuum(limits: limits)
            case "signature": signature = try reader.signature()
            default: try reader.skipValue()
            }
        }

        func snapshot() throws(SnapshotError) -> Snapshot {
            // The format first: without it, nothing else can be said about the file.
            _ = try present(format, "format")
            let version = try present(version, "version")
            if let parent, parent >= version {
                throw SnapshotError(.invalidValue, member: "parent", problem: "\(parent) is not before \(version)")
            }
            let slots = try present(slots, "slots")
            if let owner = continuum?.slots.max(), owner >= slots.count {
                throw SnapshotError(.invalidValue, member: "continuum", problem: "a point is owned by no slot")
            }
            let dialect = try present(dialect, "dialect")
            return Snapshot(
                pool: try present(pool, "pool"),
                epoch: try present(epoch, "epoch"),
                version: version,
                parent: parent,
                createdAt: try present(createdAt, "created_at"),
                change: try present(change, "change"),
                dialect: dialect.choice,
                keyHash: dialect.keyHash,
                slots: slots,
                agreement: try present(agreement, "agreement"),
                auditHead: try present(auditHead, "audit_head"),
                digest: try present(digest, "digest"),
                continuum: continuum,
                signature: signature
            )
        }
    }
}

/// The member, or the error that it is missing.
func present<Value>(_ value: Value?, _ name: String) throws(SnapshotError) -> Value {
    guard let value else { throw SnapshotError(.missingMember, member: name, problem: "is missing") }
    return value
}
