package import RingCore

/// What happened: the answer to `GET /v1/events`.
package struct EventList: Codable, Hashable, Sendable {
    package var schema = Schema.current
    /// By rising identifier: the newest is last, as in a log.
    package var events: [EventRow]

    package init(events: [EventRow]) { self.events = events }
}

/// One event of the audit.
package struct EventRow: Codable, Hashable, Sendable {
    package var event: Int64
    package var at: WallTime
    package var actor: Who
    package var kind: String
    package var pool: String?
    package var node: String?
    /// The label of the slot.
    package var slot: String?
    package var reason: String
    /// Further facts by name.
    package var detail: NamedValues
    package var request: String?
    /// The version that it made.
    package var version: Int64?

    /// Who did it: a user of the machine, or `ringd`.
    package struct Who: Codable, Hashable, Sendable {
        package var user: String
        package var uid: UInt32?
        package var pid: Int32?

        package init(user: String, uid: UInt32? = nil, pid: Int32? = nil) {
            self.user = user
            self.uid = uid
            self.pid = pid
        }
    }

    package init(
        event: Int64,
        at: WallTime,
        actor: Who,
        kind: String,
        pool: String?,
        node: String?,
        slot: String?,
        reason: String,
        detail: NamedValues = NamedValues(),
        request: String? = nil,
        version: Int64? = nil
    ) {
        self.event = event
        self.at = at
        self.actor = actor
        self.kind = kind
        self.pool = pool
        self.node = node
        self.slot = slot
        self.reason = reason
        self.detail = detail
        self.request = request
        self.version = version
    }
}

extension EventRow {
    /// Why it happened, in words, after what was set where that is not plain from the kind: `weight=200: more memory`.
    package var explanation: String {
        guard kind == "set", !detail.pairs.isEmpty else { return reason }
        let facts = detail.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        return facts + (reason.isEmpty ? "" : ": \(reason)")
    }
}

/// Whether the chain of the audit is whole: the answer to `GET /v1/audit/verify`.
package struct AuditVerification: Codable, Hashable, Sendable {
    package var schema = Schema.current
    package var intact: Bool
    /// How many events were checked.
    package var events: Int64
    /// The hash of the newest event: `sha256:` and hexadecimal digits.
    package var head: String?
    /// The first defect.
    package var defect: Defect?

    /// Where the chain breaks.
    package struct Defect: Codable, Hashable, Sendable {
        package var event: Int64
        package var problem: String

        package init(event: Int64, problem: String) {
            self.event = event
            self.problem = problem
        }
    }

    package init(intact: Bool, events: Int64, head: String?, defect: Defect?) {
        self.intact = intact
        self.events = events
        self.head = head
        self.defect = defect
    }
}
