import RingCore
import RingPlanner
import RingSnapshots

extension Simulation {
    /// Asks the publisher to put the newest committed version on disk.
    mutating func publish(_ pool: PoolID, _ version: RingVersion) {
        transcript.mix(UInt64(bitPattern: version.value))
        if let newest = durable.pool(pool)?.version, newest >= version {
            // Published from the database, so what is published is what was committed.
        } else if durable.pool(pool) != nil || mutation != nil {
            return fail("commit before publish", "version \(version) is to be published and is not committed")
        }
        var delay: Int64 = 500_000 + random.below(1_000_000)
        if disk.publisherMilliseconds > 0 { delay += random.below(Int64(disk.publisherMilliseconds) * 1_000_000) }
        let succeeds = disk.failingPublishers == 0
        if succeeds { disk.publishing.append(pool) }
        queue.add(.published(pool, version, succeeded: succeeds), at: now + delay, life: life)
    }

    mutating func completePublication(_ pool: PoolID, _ version: RingVersion, _ succeeded: Bool) {
        guard succeeded else {
            transcript.say(at: now, "publication of version \(version) failed")
            return tell(.publishFailed(pool, version, reason: "no space left on device"))
        }
        disk.publishing.removeAll { $0 == pool }
        putOnDisk(pool)
        transcript.say(at: now, "version \(version) is published")
        tell(.published(pool, files[pool]?.version ?? version))
    }

    /// Replaces a pool's file by its newest committed version, unless it is that and whole.
    mutating func putOnDisk(_ pool: PoolID) {
        guard let record = durable.pool(pool), let version = record.version else { return }
        guard version != files[pool]?.version || disk.damage[pool] != nil else { return }
        do throws(PublishedFile.Defect) {
            guard let committed = committed[pool], committed.version == version,
                let ring = witness.rings[pool]
            else { return fail("ring", "version \(version) is committed, and nothing is known of it") }
            let bytes = committed.snapshot(of: record, ring).encoded()
            let file = try PublishedFile(reading: bytes, of: record.name, servers: servers)
            if let earlier = files[pool] {
                if file.version < earlier.version {
                    return fail("versions rise", "version \(file.version) would be published over \(earlier.version)")
                }
                if file.version == earlier.version, file.bytes != earlier.bytes {
                    return fail("same bytes", "version \(file.version) is written again and is not the same")
                }
                if file.version != earlier.version { disk.former[pool] = earlier.bytes }
            }
            files[pool] = file
            disk.damage[pool] = nil
            guard scenario.poll == 0, pool == Founding.pool else { return }
            for index in clients.indices { load(index) }
        } catch {
            fail("ring", "what is published cannot be read: \(error.problem)")
        }
    }

    /// The power fails, and what is found of the pool's file afterwards is not what was written.
    mutating func tear(_ tear: Episode.Tear) {
        kill(because: "the power failed, and left the snapshot \(tear)")
        guard let file = files[Founding.pool] else { return }
        var bytes = file.bytes
        switch tear {
        case .missing: bytes = []
        case .empty: bytes = []
        case .cut: bytes.removeLast(1 + Int(random.below(Int64(bytes.count))))
        case .zeros:
            let start = Int(random.below(Int64(bytes.count)))
            for index in start..<min(bytes.count, start + 512) { bytes[index] = 0 }
        case .flipped: bytes[Int(random.below(Int64(bytes.count)))] ^= 1 << UInt8(random.below(8))
        case .older: bytes = disk.former[Founding.pool] ?? bytes
        }
        disk.damage[Founding.pool] = tear == .missing ? .missing : .bytes(bytes)
    }
}
