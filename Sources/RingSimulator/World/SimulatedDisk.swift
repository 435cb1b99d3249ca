import RingCore
import RingPlanner

/// What is wrong with the disk, and the write that is on its way.
struct SimulatedDisk: Sendable {
    var slowMilliseconds = 0
    var fullCount = 0
    var unknownCommits = 0
    var pending: Change?
    var failingPublishers = 0
    var publisherMilliseconds = 0
}

/// What clients load: one version of a pool as it was published.
struct PublishedFile: Sendable {
    let version: RingVersion
    let ring: Ring
    let states: [PublishedSlot.State]
    /// The server of each slot, in the order of the ring.
    let servers: [Int]
    /// The slot of each key that clients use.
    let owners: [Int]

    init?(pool: PoolRecord, roster: Roster, servers all: [SimulatedServer]) throws(ValidationError) {
        guard let version = pool.version, let published = try PublishedRing(pool: pool, roster: roster) else {
            return nil
        }
        self.version = version
        // As a client does it: from what the snapshot says, with the points that it says.
        ring = try Ring(
            dialect: pool.dialect,
            slots: published.contents.map { slot in
                let limit = slot.content.points.map { PointLimit.count($0) } ?? .all
                return RingSlot(label: slot.content.label, weight: slot.content.weight, limit: limit)
            }
        )
        states = published.contents.map(\.content.state)
        servers = published.contents.map { slot in
            all.firstIndex { $0.address == slot.content.address } ?? 0
        }
        let ring = ring
        owners = (all.first?.items.indices ?? 0..<0).map { ring.owner(ofKey: "key-\($0)") }
    }
}

extension Simulation {
    /// Sends a change to the disk; how it ends is settled when it comes back.
    mutating func write(_ change: Change) {
        transcript.mix(UInt64(bitPattern: change.id.value))
        for event in change.events {
            transcript.mix(event.kind.rawValue)
            transcript.mix(event.node?.text ?? "")
            transcript.decide(event.kind.rawValue + (event.node?.text ?? ""))
        }
        if let version = change.version {
            transcript.mix(UInt64(bitPattern: version.version.value))
            for byte in version.agreement.prefix(8) { transcript.mix(UInt64(byte)) }
            transcript.decide("v\(version.version)")
        }
        describe(change)
        if disk.pending != nil { return fail("one change in flight", "a second change went to the disk") }
        report(witness.examine(change, at: now, durable))
        disk.pending = change
        if mutation == .publishesBeforeCommit, let version = change.version { publish(version.pool, version.version) }
        if mutation == .acknowledgesBeforeCommit, let request = change.answer?.request {
            answer(request, .done(office.emptyReport))
        }
        var result = DiskResult.written
        if disk.unknownCommits > 0 {
            disk.unknownCommits -= 1
            result = .unknown
        } else if disk.fullCount > 0 {
            result = .refused
        }
        var delay: Int64 = 300_000 + random.below(700_000)
        if disk.slowMilliseconds > 0 { delay += random.below(Int64(disk.slowMilliseconds) * 1_000_000) }
        queue.add(.written(change.id, result), at: now + delay, life: life)
    }

    private mutating func describe(_ change: Change) {
        guard transcript.keepsLines else { return }
        for event in change.events {
            let who = event.actor == .ringd ? "" : " by \(event.actor.user)"
            let node = event.node.map { " \($0)" } ?? ""
            transcript.say(at: now, "change \(change.id.value): \(event.kind.rawValue)\(node)\(who) (\(event.reason))")
        }
        if let version = change.version {
            transcript.say(
                at: now,
                "change \(change.id.value): version \(version.version), moved \(version.movedShare.percentText), "
                    + "cold \(version.coldShare.percentText)"
            )
        }
    }

    /// The change is on disk for good.
    mutating func persist(_ change: Change) {
        var kept = change
        if mutation != nil { restorePolicies(in: &kept) }
        for case .node(let node) in kept.rows where Int(node.id.value) >= serverOfNode.count {
            assign(node.id, to: servers.firstIndex { $0.address == node.address } ?? 0)
        }
        report(witness.committed(kept, before: durable, at: now, serverOf: serverOfNode))
        durable = durable.applying(kept)
        if let version = kept.version {
            tally.versions += 1
            tally.movedPermille += version.movedShare.parts / ((1 << 62) / 1000)
            tally.coldPermille += version.coldShare.parts / ((1 << 62) / 1000)
            if version.isAutomatic { tally.automaticChanges += 1 }
        }
        if kept.events.first?.kind == .hold { tally.holds += 1 }
        if kept.events.first?.kind == .freeze { tally.freezes += 1 }
        do {
            try witness.measure(durable, pools: kept.version.map { [$0.pool] } ?? [])
        } catch {
            fail("ring", "what was committed is no ring: \(error)")
        }
    }

    /// A broken planner writes the policy that it was told; the disk of the run keeps the true one.
    private func restorePolicies(in change: inout Change) {
        for index in change.rows.indices {
            guard case .pool(var record) = change.rows[index], let true_ = durable.pool(record.id) else { continue }
            record.policy = true_.policy
            change.rows[index] = .pool(record)
        }
    }

    mutating func completeWrite(_ id: ChangeID, _ result: DiskResult) {
        guard let change = disk.pending, change.id == id else { return }
        disk.pending = nil
        switch result {
        case .written:
            persist(change)
            guard violation == nil else { return }
            tell(.committed(id))
            if mutation == nil, let planner, planner.roster != durable {
                fail("roster", "the planner's roster is not what the disk would load")
            }
        case .refused:
            transcript.say(at: now, "change \(id.value) refused: disk full")
            office.refusedWrites += 1
            tell(.commitFailed(id, .refused(reason: "disk full")))
        case .unknown:
            transcript.say(at: now, "change \(id.value): outcome unknown")
            if random.below(2) == 0 { persist(change) }
            guard violation == nil else { return }
            tell(.commitFailed(id, .unknown(reason: "I/O error at COMMIT")))
            if planner != nil { fail("unknown commit", "the planner goes on after a commit of unknown outcome") }
        }
    }

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
        queue.add(.published(pool, version, succeeded: succeeds), at: now + delay, life: life)
    }

    mutating func completePublication(_ pool: PoolID, _ version: RingVersion, _ succeeded: Bool) {
        guard succeeded else {
            transcript.say(at: now, "publication of version \(version) failed")
            return tell(.publishFailed(pool, version, reason: "no space left on device"))
        }
        putOnDisk(pool)
        transcript.say(at: now, "version \(version) is published")
        tell(.published(pool, files[pool]?.version ?? version))
    }

    /// Replaces a pool's file by its newest committed version.
    mutating func putOnDisk(_ pool: PoolID) {
        guard let record = durable.pool(pool), record.version != files[pool]?.version else { return }
        do {
            let file = try PublishedFile(pool: record, roster: durable, servers: servers)
            if let file, let earlier = files[pool]?.version, file.version < earlier {
                return fail("versions rise", "version \(file.version) would be published over \(earlier)")
            }
            files[pool] = file
        } catch {
            fail("ring", "what is published is no ring: \(error)")
        }
    }
}
