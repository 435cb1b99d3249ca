extension LiveRing {
    /// How a live ring stands.
    public struct State: Sendable {
        /// The fencing term of the version in use.
        public let epoch: Int64
        /// The number of the version in use.
        public let version: Int64
        /// The hash of its meaning.
        public let digest: String
        /// How long this process has used it.
        ///
        /// A ring that nobody changes grows old and is right all the same: see ``aliveAge`` for trouble.
        public let age: Duration
        /// How long ago `ringd` last said that it is alive; `nil` when it never did where this process can see.
        ///
        /// Beyond a minute, nobody looks after the ring. It stays in use, by design.
        public let aliveAge: Duration?
        /// The newest version that `ringd` says there is; higher than ``version`` when this process cannot follow.
        public let announcedVersion: Int64?
        /// Why the file was not accepted when it was last looked at; `nil` when all is well.
        public let lastError: RingClientError?
        /// Why the ring could not be kept for the next start, or the kept one not be used; `nil` when all is well.
        public let keepError: RingClientError?
        /// How often the file was looked at.
        public let polls: UInt64
        /// How many versions were adopted.
        public let loads: UInt64
        /// How many new reasons there were not to accept the file.
        public let failures: UInt64
    }
}
