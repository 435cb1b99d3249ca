import RingCore
import RingPlanner

extension Simulation {
    /// Something goes wrong.
    mutating func begin(_ episode: Episode, _ index: Int32) {
        guard !isCalm else { return }
        tally.faults += 1
        transcript.mix(UInt64(index) ^ 0xFA_0000)
        transcript.say(at: now, "fault: \(episode.kind) for \(Transcript.time(episode.duration)) s")
        if episode.duration > 0 {
            queue.add(.end(episode: index), at: min(now + episode.duration, scenario.duration), life: 0)
        }
        switch episode.kind {
        case .kill(let server, _): servers[server].die()
        case .pause(let server): servers[server].pause()
        case .cut(let first, let count, let style): cut(first, count, style, by: 1)
        case .lossy(let permille): network.lossPermille += permille
        case .slow(let milliseconds): network.slowMilliseconds += milliseconds
        case .lateOutcomes(let permille): network.latePermille += permille
        case .localErrors(let permille, let exhausting):
            network.localErrorPermille += permille
            network.exhaustingErrors += exhausting ? 1 : 0
        case .stall: stalledUntil = max(stalledUntil, now + episode.duration)
        case .starve: network.starvations += 1
        case .wallStep(let milliseconds):
            wallOffset += milliseconds
            witness.wallSteps += 1
        case .slowDisk(let milliseconds): disk.slowMilliseconds += milliseconds
        case .fullDisk: disk.fullCount += 1
        case .unknownCommit: disk.unknownCommits = 1
        case .failingPublisher: disk.failingPublishers += 1
        case .slowPublisher(let milliseconds): disk.publisherMilliseconds += milliseconds
        case .crash(let effects): if planner != nil { effectsUntilCrash = effects }
        case .closeConnection(let server):
            if let node = durable.nodes.first(where: { serverOfNode[Int($0.id.value)] == Int32(server) }) {
                queue.add(.connectionLost(node.id), at: now, life: life)
            }
        case .garbled(let permille): network.garbledPermille += permille
        case .powerLoss(let tear): self.tear(tear)
        case .lag(let client): clients[client % clients.count].lags += 1
        case .restartClient(let client):
            clients[client % clients.count].file = nil
            load(client % clients.count)
        case .command(let wish): issue(wish)
        case .commandAtCommit(let wish): armedWishes.append(wish)
        }
    }

    /// It is over.
    mutating func end(_ episode: Episode) {
        guard episode.duration > 0 else { return }
        switch episode.kind {
        case .kill(let server, let warm):
            servers[server].revive(warm: warm, at: now)
            if !servers[server].isDead, servers[server].itemCount == 0 { witness.emptied(server) }
        case .pause(let server): servers[server].resume()
        case .cut(let first, let count, let style): cut(first, count, style, by: -1)
        case .lossy(let permille): network.lossPermille -= permille
        case .slow(let milliseconds): network.slowMilliseconds -= milliseconds
        case .lateOutcomes(let permille): network.latePermille -= permille
        case .localErrors(let permille, let exhausting):
            network.localErrorPermille -= permille
            network.exhaustingErrors -= exhausting ? 1 : 0
        case .starve: network.starvations -= 1
        case .slowDisk(let milliseconds): disk.slowMilliseconds -= milliseconds
        case .fullDisk: disk.fullCount -= 1
        case .failingPublisher: disk.failingPublishers -= 1
        case .slowPublisher(let milliseconds): disk.publisherMilliseconds -= milliseconds
        case .garbled(let permille): network.garbledPermille -= permille
        case .lag(let client): clients[client % clients.count].lags -= 1
        case .stall, .wallStep, .unknownCommit, .crash, .closeConnection, .powerLoss, .restartClient, .command,
            .commandAtCommit:
            break
        }
    }

    private mutating func cut(_ first: Int, _ count: Int, _ style: Episode.Cut, by step: Int) {
        for offset in 0..<count {
            let index = (first + offset) % scenario.nodes
            guard style != .fromClients else {
                servers[index].clientBlocks += step
                continue
            }
            servers[index].blocks += step
            switch style {
            case .silent, .fromClients: break
            case .refusing: servers[index].refusingBlocks += step
            case .oneWay: servers[index].oneWayBlocks += step
            }
        }
    }

    /// The faults are over: from here on everything must come right by itself and with the operators' help.
    mutating func calmDown() {
        isCalm = true
        now = max(now, scenario.duration)
        disk.unknownCommits = 0
        effectsUntilCrash = nil
        transcript.say(at: now, "the faults are over")
        queue.add(.repair, at: now + 1_000_000_000, life: 0)
    }
}
