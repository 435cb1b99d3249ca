/// Identifies one step of a cleansing.
package struct CleansingID: Hashable, Sendable {
    package let node: NodeID
    package let serial: UInt64

    package init(node: NodeID, serial: UInt64) {
        self.node = node
        self.serial = serial
    }
}

/// One exchange of the cleansing of a node.
package struct CleansingStep: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Store the canary, then `flush_all`.
        case plantAndFlush
        /// Read the canary: it must be gone.
        case verify
    }

    package let id: CleansingID
    package let address: NodeAddress
    package let kind: Kind
    /// The key of the canary: letters, digits and '-' only.
    package let canary: String
    package let timeout: Duration

    package init(id: CleansingID, address: NodeAddress, kind: Kind, canary: String, timeout: Duration) {
        self.id = id
        self.address = address
        self.kind = kind
        self.canary = canary
        self.timeout = timeout
    }
}

/// What a cleansing step found.
package enum CleansingOutcome: Hashable, Sendable {
    /// `plantAndFlush`: the canary was stored and the flush answered OK.
    case flushed
    /// `plantAndFlush`: the server refuses to flush (`-F`).
    case flushDisabled
    /// `verify`: the canary is gone.
    case canaryGone
    /// `verify`: the canary is still there, so the flush had no effect.
    case canaryPresent
    case failure(ProbeFailure)
}
