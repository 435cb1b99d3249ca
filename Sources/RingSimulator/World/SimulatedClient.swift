import RingCore
import RingPlanner

/// An application that reads, writes and deletes through the ring that it loaded last.
struct SimulatedClient: Sendable {
    var file: PublishedFile?
}

extension Simulation {
    mutating func poll(_ index: Int) {
        queue.add(
            .poll(client: Int32(index)),
            at: now + scenario.poll / 2 + random.below(max(1, scenario.poll)),
            life: 0
        )
        guard let published = files[Founding.pool] else { return }
        if let own = clients[index].file, published.version < own.version {
            return fail("clients never go back", "a client at \(own.version) finds \(published.version)")
        }
        if published.version != clients[index].file?.version { clients[index].file = published }
    }

    /// One operation of a client: mostly a read, filled from the database where it misses.
    mutating func work(_ index: Int) {
        queue.add(
            .work(client: Int32(index)),
            at: now + scenario.work / 2 + random.below(max(1, scenario.work)),
            life: 0
        )
        guard let file = clients[index].file else { return }
        let key = Int(random.below(Int64(scenario.keys)))
        let slot = file.owners[key]
        let server = file.servers[slot]
        let isHeld = file.states[slot] == .held
        if random.below(20) == 0 {
            // The application's write counts as done once its delete or set arrived; a held slot needs none.
            guard isHeld || servers[server].isServing else { return }
            truth[key] += 1
            if !isHeld { servers[server].store(key, truth[key]) }
            return
        }
        tally.reads += 1
        guard !isHeld, servers[server].isServing else {
            tally.unservedReads += 1
            return
        }
        let found = servers[server].items[key]
        if found == 0 {
            tally.misses += 1
            servers[server].store(key, truth[key])
        } else if found != truth[key] + 1 {
            tally.staleReads += 1
        }
    }
}
