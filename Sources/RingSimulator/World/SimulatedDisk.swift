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
    /// Pools whose file is being written.
    var publishing: [PoolID] = []
    /// What clients find in place of a pool's file since the power failed.
    var damage: [PoolID: Damage] = [:]
    /// The file that each pool's file took the place of.
    var former: [PoolID: [UInt8]] = [:]
    /// The rings of each pool, as the record of versions has them.
    var recent: [PoolID: RecentRings] = [:]
    /// Events of the audit so far.
    var eventCount: Int64 = 1

    /// What became of a file.
    enum Damage: Sendable {
        case missing
        case bytes([UInt8])
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
        for wish in armedWishes { issue(wish) }
        armedWishes = []
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
        let former = serverOfNode
        for case .node(let node) in kept.rows where durable.node(node.id)?.address != node.address {
            assign(node.id, to: servers.firstIndex { $0.address == node.address } ?? 0)
        }
        report(witness.committed(kept, before: durable, at: now, servers: (former, serverOfNode)))
        durable = durable.applying(kept)
        record(kept)
        disk.eventCount += Int64(kept.events.count)
        if let version = kept.version {
            committed[version.pool] = CommittedVersion(version, because: kept.events.first, event: disk.eventCount)
            tally.versions += 1
            tally.movedPermille += version.movedShare.parts / ((1 << 62) / 1000)
            tally.coldPermille += version.coldShare.parts / ((1 << 62) / 1000)
            if version.isAutomatic { tally.automaticChanges += 1 }
        }
        if kept.events.first?.kind == .hold { tally.holds += 1 }
        if kept.events.first?.kind == .freeze { tally.freezes += 1 }
    }

    /// Keeps the rings of versions for the next start; a pool that is gone has none.
    private mutating func record(_ change: Change) {
        for case .poolDeleted(let pool) in change.rows { disk.recent[pool] = nil }
        guard let pool = durable.pools.first(where: { $0.name == change.events.first?.pool }) else { return }
        let ring = change.version.flatMap { _ in witness.rings[pool.id] }
        disk.recent[pool.id, default: RecentRings()].append(change, ring: ring)
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
}
