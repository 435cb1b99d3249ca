/// One thing that goes wrong, or one operator's command, at a time and for a while.
package struct Episode: Hashable, Sendable {
    /// Nanoseconds of simulated time.
    package var at: Int64
    package var duration: Int64
    package var kind: Kind

    package init(at: Int64, duration: Int64, kind: Kind) {
        self.at = at
        self.duration = duration
        self.kind = kind
    }

    package enum Kind: Hashable, Sendable {
        /// The process of a server dies, and starts again at the end: empty, or with its items.
        case kill(server: Int, warm: Bool)
        /// A server is stopped: its port accepts, nothing answers.
        case pause(server: Int)
        /// The checker cannot reach `count` servers from `first` on.
        case cut(first: Int, count: Int, style: Cut)
        /// So many of a thousand probes are lost.
        case lossy(permille: Int)
        /// Answers take up to this much longer, and so overtake each other.
        case slow(milliseconds: Int)
        /// So many of a thousand outcomes never come, or come long after their time.
        case lateOutcomes(permille: Int)
        /// The checker runs out of something of its own.
        case localErrors(permille: Int, exhausting: Bool)
        /// The checker is stopped.
        case stall
        /// The checker gets the processor now and then.
        case starve
        /// The wall clock is set.
        case wallStep(milliseconds: Int64)
        case slowDisk(milliseconds: Int)
        case fullDisk
        /// The next write ends in nobody knows what.
        case unknownCommit
        case failingPublisher
        case slowPublisher(milliseconds: Int)
        /// The process is killed before or after the so-manieth effect from now.
        case crash(afterEffects: Int)
        /// The server closes the checker's connection.
        case closeConnection(server: Int)
        /// So many of a thousand answers are garbage.
        case garbled(permille: Int)
        /// The power fails: the process dies, and the pool's file is not what was written.
        case powerLoss(Tear)
        /// A client does not look at the file.
        case lag(client: Int)
        /// A client starts anew, and takes whatever it finds.
        case restartClient(client: Int)
        case command(Wish)
        /// An operator acts in the moment the next change goes to the disk.
        case commandAtCommit(Wish)
    }

    /// What is found in place of a file after a power failure.
    package enum Tear: UInt8, Hashable, Sendable, CaseIterable {
        case missing, empty, cut, zeros, flipped
        /// The version before: a rename that did not survive.
        case older
    }

    package enum Cut: UInt8, Hashable, Sendable {
        /// Packets vanish: time-outs.
        case silent
        /// A firewall answers: refused.
        case refusing
        /// Requests arrive, and their answers vanish.
        case oneWay
        /// The checker reaches them, and some of the clients do not.
        case fromClients
    }

    /// What an operator wants; details come from the state at the time, and from the number.
    package enum Wish: Hashable, Sendable {
        case add(Int), remove(Int), eject(Int), readmit(Int, acceptStale: Bool), weigh(Int, Int), freeze, thaw
        case acknowledge, undamp(Int), set(Int), nonsense(Int), createPool(Int), deletePool(Int), returning(Int)
        case addSpare(Int), failback(Int), drain(Int), maintain(Int, seconds: Int), enable(Int), replace(Int)
        case batch(Int)
    }
}
