import RingCore

extension Planner {
    /// The version is on disk, and so are those before it: it may be announced.
    mutating func completePublication(_ pool: PoolID, _ version: RingVersion) {
        if let published = pools[pool]?.published, published >= version { return }
        pools[pool]?.published = version
        pools[pool]?.republish = nil
        answerWaiters(for: pool, upTo: version) { _ in }
    }

    /// The version is committed and not on disk: clients keep the ring they have, and it is tried again.
    mutating func failPublication(_ pool: PoolID, _ version: RingVersion, reason: String, at now: Moment) {
        guard pools[pool] != nil else { return }
        let attempt = (pools[pool]?.republish?.attempt ?? 0) + 1
        let at = now.instant + Self.backoff(attempt)
        pools[pool]?.republish = (at, attempt)
        schedulePool(pool, at: at)
        answerWaiters(for: pool, upTo: version) { report in
            report.notices.append("committed, but not published yet: \(reason); it is tried again by itself")
        }
    }

    private mutating func answerWaiters(
        for pool: PoolID,
        upTo version: RingVersion,
        _ amend: (inout ChangeReport) -> Void
    ) {
        var kept: [Waiter] = []
        for waiter in waiters {
            guard case .published(pool, let awaited) = waiter.condition, awaited <= version else {
                kept.append(waiter)
                continue
            }
            var report = waiter.report
            amend(&report)
            answer(waiter.request, .done(report))
        }
        waiters = kept
    }

    /// Publishes again what failed, when its time has come.
    mutating func republishIfDue(_ pool: PoolID, at now: Moment) {
        guard let republish = pools[pool]?.republish else { return }
        guard republish.at <= now.instant, let version = roster.pool(pool)?.version else {
            schedulePool(pool, at: republish.at)
            return
        }
        effects.append(.publish(pool, version))
        // The next attempt is timed by the failure; this one is out.
        pools[pool]?.republish = (now.instant + Policy.downIntervalLimit, republish.attempt)
        schedulePool(pool, at: now.instant + Policy.downIntervalLimit)
    }
}
