package import RingCore

/// What `alive.json` says: when `ringd` was last alive for the pool, and which version it stands for.
///
/// It tells a ring that has not changed for a week from a `ringd` that is dead; it is never a reason to drop a ring.
package struct AliveNote: Hashable, Sendable {
    package let pool: PoolName
    package let at: WallTime
    package let epoch: Epoch
    /// The newest version of the pool; `nil` when its ring was never filled.
    package let version: RingVersion?

    package init(pool: PoolName, at: WallTime, epoch: Epoch, version: RingVersion?) {
        self.pool = pool
        self.at = at
        self.epoch = epoch
        self.version = version
    }

    /// The largest file that is read.
    package static let byteLimit = 4096

    /// The file: one line of JSON and a newline.
    package func encoded() -> [UInt8] {
        var text = "{\"format\":\(Snapshot.format),\"pool\":\(json(pool.text)),\"at\":\(json(at.description))"
        text += ",\"epoch\":\(epoch)"
        if let version { text += ",\"version\":\(version)" }
        return Array((text + "}\n").utf8)
    }

    /// Reads the file as strictly as a snapshot.
    package static func decoding(_ bytes: [UInt8]) throws(SnapshotError) -> AliveNote {
        guard bytes.count <= byteLimit else {
            throw SnapshotError(.tooLarge, problem: "\(bytes.count) bytes, and \(byteLimit) are the limit")
        }
        var reader = JSONReader(bytes, depthLimit: 8)
        var (format, epoch, version): (Int64?, Int64?, Int64?)
        var pool: PoolName?
        var at: WallTime?
        try reader.eachMember { (reader, name) throws(SnapshotError) in
            switch name {
            case "format":
                let number = try reader.integer()
                guard number == Snapshot.format else {
                    throw SnapshotError(.unknownFormat, problem: "format \(number), and this reader knows format 1")
                }
                format = number
            case "pool": pool = try reader.value(PoolName.init)
            case "at": at = try reader.time()
            case "epoch": epoch = try reader.positive()
            case "version": version = reader.null() ? nil : try reader.positive()
            default: try reader.skipValue()
            }
        }
        try reader.end()
        _ = try present(format, "format")
        return AliveNote(
            pool: try present(pool, "pool"),
            at: try present(at, "at"),
            epoch: Epoch(try present(epoch, "epoch")),
            version: version.map(RingVersion.init)
        )
    }
}
