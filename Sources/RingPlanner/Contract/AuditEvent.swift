package import RingCore

/// Who did something: an operator, known by the socket's peer credentials, or `ringd` itself.
package struct Actor: Hashable, Sendable {
    /// The login name, or `uid:N` where the system knows none; `ringd` for the daemon.
    package var user: String
    package var uid: UInt32?
    package var pid: Int32?

    package init(user: String, uid: UInt32?, pid: Int32?) {
        self.user = user
        self.uid = uid
        self.pid = pid
    }

    /// The daemon, deciding by itself.
    package static let ringd = Actor(user: "ringd", uid: nil, pid: nil)
}

/// Chosen by the client, 1 to 64 bytes of `[A-Za-z0-9-]`: a retried request has one effect.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(ValidationError) {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
        }
        guard (1...64).contains(text.utf8.count), isPlain else {
            throw ValidationError(
                field: "request id",
                problem: "'\(printable(text))' is not an identifier",
                hint: "use 1 to 64 letters, digits and '-'"
            )
        }
        self.text = text
    }

    package var description: String { text }
}

/// Something that happened, as the audit keeps it for ever: one row of the table `event`.
package struct AuditEvent: Hashable, Sendable {
    /// The stable word for what happened: `add`, `eject`, `freeze`.
    ///
    /// New kinds may be added.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case poolCreate = "pool-create"
        case poolSet = "pool-set"
        case poolDelete = "pool-delete"
        case freeze
        case thaw
        case acknowledge
        case add
        case admit
        case set
        case remove
        case replace
        case eject
        case readmit
        case hold
        case release
        case promote
        case rejoin
        case drain
        case maintenance
        case enable
        case ramp
        case undamp
        case rollback
        case apply
        case down
        case up
        case restart
        case damped
        case distrust
        case refusedByGuard = "guard"
        case cleanseRefused = "cleanse-refused"
        case observed = "would"
        case prune
        case start
        case restore
        case sign
    }

    package var at: WallTime
    package var actor: Actor
    package var kind: Kind
    package var pool: PoolName?
    package var node: NodeName?
    /// The label of the slot.
    package var slot: String?
    /// Why, in a sentence: the operator's message, or the evidence in words.
    package var reason: String
    /// Further facts by name, sorted by name; becomes the `detail` JSON object of strings.
    package var detail: [Fact]
    package var request: RequestID?

    /// A named fact of an event.
    package struct Fact: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        at: WallTime,
        actor: Actor,
        kind: Kind,
        pool: PoolName?,
        node: NodeName? = nil,
        slot: String? = nil,
        reason: String,
        detail: [Fact] = [],
        request: RequestID? = nil
    ) {
        self.at = at
        self.actor = actor
        self.kind = kind
        self.pool = pool
        self.node = node
        self.slot = slot
        self.reason = reason
        self.detail = detail.sorted { $0.name < $1.name }
        self.request = request
    }
}
