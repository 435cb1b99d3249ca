import RingCore
import RingPlanner
import RingSnapshots

/// An application that reads, writes and deletes through the ring that it loaded last.
struct SimulatedClient: Sendable {
    var file: PublishedFile?
    /// How many episodes keep it from looking at the file.
    var lags = 0
}

/// Under which ring something was written, and whether its writer knew the newest.
struct Stamp: Sendable {
    var version: RingVersion
    var isBehind: Bool
}

/// The value of a key in the database behind the cache.
struct Truth: Sendable {
    /// Rises by one with each write.
    var value: UInt32 = 0
    var stamp = Stamp(version: RingVersion(0), isBehind: false)
}

extension Simulation {
    mutating func poll(_ index: Int) {
        queue.add(
            .poll(client: Int32(index)),
            at: now + scenario.poll / 2 + clientRandom.below(max(1, scenario.poll)),
            life: 0
        )
        load(index)
    }

    /// A client looks at the file, and takes what it finds if that is whole and newer than what it has.
    mutating func load(_ index: Int) {
        guard clients[index].lags == 0 else { return }
        switch disk.damage[Founding.pool] {
        case .missing: return
        case .bytes(let bytes):
            guard let name = durable.pool(Founding.pool)?.name,
                let file = try? PublishedFile(reading: bytes, of: name, servers: servers)
            else {
                tally.tornReads += 1
                return
            }
            take(file, index)
        case nil:
            guard let file = files[Founding.pool], file !== clients[index].file else { return }
            if let own = clients[index].file, file.version < own.version {
                return fail("clients never go back", "a client at \(own.version) finds \(file.version)")
            }
            take(file, index)
        }
    }

    private mutating func take(_ file: PublishedFile, _ index: Int) {
        switch Snapshot.adoption(of: file.place, over: clients[index].file?.place) {
        case .adopt:
            let known = [files[Founding.pool]?.bytes, disk.former[Founding.pool]].compactMap(\.self)
            guard known.contains(file.bytes) || file.place.digest == files[Founding.pool]?.place.digest else {
                return fail("clients adopt what was published", "a client adopts another version \(file.version)")
            }
            clients[index].file = file
        case .keepSame, .ignoreOlder: return
        case .alarm: fail("one content a version", "version \(file.version) has two contents")
        }
    }

    /// One operation of a client: mostly a read, filled from the database where it misses.
    ///
    /// It draws the same numbers whatever it meets, so that the same operations are made under every policy.
    mutating func work(_ index: Int) {
        queue.add(
            .work(client: Int32(index)),
            at: now + scenario.work / 2 + clientRandom.below(max(1, scenario.work)),
            life: 0
        )
        let key = Int(clientRandom.below(Int64(scenario.keys)))
        let isWrite = clientRandom.below(20) == 0
        guard let file = clients[index].file else { return }
        let slot = file.owners[key]
        let server = file.servers[slot]
        let isHeld = file.states[slot] == .held
        let stamp = Stamp(version: file.version, isBehind: file !== files[Founding.pool])
        let isServed = !isHeld && servers[server].isServing(client: index)
        guard !isWrite else {
            // The application's write counts as done once its delete or set arrived; a held slot needs none.
            guard isHeld || isServed else { return }
            truth[key].value += 1
            truth[key].stamp = stamp
            if !isHeld { servers[server].store(key, truth[key].value, stamp) }
            return
        }
        tally.reads += 1
        guard isServed else {
            tally.unservedReads += 1
            return
        }
        let found = servers[server].items[key]
        if found.value == 0 {
            tally.misses += 1
            servers[server].store(key, truth[key].value, stamp)
        } else if found.value != truth[key].value + 1 {
            tally.staleReads += 1
            explain(found, key, server, reader: file.version)
        }
    }

    /// A stale read has a reason that no policy can help, or the ring has given keys back to who was not emptied.
    ///
    /// Three parties may have been behind: who wrote last, who filled the old copy, and who reads it. Where nobody was,
    /// the server owned the key, lost it, and owns it again with what it held: by an operator's hand, or by nobody's leave.
    private mutating func explain(_ found: SimulatedServer.Item, _ key: Int, _ server: Int, reader: RingVersion) {
        let written = truth[key].stamp
        if found.stamp.isBehind || written.isBehind || reader < written.version {
            tally.lagReads += 1
            return
        }
        guard found.stamp.version >= witness.excusedVersion, witness.knowsAges else { return }
        // Where nodes are let in with what they hold, old copies are the operators' choice.
        guard durable.pool(Founding.pool)?.policy.rejoin == .flush else { return }
        fail(
            "stale return",
            "server \(server) serves an old copy of version \(found.stamp.version) in version \(reader), "
                + "written elsewhere in version \(written.version)"
        )
    }
}
