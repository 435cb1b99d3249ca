import Synchronization

extension LiveRing {
    /// The server that answers for a key.
    ///
    /// Takes part in no lock and waits for nothing. In a loop of nothing but look-ups, a ``Reader`` is faster still.
    public func owner(of key: String) -> Owner { shared.read { $0.owner(of: key) } }

    /// The server that answers for a key given as bytes.
    public func owner(of key: [UInt8]) -> Owner { shared.read { $0.owner(of: key) } }

    /// The owner of a key and the servers that follow it on the ring, each once: places for copies.
    ///
    /// At most `count`, and at most all servers; held ones are among them.
    public func owners(of key: String, count: Int) -> [Owner] { shared.read { $0.owners(of: key, count: count) } }

    /// The owners of many keys in their order, all from one version.
    public func owners(of keys: [String]) -> [Owner] {
        // Many keys take long: hold the generation instead of making a reload wait.
        generation().owners(of: keys)
    }

    /// A reader for one task or thread with a hot loop.
    public func reader() -> Reader { Reader(self) }

    /// The current generation, kept alive by the caller.
    func generation() -> Generation { shared.read { $0 } }

    /// Looks keys up for one task or thread: one comparison more than a ring that never changes.
    ///
    /// It keeps the version that it used last, and looks at a number to see whether there is a newer one. A reader that
    /// is put aside keeps one old version in memory.
    public struct Reader {
        private let ring: LiveRing
        private var generation: Generation

        init(_ ring: LiveRing) {
            self.ring = ring
            generation = ring.generation()
        }

        /// The server that answers for a key.
        public mutating func owner(of key: String) -> Owner {
            refresh()
            return generation.owner(of: key)
        }

        /// The server that answers for a key given as bytes.
        public mutating func owner(of key: [UInt8]) -> Owner {
            refresh()
            return generation.owner(of: key)
        }

        /// The owner of a key and the servers that follow it on the ring, each once.
        public mutating func owners(of key: String, count: Int) -> [Owner] {
            refresh()
            return generation.owners(of: key, count: count)
        }

        /// The number of the version that the next look-up uses.
        public var version: Int64 {
            mutating get {
                refresh()
                return generation.published.version
            }
        }

        @inline(__always)
        private mutating func refresh() {
            if ring.number.load(ordering: .acquiring) != generation.number { generation = ring.generation() }
        }
    }
}
