import RingCore
import RingPlanner

/// What is wrong between the checker and the servers, and with the checker itself.
struct SimulatedNetwork: Sendable {
    var lossPermille = 0
    var slowMilliseconds = 0
    var latePermille = 0
    var garbledPermille = 0
    var localErrorPermille = 0
    var exhaustingErrors = 0
    var starvations = 0

    /// The checker gets the processor now and then.
    var isStarved: Bool { starvations > 0 }
}

extension Simulation {
    /// Makes a probe: how it ends is settled now, when it is told comes later.
    mutating func start(_ probe: Probe) {
        tally.probes += 1
        transcript.mix(probe.id.serial)
        witness.probeStarted(probe.id)
        let index = Int(serverOfNode[Int(probe.id.node.value)])
        let timeout = probe.timeout.wholeNanoseconds
        var result = outcome(of: index)
        var delay: Int64
        switch result {
        case .answered:
            delay = 100_000 + random.below(400_000)
            if network.slowMilliseconds > 0 { delay += random.below(Int64(network.slowMilliseconds) * 1_000_000) }
            if delay > timeout {
                result = .timedOut
                delay = timeout
            }
        case .refused, .outOfDescriptors, .malformed: delay = 100_000 + random.below(1_000_000)
        case .resolutionFailed: delay = random.below(timeout)
        case .timedOut: delay = timeout
        }
        if network.latePermille > 0, random.below(1000) < Int64(network.latePermille) {
            // Never, long after its time, or twice.
            switch random.below(3) {
            case 0: return
            case 1: delay += timeout + random.below(3_000_000_000)
            default:
                let again = now + delay + random.below(2_000_000_000)
                queue.add(
                    .probed(probe.id, result, microseconds: 0, wantsStats: probe.wantsStats),
                    at: again,
                    life: life
                )
            }
        }
        let micros = Int32(delay / 1000)
        queue.add(
            .probed(probe.id, result, microseconds: micros, wantsStats: probe.wantsStats),
            at: now + delay,
            life: life
        )
    }

    /// How an exchange with a server ends now.
    private mutating func outcome(of index: Int) -> ProbeResult {
        if network.localErrorPermille > 0, random.below(1000) < Int64(network.localErrorPermille) {
            return network.exhaustingErrors > 0 ? .outOfDescriptors : .resolutionFailed
        }
        if servers[index].blocks > 0 { return servers[index].refusingBlocks > 0 ? .refused : .timedOut }
        if network.lossPermille > 0, random.below(1000) < Int64(network.lossPermille) { return .timedOut }
        if servers[index].isDead { return .refused }
        if !servers[index].isServing { return .timedOut }
        if network.garbledPermille > 0, random.below(1000) < Int64(network.garbledPermille) { return .malformed }
        return .answered
    }

    mutating func completeProbe(_ id: ProbeID, _ result: ProbeResult, microseconds: Int32, wantsStats: Bool) {
        let index = Int(serverOfNode[Int(id.node.value)])
        let outcome: ProbeOutcome
        switch result {
        case .answered:
            let stats = wantsStats ? servers[index].stats(at: now) : nil
            outcome = .success(latency: .microseconds(Int64(microseconds)), stats: stats)
        case .refused: outcome = .failure(ProbeFailure(.hard, "connection refused"))
        case .timedOut: outcome = .failure(ProbeFailure(.soft, "no answer in time"))
        case .malformed: outcome = .failure(ProbeFailure(.soft, "malformed answer"))
        case .resolutionFailed: outcome = .failure(localFailure("name resolution: try again"))
        case .outOfDescriptors: outcome = .failure(localFailure("out of file descriptors"))
        }
        tell(.probeCompleted(id, outcome))
    }

    private func localFailure(_ detail: String) -> ProbeFailure {
        mutation == .countsLocalErrors ? ProbeFailure(.hard, detail) : ProbeFailure(.local, detail)
    }

    /// Empties a server, or looks for the canary; the request can arrive although its answer does not.
    mutating func start(_ step: CleansingStep) {
        transcript.mix(step.id.serial)
        let index = Int(serverOfNode[Int(step.id.node.value)])
        report(witness.cleansingStarted(step, at: now, durable))
        if transcript.keepsLines {
            let text = "\(step.kind) at \(name(step.id.node))"
            transcript.say(at: now, text)
        }
        let isSpare = durable.node(step.id.node)?.admin == .spare
        let isFaked = mutation == .skipsFlush || mutation == .promotesUnflushedSpare && isSpare
        let reachable = outcome(of: index)
        let arrives =
            servers[index].isServing
            && (reachable == .answered || servers[index].oneWayBlocks > 0 && servers[index].blocks > 0)
        var result = CleansingResult.failed
        switch step.kind {
        case .plantAndFlush:
            if servers[index].refusesFlush {
                result = .disabled
            } else if isFaked {
                result = .flushed
            } else if arrives {
                servers[index].empty(at: now)
                witness.emptied(index)
                tally.flushes += 1
                result = .flushed
            }
        case .verify:
            result = .gone
        }
        if reachable != .answered { result = .failed }
        let delay = result == .failed && reachable == .timedOut ? step.timeout.wholeNanoseconds : 300_000
        queue.add(.cleansed(step.id, result), at: now + delay + random.below(1_000_000), life: life)
    }

    mutating func completeCleansing(_ id: CleansingID, _ result: CleansingResult) {
        let outcome: CleansingOutcome
        switch result {
        case .flushed: outcome = .flushed
        case .disabled: outcome = .flushDisabled
        case .gone: outcome = .canaryGone
        case .present: outcome = .canaryPresent
        case .failed: outcome = .failure(ProbeFailure(.soft, "no answer in time"))
        }
        tell(.cleansingStepCompleted(id, outcome))
    }
}
