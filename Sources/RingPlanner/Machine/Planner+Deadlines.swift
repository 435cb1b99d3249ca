import RingCore

extension Planner {
    /// Adds a deadline.
    mutating func schedule(_ subject: Deadline.Subject, at instant: Instant) {
        serial += 1
        deadlines.insert(Deadline(at: instant, serial: serial, subject: subject))
    }

    /// Looks at the pool again at `instant`, or earlier.
    mutating func schedulePool(_ pool: PoolID, at instant: Instant) {
        if let current = pools[pool]?.deadline, current <= instant { return }
        pools[pool]?.deadline = instant
        schedule(.pool(pool), at: instant)
    }

    /// Lets automation look at the pool in this step or when the disk is free.
    mutating func markDirty(_ pool: PoolID) {
        guard pools[pool]?.isDirty == false else { return }
        pools[pool]?.isDirty = true
        dirty.append(pool)
    }

    /// Whether a pool is left alone, because it was looked at a moment ago.
    ///
    /// A look costs in proportion to the nodes. When thousands of them have news in the same second, each look takes up
    /// what came since the last one; a roster of a thousand nodes or fewer is looked at for every piece of news.
    mutating func rests(_ pool: PoolID, at now: Moment) -> Bool {
        guard roster.nodes.count > Self.nodesWithoutRest else { return false }
        if let until = pools[pool]?.restsUntil, until > now.instant {
            schedulePool(pool, at: until)
            return true
        }
        pools[pool]?.restsUntil = now.instant + .nanoseconds(Int64(roster.nodes.count) * Self.restPerNode)
        return false
    }

    private static let nodesWithoutRest = 1000
    /// In nanoseconds: a tenth of a second for ten thousand nodes.
    private static let restPerNode: Int64 = 10_000

    /// Takes up everything that is due.
    mutating func meetDeadlines(_ now: Moment) {
        while let next = deadlines.min, next.at <= now.instant {
            deadlines.removeMin()
            switch next.subject {
            case .probe(let node, let generation):
                meetProbeDeadline(of: node, generation: generation, at: now)
            case .cleansing(let id):
                continueCleansing(id, at: now)
            case .pool(let pool):
                guard pools[pool]?.deadline == next.at else { continue }
                pools[pool]?.deadline = nil
                markDirty(pool)
            case .waiter(let serial):
                stopWaiting(serial, at: now)
            case .disk:
                guard let until = diskPausedUntil, until <= now.instant else { continue }
                diskPausedUntil = nil
            case .trust:
                endDistrust(now)
            }
        }
    }

    /// A wake-up that comes much later than promised means that the process was stopped or starved: what it saw
    /// meanwhile says nothing about the servers.
    mutating func noticeLateness(_ now: Moment) {
        guard let promisedWake, now.instant > promisedWake + Self.latenessLimit else { return }
        self.promisedWake = nil
        let late = now.instant - promisedWake
        distrustItself(because: "the checker woke up \(late.policyTextInTenths) late", at: now)
    }

    /// Throws away results in flight, and decides nothing for a while.
    ///
    /// More trouble meanwhile only makes it longer: failures do not count until it is over.
    mutating func distrustItself(because reason: String, at now: Moment) {
        let isNew = distrustedUntil == nil
        distrustedUntil = now.instant + Self.distrust
        guard isNew else { return }
        notes.append(AuditEvent(at: now.wall, actor: .ringd, kind: .distrust, pool: nil, reason: reason))
        schedule(.trust, at: now.instant + Self.distrust)
        for pool in roster.pools {
            pools[pool.id]?.burst = []
            pools[pool.id]?.calmSince = nil
        }
        for node in roster.nodes {
            guard var runtime = nodes[node.id] else { continue }
            let before = runtime.health.state
            runtime.health.distrustFailures(at: now)
            runtime.probe = nil
            runtime.cleansing = .none
            nodes[node.id] = runtime
            report(node.id, from: before, to: runtime.health.state, evidence: reason, at: now)
            let interval = runtime.timing.interval.wholeNanoseconds
            scheduleProbe(of: node.id, at: now.instant + .nanoseconds(random.below(interval)))
        }
    }

    /// The time of distrust is over, or was made longer; what failed meanwhile has to fail again.
    private mutating func endDistrust(_ now: Moment) {
        guard let until = distrustedUntil else { return }
        guard until <= now.instant else {
            schedule(.trust, at: until)
            return
        }
        distrustedUntil = nil
        for node in roster.nodes {
            guard let index = nodes.index(forKey: node.id) else { continue }
            nodes.values[index].health.forgetFailures()
            guard nodes.values[index].health.state == .down, nodes.values[index].probe == nil else { continue }
            // It is asked again soon: what is known of it is too old to act on.
            let pause = nodes.values[index].timing.downInterval
            nodes.values[index].downInterval = pause
            scheduleProbe(of: node.id, at: now.instant + .nanoseconds(random.below(pause.wholeNanoseconds)))
        }
        for pool in roster.pools { markDirty(pool.id) }
    }

    /// Whether the checker trusts what it sees.
    var trustsItself: Bool { distrustedUntil == nil }
}

extension Duration {
    /// Seconds with one decimal: `8.0s`.
    var policyTextInTenths: String {
        let tenths = wholeMilliseconds / 100
        return "\(tenths / 10).\(tenths % 10)s"
    }
}
