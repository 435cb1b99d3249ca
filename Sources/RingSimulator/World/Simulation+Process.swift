import RingCore
import RingPlanner

extension Simulation {
    /// Starts the process on what is on disk: the newest versions are published again first.
    mutating func startProcess() {
        guard planner == nil else { return }
        life += 1
        if life > 1 { tally.restarts += 1 }
        transcript.say(at: now, "ringd starts for the \(life). time")
        for pool in durable.pools where pool.version != nil { putOnDisk(pool.id) }
        promise = nil
        effectsUntilCrash = nil
        hiddenLag = 0
        stalledUntil = 0
        disk.pending = nil
        witness.restart()
        let roster = mutation.map { $0.bend(durable) } ?? durable
        do {
            let seed = scenario.seed &+ UInt64(life)
            let moment = moment
            isRunning = true
            let recent = mutation == .forgetsOldCopies ? [:] : disk.recent
            planner = try Planner(roster: roster, seed: seed, at: moment, recent: recent)
        } catch {
            return fail("start", "the planner refuses its own roster: \(error)")
        }
        let beginning = moment
        let effects = planner?.start(at: beginning) ?? []
        perform(effects)
        // Whoever got no answer from the last process asks again, with the same request.
        askAgain()
    }

    /// The time as the planner is told.
    var moment: Moment {
        guard mutation != .usesWallTime else {
            let milliseconds = max(0, wall.milliseconds - Founding.epoch + 1_000_000_000_000)
            let instant = max(witness.newestInstant, milliseconds * 1_000_000 + now % 1_000_000)
            return Moment(instant: Instant(nanoseconds: instant), wall: wall)
        }
        return Moment(instant: Instant(nanoseconds: now - hiddenLag), wall: wall)
    }

    /// The process ends, with or without its own doing; what is at the disk may or may not have got there.
    mutating func kill(because reason: String) {
        guard planner != nil else { return }
        transcript.say(at: now, "ringd ends: \(reason)")
        transcript.mix(0xDEAD)
        if let change = disk.pending, random.below(2) == 0 { persist(change) }
        disk.pending = nil
        // A file that was being written is there or not.
        for pool in disk.publishing where random.below(2) == 0 { putOnDisk(pool) }
        disk.publishing = []
        planner = nil
        isRunning = false
        queue.add(.restart, at: now + 500_000_000 + random.below(5_000_000_000), life: 0)
    }

    /// Tells the planner that something happened, and does what it says.
    mutating func tell(_ event: Event) {
        guard isRunning, isSound else { return }
        let isLate = promise.map { now > $0.at + Planner.latenessLimit.wholeNanoseconds } ?? false
        if isLate, mutation == .decidesOnLateTick, let promise {
            hiddenLag += now - promise.at
        }
        if isLate { witness.beginDistrust(at: now, &tally) }
        if let promise, promise.at <= now { self.promise = nil }
        witness.judge(event, at: now, durable, &tally)
        tally.steps += 1
        transcript.mix(UInt64(bitPattern: now))
        let moment = moment
        witness.newestInstant = moment.instant.nanoseconds
        let effects = planner?.step(event, at: moment) ?? []
        witness.stepEnded(at: now)
        perform(effects)
    }

    /// Performs effects in order; the process may be killed before or after any of them.
    mutating func perform(_ effects: [Effect]) {
        let current = life
        for effect in effects {
            guard isSound, isRunning, life == current else { return }
            if let left = effectsUntilCrash {
                guard left > 0 else { return kill(because: "killed before an effect") }
                effectsUntilCrash = left - 1
            }
            perform(effect)
        }
        guard isSound, isRunning else { return }
        checkLimits()
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .startProbe(let probe): start(probe)
        case .startCleansingStep(let step): start(step)
        case .commit(let change): write(change)
        case .publish(let pool, let version): publish(pool, version)
        case .reply(let request, let reply): answer(request, reply)
        case .record(let transition): note(transition)
        case .wake(let instant): promiseWake(at: instant)
        case .forgetNode(let node): transcript.mix(UInt64(bitPattern: node.value) ^ 0xF0)
        case .stop(let reason): kill(because: reason)
        }
    }

    private mutating func promiseWake(at instant: Instant) {
        promiseSerial += 1
        let lag = mutation == .usesWallTime ? (moment.instant.nanoseconds - now) : -hiddenLag
        let at = max(now, instant.nanoseconds - lag)
        promise = (at, promiseSerial)
        var late = random.below(2_000_000)
        if network.isStarved { late = random.below(1_800_000_000) }
        queue.add(.wake(promise: promiseSerial), at: at + late, life: life)
    }

    private mutating func note(_ transition: HealthTransition) {
        transcript.mix(UInt64(bitPattern: transition.node.value))
        transcript.mix(transition.to.rawValue)
        if transcript.keepsLines {
            let change = "\(transition.from.rawValue) -> \(transition.to.rawValue)"
            let text = "node \(name(transition.node)) \(change): \(transition.evidence)"
            transcript.say(at: now, text)
        }
        witness.note(transition, at: now, durable)
    }

    /// The name of a node, for people.
    func name(_ node: NodeID) -> String { durable.node(node)?.name.text ?? "#\(node.value)" }

    private mutating func checkLimits() {
        guard tally.steps & 15 == 0 else { return }
        if let waiting = planner?.waitingChanges, waiting > Planner.queueLimit + 1 {
            fail("limits", "\(waiting) commands wait")
        }
        if tally.steps & 1023 == 0, let load = planner?.load {
            if load.deadlines > 8 * durable.nodes.count + 2000 {
                fail("limits", "\(load.deadlines) deadlines for \(durable.nodes.count) nodes")
            }
            if load.notes > Planner.noteLimit * max(1, durable.pools.count) + 100 {
                fail("limits", "\(load.notes) events are kept")
            }
        }
    }
}
